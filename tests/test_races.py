"""Every pair of acts on PostgreSQL, the second arriving at each lock of the first (R9, R12).

Whoever comes second is done, or is told why not. Nothing hangs together wrongly afterwards, and no chain is broken.
"""

import datetime as dt
import logging
from dataclasses import dataclass, field, replace

import pytest
from django.db import connection
from django.utils import timezone

from applications import changes, drafts, present
from applications.form.change import data_of_change
from applications.models import Application, Invitation
from core.refusals import Refused
from identity import account_links, accounts
from identity.enums import Method
from tests import cast
from tests.acts import ACTS, Done, Place
from tests.applications.factories import actor, application, confirm, person
from tests.applications.verification.quick import QuickLook
from tests.arrivals import SecondConnection, Written, make_fast, race, stops_of
from tests.counter.checks import ETHAN, check, confirm_by_account, issue, slot
from tests.counter.learned import CODE, change_code
from tests.pristine import Pristine
from tests.staff import NAMES, staff
from tests.traces import trace
from upstream import clients
from upstream.models import ApiClient, Intake

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time"),
]

DAY = dt.timedelta(days=1)
NEW_CODES = {cast.VERA["hetu"]: "040594V902Y", cast.OTSO["hetu"]: "050594U902L"}


def waiting():
    """It waits for Olli alone. The clock has a reminder for him."""
    place = household("HS-1", cast.MAIJA, cast.OLLI, cast.VERA, put=(cast.MAIJA, cast.OLLI, cast.TEA))
    use_account(place)
    return place, place


def valid():
    """It is valid, and about to expire; Olli has confirmed by his account."""
    place = household("HS-1", cast.MAIJA, cast.OLLI, cast.VERA, put=(cast.MAIJA, cast.OLLI), days=85)
    use_account(place)
    confirm_by_account(place.sent, cast.OLLI)
    return (replace(place, method=Method.ACCOUNT, doubts=False),) * 2


def shared():
    """Olli applies in two that wait for him alone. His account stands on the check in the first."""
    one = household("HS-1", cast.MAIJA, cast.OLLI, cast.VERA, put=(cast.MAIJA, cast.OLLI, cast.TEA))
    use_account(one)
    other = household("HS-2", cast.VILLE, cast.OLLI, cast.OTSO, put=(cast.VILLE, cast.OLLI, cast.VERA))
    return one, replace(other, method=Method.ACCOUNT)


def ended():
    """Olli applied alone and has withdrawn it. His account and his confirmation stand on its check."""
    place = household("HS-1", cast.OLLI, put=(cast.OLLI,))
    use_account(place)
    confirm_by_account(place.sent, cast.OLLI)
    changes.withdraw(place.sent, by=actor(cast.OLLI))
    return place, place


def newcomer():
    """It waits for Ethan alone, who has no code in it, and whose document bears one by now."""
    put = (cast.MAIJA, ETHAN, cast.TEA)
    place = household("HS-1", cast.MAIJA, ETHAN, cast.VERA, put=put)
    return (replace(place, code=CODE),) * 2


ARRANGEMENTS = {each.__name__: each for each in (waiting, shared, valid, ended, newcomer)}
# What can be done, or does more, only to one that is valid or has ended. Pairs without these are as when it waits.
ONLY_WHEN = {"valid": {"renew", "renew_here", "undo"}, "ended": {"erase", "undo"}, "newcomer": {"learn"}}
NEED_A_CODE = {"confirm", "correct", "decline", "withdraw", "issue", "move"}
PAIRS = [
    (arrangement, first, [second for second in possible if {first, second} & ONLY_WHEN.get(arrangement, {first})])
    for arrangement in ARRANGEMENTS
    for possible in [[name for name in ACTS if arrangement != "newcomer" or name not in NEED_A_CODE]]
    for first in possible
]


def household(reference, main, *others, put, days=4):
    """Return a place that was sent some days ago, and in which all but one have confirmed."""
    who = others[0] if others else main
    sent_at = timezone.now() - days * DAY
    sent = application(main, *others, reference=reference, sent_at=sent_at.isoformat())
    client = ApiClient.objects.first() or clients.issue("Housing system")[0]
    Intake.objects.create(client=client, reference=reference, application=sent)
    made = check(sent, who)
    for each in (main, *others):
        if each != who:
            confirm(sent, each)
    doubted = (
        change_code(sent, who=others[1], code=NEW_CODES[others[1]["hetu"]], is_accepted=False) if others else made
    )
    data = data_of_change(present.document(sent.version), slot(sent, main))
    data["home"]["rooms"] = "4"
    drafts.begin_draft(data, language="fi", person=person(main), application=Application.objects.get(pk=sent.pk))
    Application.objects.filter(pk=sent.pk).update(ticked_at=sent_at, due_at=timezone.now())
    Invitation.objects.filter(applicant__version__application=sent).update(created_at=sent_at)
    return Place(sent, who, main, made, doubted, put, doubts=True)


def use_account(place):
    """Give the person of a place an account on their check there, in use."""
    token = account_links.TOKEN.of(issue(place.made, email="used@example.test").links.get())
    accounts.set_password(token, password="correct horse battery", code_end=place.who["hetu"][-4:])


@pytest.fixture(scope="module")
def other(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        second = SecondConnection()
        yield second
        second.close()


def people():
    for who in (cast.MAIJA, cast.OLLI, cast.VERA, cast.VILLE, cast.OTSO):
        person(who)
    for role in NAMES:
        staff(role)


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable(logging.ERROR)  # a line for each entry of the trail
    yield
    logging.disable(logging.NOTSET)


@dataclass
class World:
    """What an arrangement has committed, and what is known of it."""

    places: tuple[Place, Place]
    kept: Pristine
    look: QuickLook
    written: Written
    sound: set[str] = field(default_factory=set)  # traces of what was found sound
    prepared: dict[tuple[str, int], Done] = field(default_factory=dict)

    @property
    def is_shared(self):
        return self.places[0] is not self.places[1]

    def put_back(self):
        if self.written.tables:
            self.kept.put_back(connection, tables=self.written.tables)
            self.written.tables.clear()

    def prepare(self, name, place):
        """Return the act in the first or second of the places, prepared before anything happens."""
        key = name, place
        if key not in self.prepared:
            self.put_back()
            self.prepared[key] = ACTS[name].prepare(self.places[place])
        return self.prepared[key]

    def faults(self):
        """Return what hangs together wrongly, unless the same was looked at before."""
        seen = trace()
        if seen in self.sound:
            return {}
        found = self.look.faults()
        if not found:
            self.sound.add(seen)
        return found


@pytest.fixture(scope="module")
def worlds():
    return {}


@pytest.fixture
def world(worlds, other, arrangement):
    if arrangement in worlds:
        worlds[arrangement].kept.put_back(connection)
    else:
        people()
        places = ARRANGEMENTS[arrangement]()
        kept = Pristine(connection, schema=arrangement)
        worlds[arrangement] = World(places, kept, QuickLook(), other.written)
    other.written.tables.clear()
    make_fast()  # each test has a new connection
    with connection.execute_wrapper(other.written.note):
        yield worlds[arrangement]


@pytest.mark.parametrize(("arrangement", "first", "seconds"), PAIRS, ids=[f"{a}-{f}" for a, f, _s in PAIRS])
def test_whatever_comes_between_is_done_or_refused(world, other, first, seconds):
    wrong = []
    for second in seconds:
        # In which of the two each is done alternates, so that both orders of their locks are met.
        place = (list(ACTS).index(first) + list(ACTS).index(second)) % 2
        for number, arrival in arrivals(world, (first, place), (second, 1 - place), other):
            outcomes = [(first, arrival.first), (second, arrival.second)]
            wrong += [(second, number, name, result) for name, result in outcomes if not is_polite(name, result)]
            wrong += [(second, number, outcomes, *fault) for fault in world.faults().items()]
    assert wrong == []


def arrivals(world, first, second, other):
    """Return what became of two acts, for each stop of the first at which that may differ, with its number."""
    done, comes = world.prepare(*first), world.prepare(*second)
    world.put_back()
    for numbers in stops_of(done) or [[1]]:
        if world.is_shared:
            # Whoever is done while the first holds all its locks needs none of them, before or after.
            last = arrive(world, done, comes, numbers.pop(), other)
            if last:
                yield last
                numbers = numbers if last[1].waited else numbers[:1]
        for number in numbers:
            if found := arrive(world, done, comes, number, other):
                yield found
                if found[1].is_same_from_now_on:
                    break


def arrive(world, done, comes, number, other):
    world.put_back()
    arrival = race(done, comes, number=number, other=other)
    return arrival and (number, arrival)


def is_polite(name, result):
    """Tell whether an act was done, or refused in a way that its page answers, with a sentence if it is ours."""
    if not isinstance(result, Exception):
        return True
    return isinstance(result, ACTS[name].refusals) and (not isinstance(result, Refused) or bool(str(result)))
