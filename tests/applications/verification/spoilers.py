"""One way to spoil a sound database for each fault, as somebody does who has all rights on it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone

from applications import certificates, changes, document, intake, invitation_links, states
from applications.enums import Transition
from applications.models import (
    Applicant,
    Application,
    Certificate,
    Confirmation,
    Happening,
    IdCheck,
    Invitation,
    RecordedAct,
    StateChange,
    Terms,
    Version,
)
from applications.verification import FAULTS
from core import crypto
from core.actors import UNIDENTIFIED
from counter import id_checks
from counter.models import Undoing
from identity.models import Account, AccountLink, Person, User
from mailing.models import Letter
from privacy import erasure
from records import append_only
from records.models import Entry
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, applicant, application, confirm, person
from tests.counter.checks import (
    ETHAN,
    check,
    confirm_by_account,
    confirm_here,
    decline_here,
    doubtful,
    issue,
    undo,
    withdraw_here,
)
from tests.counter.learned import CODE, learn, of_code
from tests.staff import acting

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Sound:
    """A sound database: Maija and Olli's valid application, what Vera waits for with Ville, and an ended one.

    At the counter Ethan has declined what Ville sent with him, and Ville has withdrawn another one.
    """

    valid: Application
    waiting: Application
    ended: Application
    account: Account
    declined: Application
    withdrawn: Application


def make_sound():
    """Return a database in which nothing is wrong, with every way to prove and confirm in it."""
    valid = application(cast.MAIJA, cast.OLLI, cast.TEA, reference="HS-1")
    confirm(valid, cast.MAIJA)
    check(valid, cast.OLLI)
    confirm_here(valid, cast.OLLI)
    certificates.issue_certificate(slot(valid, cast.MAIJA), language="fi", by=actor(cast.MAIJA))
    waiting = application(cast.VERA, cast.VILLE, reference="HS-2")
    account = issue(check(waiting, cast.VERA))
    confirm_by_account(waiting, cast.VERA)
    ended = application(cast.OTSO, cast.VILLE, reference="HS-3")
    confirm(ended, cast.OTSO)
    states.transition(
        Application.objects.get(pk=ended.pk), Transition.WITHDRAWN, by=actor(cast.OTSO), at=timezone.now()
    )
    declined = application(cast.VILLE, co_applicants=[ETHAN], reference="HS-5")
    check(declined, ETHAN)
    decline_here(declined, ETHAN)
    withdrawn = application(cast.VILLE, reference="HS-6")
    check(withdrawn, cast.VILLE)
    withdraw_here(withdrawn, cast.VILLE)
    erasure.erase_person(applicant(ended, cast.OTSO), reason="Asked for it", by=acting("supervisor"))
    drop_guards()
    return Sound(
        *(Application.objects.get(pk=each.pk) for each in (valid, waiting, ended)), account, declined, withdrawn
    )


def found():
    """Return the places of each fault that there is, by its word."""
    return {word: places for word, fault in FAULTS.items() if (places := list(fault.find()))}


def drop_guards():
    """Take away the triggers that keep rows as they are."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered while foreign keys wait
        for model in apps.get_models():
            table = model._meta.db_table
            for name in append_only.guards(table):
                cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


@dataclass(frozen=True)
class Spoiler:
    """One way to make a fault. It returns the row that the fault is in."""

    word: str
    spoil: Callable[[Sound], object]
    also: set[str]  # further faults that the same act makes


SPOILERS: dict[str, Spoiler] = {}  # by the names of their functions


def spoils(word, *also):
    """Name the fault that the decorated function makes."""

    def enter(spoil):
        SPOILERS[spoil.__name__.removeprefix("_")] = Spoiler(word, spoil, set(also))
        return spoil

    return enter


def change(row, **values):
    """Write values past the service, and return the row."""
    assert type(row).objects.filter(pk=row.pk).update(**values) == 1
    return row


def slot(sent, who):
    return applicant(sent, who)


def confirmation(sent, who):
    return Confirmation.objects.get(applicant=slot(sent, who))


def under_older_key(slot):
    """Give a slot the index that it has if it was stored under the older of two live keys, and return it."""
    return change(slot, hetu_index=slot.hetu_indexes[1])


def forget(application, transition):
    """Delete a change of state, and what was told of it."""
    forgotten = StateChange.objects.filter(application=application, transition=transition)
    Happening.objects.filter(change__in=forgotten).delete()
    forgotten.delete()


@spoils("state", "confirmed")
def _state(sound):
    return change(sound.valid, state="awaiting")


@spoils("transition", "change", "entry", "unconfirmed")
def _transition(sound):
    return change(sound.valid.changes.get(transition="confirmed"), transition="lapsed")


@spoils("history", "change")
def _history(sound):
    forget(sound.ended, "sent")
    return sound.ended.changes.get()


@spoils("unconfirmed", "receipt")
def _unconfirmed(sound):
    change(confirmation(sound.valid, cast.OLLI), undone_at=timezone.now())
    return slot(sound.valid, cast.OLLI)


@spoils("confirmed", "slot")
def _confirmed(sound):
    change(slot(sound.waiting, cast.VILLE), birth_date=dt.date(2020, 1, 1))
    return sound.waiting


@spoils("rival")
def _rival(sound):
    later = application(cast.MAIJA, reference="HS-4")
    confirm(later, cast.MAIJA)
    change(sound.valid, state="valid", due_at=timezone.now())
    forget(sound.valid, "replaced")
    Entry.objects.filter(chain__name=f"application {sound.valid.pk}", event="replaced").delete()
    return slot(later, cast.MAIJA)


@spoils("replaced")
def _replaced(sound):
    """Ville's other application became valid, and what he waits for with Vera was left as it was."""
    later = application(cast.VILLE, reference="HS-4")
    confirm(later, cast.VILLE)
    change(sound.waiting, state="awaiting", due_at=timezone.now())
    forget(sound.waiting, "replaced")
    entries = Entry.objects.filter(chain__name=f"application {sound.waiting.pk}")
    entries.filter(event="replaced").delete()
    entries.filter(event="sent").update(at=timezone.now() - DAY)
    return slot(sound.waiting, cast.VILLE)


@spoils("replaced")
def _replaced_under_another_key(sound):
    return under_older_key(_replaced(sound))


@spoils("due")
def _due(sound):
    return change(sound.waiting, due_at=None)


@spoils("due")
def _due_too_late(sound):
    return change(sound.valid, due_at=timezone.now() + 100 * DAY)


@spoils("day")
def _day(sound):
    return change(sound.valid, valid_until=F("valid_until") + DAY)


@spoils("overdue", "day", "due")
def _overdue(sound):
    return change(sound.waiting, valid_until=timezone.localdate() - 2 * DAY)


@spoils("version", "digest")
def _version(sound):
    current = sound.ended.version
    Version.objects.create(
        application=sound.ended, number=2, content=current.content, salt="", digest="", created_at=timezone.now()
    )
    return sound.ended


@spoils("digest")
def _digest(sound):
    return change(sound.ended.version, content=sound.waiting.version.content)


@spoils("slot", "person")
def _slot(sound):
    olli, otso = slot(sound.valid, cast.OLLI), slot(sound.ended, cast.OTSO)
    change(olli, hetu=otso.hetu, hetu_index=otso.hetu_index)
    return sound.valid.version


@spoils("learned")
def _learned(sound):
    """The check by which Ethan's code was learned was undone, and he still bears it."""
    sent = application(cast.VILLE, ETHAN, reference="HS-4")
    made = learn(sent)
    Undoing.objects.create(check_made=made, reason="Not his", by=made.adviser, at=timezone.now())
    return of_code(sent, CODE)[0]


@spoils("code")
def _code(sound):
    return change(person(cast.OTSO), hetu=cast.TEA["hetu"])


@spoils("twice")
def _twice(sound):
    """As a process does that does not know the key of another one."""
    known = person(cast.OTSO)
    user = User.objects.create(username="the same person once more")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.FIELD_INDEX_KEYS", settings.FIELD_INDEX_KEYS[1:])
        index = crypto.indexes(cast.OTSO["hetu"])[0]
    return Person.objects.create(
        user=user,
        hetu=cast.OTSO["hetu"],
        hetu_index=index,
        birth_date=known.birth_date,
        identified_at=timezone.now(),
    )


@spoils("mark")
def _mark(sound):
    tea = slot(sound.valid, cast.TEA)
    changed = document.parse(cast.changed(cast.MAIJA, cast.OLLI, cast.TEA))
    changes.put(sound.valid, changed, tag=sound.valid.version.digest, by=HOUSING_SYSTEM)
    change(tea, protected=True)
    return slot(sound.valid, cast.TEA)


@spoils("mark")
def _mark_in_another_application(sound):
    """Whoever sends an application while the mark is set elsewhere has it there too."""
    left_out = slot(sound.ended, cast.VILLE)
    Applicant.objects.same_person(left_out).exclude(pk=left_out.pk).update(protected=True)
    return left_out


@spoils("mark")
def _mark_under_another_key(sound):
    return under_older_key(_mark_in_another_application(sound))


@spoils("mark")
def _mark_of_whoever_has_no_code(sound):
    """Without a code people are known by name and birth date, in every application."""
    newcomer = {**ETHAN, "last_name": "Elliot"}
    first, second = (
        application(cast.OTSO, newcomer, reference=reference).version.applicants.get(position=1)
        for reference in ("HS-5", "HS-6")
    )
    change(first, protected=True)
    return second


@spoils("mark")
def _mark_of_one_sender(sound):
    """Who marks somebody in their own application only has marked the versions that follow."""
    marked = cast.applicant(cast.TEA, non_disclosure=True)
    sent = intake.send(document.parse(cast.changed(cast.VILLE, marked, reference="HS-7")), by=UNIDENTIFIED)
    changed = document.parse(cast.changed(cast.VILLE, cast.TEA, language="sv"))
    changes.put(sent, changed, tag=sent.version.digest, by=HOUSING_SYSTEM)
    return change(slot(sent, cast.TEA), protected=False, protected_here_only=False)


@spoils("seal")
def _seal(sound):
    return change(confirmation(sound.valid, cast.MAIJA), digest="0" * 64)


@spoils("person")
def _person(sound):
    return change(confirmation(sound.valid, cast.MAIJA), person=person(cast.VILLE))


@spoils("check")
def _check(sound):
    found = confirmation(sound.valid, cast.OLLI)
    change(found.id_check, pending_reason="doubt", note="Another face")
    return found


@spoils("holder")
def _holder(sound):
    return change(
        confirmation(sound.valid, cast.OLLI),
        id_check=IdCheck.objects.get(applicant__version__application=sound.waiting),
    )


@spoils("proxy")
def _proxy(sound):
    given = Confirmation.objects.filter(method="counter").first()
    return change(given, representative="guardian", representative_name="Gunnar")


@spoils("login")
def _login(sound):
    change(sound.account, closed_at=timezone.now() - DAY)
    change(sound.account.user, password="!")
    AccountLink.objects.update(replaced_at=timezone.now())
    return confirmation(sound.waiting, cast.VERA)


@spoils("terms")
def _terms(sound):
    later = Terms.objects.create(published_at=timezone.now() + DAY, text_fi="x", text_sv="x", text_en="x")
    return change(confirmation(sound.valid, cast.MAIJA), terms=later)


@spoils("minor")
def _minor(sound):
    Terms.objects.update(published_at=dt.datetime(2010, 1, 1, tzinfo=dt.UTC))
    return change(confirmation(sound.valid, cast.MAIJA), confirmed_at=dt.datetime(2012, 4, 30, tzinfo=dt.UTC))


@spoils("declined")
def _declined(sound):
    change(slot(sound.waiting, cast.VERA), declined_at=timezone.now())
    return confirmation(sound.waiting, cast.VERA)


@spoils("act")
def _act(sound):
    RecordedAct.objects.filter(kind="withdrawn").delete()
    return sound.withdrawn.changes.get(transition="withdrawn")


@spoils("basis")
def _basis(sound):
    found = RecordedAct.objects.get(kind="withdrawn")
    change(found.id_check, pending_reason="doubt", note="Another face")
    return found


@spoils("declining")
def _declining(sound):
    found = RecordedAct.objects.get(kind="declined")
    change(found.id_check.applicant, declined_at=None)
    return found


@spoils("account")
def _account(sound):
    """Vera's account rests on a check of Olli's."""
    other = IdCheck.objects.get(applicant__version__application=sound.valid)
    return change(sound.account, id_check=other.account_key)


@spoils("password")
def _password(sound):
    sound.account.user.set_password("correct horse battery")
    sound.account.user.save()
    AccountLink.objects.update(replaced_at=timezone.now())
    return change(sound.account, closed_at=timezone.now() + DAY)


@spoils("link")
def _link(sound):
    change(sound.account, closed_at=timezone.now() + DAY)
    return AccountLink.objects.get()


@spoils("invitation")
def _invitation(sound):
    new = invitation_links.new_invitation(slot(sound.ended, cast.VILLE), at=timezone.now())
    Invitation.objects.filter(applicant=new.applicant).update(replaced_at=timezone.now())
    new.save()
    return new


@spoils("uninvited")
def _uninvited(sound):
    Invitation.objects.filter(applicant__version__application=sound.waiting).delete()
    return slot(sound.waiting, cast.VILLE)


@spoils("held")
def _held(sound):
    return change(slot(sound.valid, cast.OLLI), held_at=timezone.now())


@spoils("unreceipted")
def _unreceipted(sound):
    found = confirmation(sound.valid, cast.MAIJA)
    Letter.objects.get(key=f"receipt:{found.pk}:{found.applicant_id}").delete()
    return found


@spoils("look")
def _look_at_what_was_undone(sound):
    made = doubtful(sound.waiting, cast.VILLE)
    id_checks.decide(made, accepted=False, reason="Another face", by=acting("supervisor"))
    undo(made)
    change(made.undoing, at=timezone.now() - DAY)
    return made


@spoils("look")
def _look_at_ones_own(sound):
    made = doubtful(sound.waiting, cast.VILLE)
    look = id_checks.decide(made, accepted=True, reason="Seen", by=acting("supervisor"))
    change(look, by=made.adviser)
    return made


@spoils("letter")
def _letter(sound):
    return change(Letter.objects.filter(about=sound.valid.reference)[0], about="NOSUCHREF")


@spoils("erased")
def _erased(sound):
    return change(slot(sound.ended, cast.OTSO), phone="040 123 4567")


@spoils("entry")
def _entry(sound):
    Entry.objects.get(chain__name=f"application {sound.ended.pk}", event="withdrawn").delete()
    return f"application {sound.ended.number}, withdrawn"


@spoils("change", "state")
def _change(sound):
    Happening.objects.filter(application=sound.waiting).delete()
    StateChange.objects.filter(application=sound.waiting).delete()
    return Entry.objects.get(chain__name=f"application {sound.waiting.pk}", event="sent")


@spoils("certificate")
def _certificate(_sound):
    Certificate.objects.update(valid_until=F("valid_until") + dt.timedelta(days=365))
    return Certificate.objects.get()


@spoils("receipt")
def _receipt(sound):
    mine = slot(sound.valid, cast.MAIJA)
    Entry.objects.get(subject=f"applicant {mine.pk}", event="person_confirmed").delete()
    return mine
