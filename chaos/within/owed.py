"""What must hold after every fault: `losses()` looks over the whole database, and says of each place what is lost.

The places are named by keys and numbers, never by a person's name or code. The faults of `verify_applications` and
`verify_records` are among them; the others are what only somebody knows who has seen all that was asked for: what
people were told is there, each event has its one letter to each whom it owes one, and nothing is there without its
cause. For a database in which nothing was erased or purged, no emails were held, and nobody's declining was undone.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from django.utils import timezone

from applications import dates
from applications.enums import State, Transition
from applications.models import Applicant, Application, Confirmation, Happening, Invitation, StateChange, Version
from applications.verification import FAULTS, one_picture
from core.actors import Source
from identity.models import AccountLink
from mailing.models import Letter
from records.enums import Event as Recorded
from records.verify import verify_everything
from upstream.models import Event, Intake, WebhookDelivery, WebhookEndpoint

ENDS = {
    Transition.LAPSED: State.LAPSED,
    Transition.EXPIRED: State.EXPIRED,
    Transition.WITHDRAWN: State.WITHDRAWN,
    Transition.REPLACED: State.REPLACED,
}
# The kinds of letters of which owed_letters() knows every one. Others (reminders, warnings) come with time.
OWED_KINDS = {
    "arrived",
    "invitation",
    "receipt",
    "confirmed",
    "valid",
    "undone",
    "account_link",
    "account_password_set",
    *map(str, ENDS.values()),
}

Places = Iterator[str]
LOOKS: dict[str, Callable[[], Places]] = {}


def looks_for(what: str) -> Callable[[Callable[[], Places]], Callable[[], Places]]:
    """Enter the decorated function in the list of what losses() looks for. It returns the places."""

    def enter(look: Callable[[], Places]) -> Callable[[], Places]:
        LOOKS[what] = look
        return look

    return enter


def losses(acknowledged: Iterable[str] = ()) -> list[str]:
    """Return what is lost, doubled, half done or without its cause; nothing if all is well.

    `acknowledged` are the numbers of the receipts that people have seen, grouped or not.
    """
    with one_picture():
        found = [f"{what}: {place}" for what, look in LOOKS.items() for place in look()]
        found += [f"A confirmation was acknowledged and is not there: {number}" for number in _missing(acknowledged)]
        found += [f"{fault.what}: {place}" for fault in FAULTS.values() for place in fault.find()]
    return found + [f"The trail is broken: {fault}" for fault in verify_everything()]


def _missing(acknowledged: Iterable[str]) -> list[str]:
    told = {number.replace(" ", "").replace("-", "").replace("\xa0", "") for number in acknowledged}
    stored = {number.replace("-", "") for number in Confirmation.objects.values_list("number", flat=True)}
    return sorted(told - stored)


@looks_for("More than one confirmation of a person and version counts")
def _doubled() -> Places:
    """The database lets one count for each slot; a person has one slot in each version, whatever keys index it."""
    counting = Confirmation.objects.filter(undone_at=None).exclude(person=None)
    given = Counter(counting.values_list("applicant__version", "person"))
    slots = Counter(Confirmation.objects.filter(undone_at=None).values_list("applicant", flat=True))
    yield from (f"version {version}" for (version, _person), number in given.items() if number > 1)
    yield from (f"applicant {slot}" for slot, number in slots.items() if number > 1)


@looks_for("A letter is owed and not there")
def _unwritten() -> Places:
    owed = set(owed_letters())
    yield from sorted(owed - set(Letter.objects.values_list("key", flat=True)))


@looks_for("A letter is there without the event that it tells of")
def _causeless() -> Places:
    """A second letter of one event would have a second key, so it is found here."""
    owed = set(owed_letters())
    kept = Letter.objects.filter(message__in=OWED_KINDS).exclude(key__startswith="invitation:version.")
    yield from sorted(set(kept.values_list("key", flat=True)) - owed)


def owed_letters() -> Iterator[str]:
    """Yield the key of each letter of OWED_KINDS that an event owes somebody, from the rows of the events alone."""
    people = _people()
    for version, slots in people.items():
        yield from (f"arrived:{version}:{slot.pk}" for slot in slots if slot.position == 0)
    for key, slot in Invitation.objects.values_list("pk", "applicant"):
        yield f"invitation:{key}:{slot}"
    yield from _of_confirmations(people)
    yield from _of_ends(people)
    for key, used_at in AccountLink.objects.values_list("pk", "used_at"):
        yield f"account_link:{key}"
        if used_at:
            yield f"account_password_set:{key}"


def _people() -> dict[int, list[Applicant]]:
    """Return the slots of each version to which emails are not held, without their codes."""
    found: dict[int, list[Applicant]] = {key: [] for key in Version.objects.values_list("pk", flat=True)}
    for slot in Applicant.objects.filter(held_at=None).defer("hetu").order_by("position"):
        found[slot.version_id].append(slot)
    return found


def _of_confirmations(people: dict[int, list[Applicant]]) -> Iterator[str]:
    """Yield the receipt of whoever confirmed, and what the others are told of it and of its undoing."""
    made_valid = set(StateChange.objects.filter(transition=Transition.CONFIRMED).values_list("application", "at"))
    undone = set(StateChange.objects.filter(transition=Transition.UNDONE).values_list("application", "at"))
    facts = ("pk", "applicant", "applicant__version", "applicant__version__application", "confirmed_at", "undone_at")
    for key, own, version, application, at, undone_at in Confirmation.objects.values_list(*facts):
        yield f"receipt:{key}:{own}"
        message = "valid" if (application, at) in made_valid else "confirmed"
        yield from (f"{message}:{key}:{slot.pk}" for slot in _reached(people[version], at) if slot.pk != own)
        if (application, undone_at) in undone:
            yield from (f"undone:{key}:{slot.pk}" for slot in _reached(people[version], undone_at))


def _of_ends(people: dict[int, list[Applicant]]) -> Iterator[str]:
    ended = StateChange.objects.filter(transition__in=ENDS)
    facts = ("application", "application__current", "transition", "at")
    for application, version, transition, at in ended.values_list(*facts):
        message = ENDS[Transition(transition)]
        yield from (f"{message}:{application}:{slot.pk}" for slot in _reached(people[version], at))


def _reached(slots: list[Applicant], at: dt.datetime) -> Iterator[Applicant]:
    """Yield the adults among these who applied then, whom everybody's news reach."""
    for slot in slots:
        declined = slot.declined_at is not None and slot.declined_at <= at
        if dates.is_adult(slot.birth_date, on=timezone.localdate(at)) and not declined:
            yield slot


@looks_for("A change of state is not told the housing system")
def _untold_changes() -> Places:
    yield from (f"change {key}" for key in StateChange.objects.filter(happening=None).values_list("pk", flat=True))


@looks_for("A confirmation is not told the housing system once")
def _untold_confirmations() -> Places:
    """The last one is told as the application's becoming valid."""
    told = Counter(
        Happening.objects.filter(kind__in=[Recorded.PERSON_CONFIRMED, Recorded.CONFIRMED]).values_list(
            "applicant", flat=True
        )
    )
    given = Counter(Confirmation.objects.values_list("applicant", flat=True))
    yield from (f"applicant {slot}" for slot, number in given.items() if told[slot] != number)


@looks_for("An event was collected twice")
def _doubled_events() -> Places:
    """Each happening has one event by the database; the same change must not be two happenings either."""
    collected = Counter(
        Event.objects.exclude(happening__change=None).values_list(
            "application", "happening__change__transition", "happening__at"
        )
    )
    yield from (f"application {application}, {kind}" for (application, kind, _), n in collected.items() if n > 1)


@looks_for("An event is not delivered to a receiver, nor on its way")
def _undelivered() -> Places:
    """To whom it is owed: the receivers that were there when it was collected."""
    for endpoint in WebhookEndpoint.objects.live():
        owed = Event.objects.filter(client=endpoint.client_id, collected_at__gte=endpoint.created_at)
        queued = WebhookDelivery.objects.filter(endpoint=endpoint).values("event")
        yield from (f"event {key}" for key in owed.exclude(pk__in=queued).values_list("pk", flat=True))


@looks_for("An application is there, and nobody owes it: half of what stores it is missing")
def _half_stored() -> Places:
    """One that a client sent is known by the client's number; every one has a version with a main applicant."""
    headless = Application.objects.exclude(current__applicants__position=0)
    yield from (f"application {key}" for key in headless.values_list("pk", flat=True))
    sent_in = StateChange.objects.filter(
        transition=Transition.SENT, source=Source.HOUSING_SYSTEM, application__intake=None
    )
    yield from (f"application {key}" for key in sent_in.values_list("application", flat=True))
    orphans = Intake.objects.filter(application__current=None)
    yield from (f"intake {key}" for key in orphans.values_list("pk", flat=True))
