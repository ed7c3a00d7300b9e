"""What must hold whatever has failed. Each invariant finds where it does not hold, in the database of this process.

Some are what `verify_applications` and `verify_records` look for too: these here are counted from the rows of the
events once more, in another way, so that a fault in those commands does not hide one in the service. Places are named
by keys and numbers, never by a person's name or code. For a database in which nothing was erased or purged, no emails
were held, nobody's declining was undone, and nobody writes meanwhile.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Subquery
from django.utils import timezone

from applications import dates
from applications.enums import Happened, State, Transition
from applications.models import (
    OPEN,
    Applicant,
    Application,
    Confirmation,
    Happening,
    Invitation,
    StateChange,
    Version,
)
from applications.verification import FAULTS
from core.actors import Source
from identity.models import AccountLink
from mailing.models import Letter
from records.enums import Event as TrailEvent
from records.models import Entry
from records.names import account_subject, applicant_subject
from records.verify import verify_everything
from upstream.models import Event, Intake, WebhookDelivery, WebhookEndpoint

ENDS = (Transition.LAPSED, Transition.EXPIRED, Transition.WITHDRAWN, Transition.REPLACED)
# The kinds of letters that _owed() knows every one of. Others (reminders, warnings) come with time.
OF_APPLICATIONS = ("arrived", "invitation", "receipt", "confirmed", "valid", "undone", *map(str, ENDS))
OWED = (*OF_APPLICATIONS, "account_link", "account_password_set")


@dataclass(frozen=True)
class Seen:
    """What was seen from outside: who was told that they have confirmed, and what arrived.

    `letters` are the Message-IDs that the mail server took, `events` the ids that the receiver of events took; None if
    nobody waited until all of them had left. A copy too many is allowed for each kill of a worker, and for each time
    that the other side took something and did not say so.
    """

    acknowledged: list[int] = field(default_factory=list)  # slots
    letters: list[str] | None = None
    events: list[str] | None = None
    copies_of_letters: int = 0
    copies_of_events: int = 0


Find = Callable[[Seen], Iterator[str]]
INVARIANTS: dict[str, Find] = {}


def invariant(name: str) -> Callable[[Find], Find]:
    """Enter the decorated function in the list: it yields, in words, where the invariant does not hold."""

    def enter(find: Find) -> Find:
        INVARIANTS[name] = find
        return find

    return enter


def losses(seen: Seen) -> dict[str, list[str]]:
    """Return where each invariant does not hold, by its name; those that hold are left out."""
    found = {name: list(find(seen)) for name, find in INVARIANTS.items()}
    return {name: places for name, places in found.items() if places}


def _unlike(given: Counter[Any], wanted: Counter[Any], what: str) -> Iterator[str]:
    """Yield what is there more often or more seldom than it should be."""
    for key in sorted((given - wanted) + (wanted - given), key=str):
        yield f"{what} {key}: {given[key]} instead of {wanted[key]}"


@invariant("acknowledged")
def _acknowledged(seen: Seen) -> Iterator[str]:
    """Whoever was told that they have confirmed has."""
    stored = set(Confirmation.objects.filter(undone_at=None).values_list("applicant", flat=True))
    for slot in seen.acknowledged:
        if slot not in stored:
            yield f"the confirmation of slot {slot} was acknowledged and is not stored"


@invariant("once")
def _once(seen: Seen) -> Iterator[str]:
    """One confirmation counts for each slot, and for each person and version."""
    counting = Confirmation.objects.filter(undone_at=None).order_by()
    for rows, *group in (
        (counting, "applicant"),
        (counting.exclude(person=None), "person", "applicant__version"),
    ):
        for *key, number in rows.values_list(*group).annotate(number=Count("pk")).filter(number__gt=1):
            yield f"{number} confirmations of {' and '.join(group)} {key}"


@invariant("letters")
def _letters(seen: Seen) -> Iterator[str]:
    """Each event has its one letter to each whom it owes one, and none is there without its cause."""
    without_link = "invitation:version."  # for those without an address
    written = Letter.objects.filter(message__in=OWED).exclude(key__startswith=without_link)
    yield from _unlike(Counter(written.values_list("key", "recipient")), Counter(_owed()), "letter")


def _owed() -> Iterator[tuple[str, str]]:
    """Yield key and recipient of each letter that an event owes somebody, from the rows of the events alone."""
    people: dict[int, list[Applicant]] = {key: [] for key in Version.objects.values_list("pk", flat=True)}
    for slot in Applicant.objects.defer("hetu").order_by("position"):
        people[slot.version_id].append(slot)
    owed = [("arrived", version, slots[0].pk) for version, slots in people.items() if slots]
    owed += [("invitation", key, slot) for key, slot in Invitation.objects.values_list("pk", "applicant")]
    for message, about, slot in (*owed, *_owed_for_confirmations(people), *_owed_for_ends(people)):
        yield f"{message}:{about}:{slot}", applicant_subject(slot)
    for key, account, used_at in AccountLink.objects.values_list("pk", "account", "used_at"):
        yield f"account_link:{key}", account_subject(account)
        if used_at:
            yield f"account_password_set:{key}", account_subject(account)


def _owed_for_confirmations(people: dict[int, list[Applicant]]) -> Iterator[tuple[str, int, int]]:
    """Yield the receipt of whoever confirmed, and what the others are told of it and of its undoing."""
    made_valid = set(StateChange.objects.filter(transition=Transition.CONFIRMED).values_list("application", "at"))
    undone = set(StateChange.objects.filter(transition=Transition.UNDONE).values_list("application", "at"))
    facts = ("pk", "applicant", "applicant__version", "applicant__version__application", "confirmed_at", "undone_at")
    for key, own, version, application, at, undone_at in Confirmation.objects.values_list(*facts):
        yield "receipt", key, own
        message = "valid" if (application, at) in made_valid else "confirmed"
        yield from ((message, key, slot) for slot in _reached(people[version], at) if slot != own)
        if (application, undone_at) in undone:
            yield from (("undone", key, slot) for slot in _reached(people[version], undone_at))


def _owed_for_ends(people: dict[int, list[Applicant]]) -> Iterator[tuple[str, int, int]]:
    facts = ("application", "application__current", "to_state", "at")
    for application, version, state, at in StateChange.objects.filter(transition__in=ENDS).values_list(*facts):
        yield from ((state, application, slot) for slot in _reached(people.get(version, []), at))


def _reached(slots: list[Applicant], at: dt.datetime) -> Iterator[int]:
    """Yield the adults among these who applied then, whom everybody's news reach."""
    for slot in slots:
        has_declined = slot.declined_at is not None and slot.declined_at <= at
        if dates.is_adult(slot.birth_date, on=timezone.localdate(at)) and not has_declined:
            yield slot.pk


@invariant("trail")
def _trail(seen: Seen) -> Iterator[str]:
    """One entry of the trail for each confirmation, and none without its cause."""
    entries = Entry.objects.filter(event=TrailEvent.PERSON_CONFIRMED).values_list("facts", flat=True)
    stored = Counter(Confirmation.objects.values_list("pk", flat=True))
    yield from _unlike(Counter(facts.get("confirmation") for facts in entries), stored, "entries of confirmation")


@invariant("state")
def _state(seen: Seen) -> Iterator[str]:
    """The state is that of the last change, and follows from the confirmations."""
    last = StateChange.objects.filter(application=OuterRef("pk")).order_by("-pk").values("to_state")[:1]
    applications = Application.objects.with_people().exclude(current=None)  # those are for _whole()
    for application in applications.annotate(last=Subquery(last)).order_by("pk"):
        waits = any(a.is_adult and not a.confirmed for a in application.applicants)
        follows = State.AWAITING if waits else State.VALID
        if application.state in OPEN and application.state != follows:
            yield f"application {application.pk} is {application.state}, and its confirmations make it {follows}"
        if application.state != application.last:
            yield f"application {application.pk} is {application.state}, and was last made {application.last}"


@invariant("whole")
def _whole(seen: Seen) -> Iterator[str]:
    """Every application has a version with a main applicant; one that a client sent, the client's number."""
    headless = Application.objects.exclude(current__applicants__position=0)
    yield from (f"application {key} has nobody" for key in headless.values_list("pk", flat=True))
    sent_in = StateChange.objects.filter(transition=Transition.SENT, source=Source.HOUSING_SYSTEM)
    unknown = sent_in.filter(application__intake=None).values_list("application", flat=True)
    yield from (f"application {key} has no number of its client" for key in unknown)


@invariant("told")
def _told(seen: Seen) -> Iterator[str]:
    """Housing systems are told of each confirmation and of each change of state, once."""
    kinds = (Happened.PERSON_CONFIRMED, Happened.CONFIRMED)  # the last one, as the application's becoming valid
    told = Counter(Happening.objects.filter(kind__in=kinds).values_list("applicant", flat=True))
    given = Counter(Confirmation.objects.values_list("applicant", flat=True))
    yield from _unlike(told, given, "happenings of the confirmation of slot")
    facts = ("application", "transition", "at")
    changes = Counter(StateChange.objects.values_list(*facts))
    told_of = Happening.objects.exclude(change=None).values_list(*(f"change__{fact}" for fact in facts))
    yield from _unlike(Counter(told_of), Counter(dict.fromkeys(changes, 1)), "happenings of the change")


@invariant("queued")
def _queued(seen: Seen) -> Iterator[str]:
    """Each event is delivered or on its way to the receivers that were there when it was collected."""
    for endpoint in WebhookEndpoint.objects.live():
        owed = Event.objects.filter(client=endpoint.client_id, collected_at__gte=endpoint.created_at)
        queued = WebhookDelivery.objects.filter(endpoint=endpoint).values("event")
        yield from (f"event {key}" for key in owed.exclude(pk__in=queued).values_list("pk", flat=True))


@invariant("events arrived")
def _events_arrived(seen: Seen) -> Iterator[str]:
    """What clients are to be told of has arrived, with no more copies than are explained."""
    if seen.events is None:
        return
    of_clients = Happening.objects.filter(Exists(Intake.objects.filter(application=OuterRef("application"))))
    for key in of_clients.filter(event=None).values_list("pk", flat=True):
        yield f"nobody was told of happening {key}"
    for key in Event.objects.exclude(deliveries__delivered_at__isnull=False).values_list("pk", flat=True):
        yield f"event {key} was not delivered"
    sent = WebhookDelivery.objects.filter(attempts__gt=0).values_list("event__uid", flat=True)
    yield from _arrived(set(sent), seen.events, seen.copies_of_events, "event")


@invariant("letters arrived")
def _letters_arrived(seen: Seen) -> Iterator[str]:
    """All letters have left, and arrived with no more copies than are explained."""
    if seen.letters is None:
        return
    for key in Letter.objects.filter(sent_at=None, dropped_at=None).values_list("pk", flat=True):
        yield f"letter {key} has not left"
    tried = Letter.objects.filter(sent_at__isnull=False, attempts__gt=0).values_list("message_id", flat=True)
    yield from _arrived(set(tried), seen.letters, seen.copies_of_letters, "letter")


def _arrived(sent: set[str], taken: list[str], most: int, what: str) -> Iterator[str]:
    for key in sorted(sent ^ set(taken)):
        yield f"{what} {key} counts as sent and nobody took it, or the other way round"
    if (copies := len(taken) - len(set(taken))) > most:
        yield f"{copies} copies of {what}s too many, at most {most} are explained"


@invariant("records")
def _records(seen: Seen) -> Iterator[str]:
    """verify_records finds nothing."""
    yield from map(str, verify_everything())


@invariant("applications")
def _applications(seen: Seen) -> Iterator[str]:
    """verify_applications finds nothing."""
    for word, fault in FAULTS.items():
        yield from (f"{word}: {place}" for place in fault.find())
