"""What must hold whatever has failed. Each invariant finds what does not hold, for the database of this process.

Some are what `verify_applications` and `verify_records` look for too: these here are counted from the rows once more,
in another way, so that a fault in those commands does not hide one in the service.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Prefetch, Subquery

from applications.enums import Happened, State
from applications.models import OPEN, Applicant, Application, Confirmation, Happening, StateChange
from applications.verification import FAULTS
from mailing.models import Letter
from records.enums import Event as TrailEvent
from records.models import Entry
from records.verify import verify_everything
from upstream.models import Event, Intake, WebhookDelivery

OF_CONFIRMATION = ("receipt", "valid", "confirmed")  # the letters that a confirmation owes


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
INVARIANTS: dict[str, tuple[str, Find]] = {}


def invariant(name: str, what: str) -> Callable[[Find], Find]:
    """Enter the decorated function in the list: it yields, in words, where the invariant does not hold."""

    def enter(find: Find) -> Find:
        INVARIANTS[name] = what, find
        return find

    return enter


def losses(seen: Seen) -> dict[str, list[str]]:
    """Return where each invariant does not hold, by its name; those that hold are left out."""
    found = {name: list(find(seen)) for name, (_what, find) in INVARIANTS.items()}
    return {name: places for name, places in found.items() if places}


@invariant("acknowledged", "an acknowledged confirmation is there")
def _acknowledged(seen: Seen) -> Iterator[str]:
    stored = set(Confirmation.objects.filter(undone_at=None).values_list("applicant", flat=True))
    for slot in seen.acknowledged:
        if slot not in stored:
            yield f"the confirmation of slot {slot} was acknowledged and is not stored"


@invariant("once", "one confirmation per person and version")
def _once(seen: Seen) -> Iterator[str]:
    counting = Confirmation.objects.filter(undone_at=None).order_by()
    for group in (("applicant",), ("person", "applicant__version")):
        many = counting.exclude(person=None).values_list(*group).annotate(number=Count("pk")).filter(number__gt=1)
        for *_key, number in many:
            yield f"{number} confirmations of one {' and '.join(group)}"


@invariant("letters", "one letter row per event that owes a letter, and none without its cause")
def _letters(seen: Seen) -> Iterator[str]:
    owed: Counter[tuple[str, int, str]] = Counter()
    slots = Prefetch("applicant__version__applicants", Applicant.objects.defer("hetu"))
    confirmations = Confirmation.objects.select_related("applicant__version").prefetch_related(slots)
    for one in confirmations.defer("applicant__hetu", "applicant__version__content"):
        for slot in one.applicant.version.applicants.all():
            if slot.pk == one.applicant_id:
                owed[("receipt", one.pk, f"applicant {slot.pk}")] += 1
            elif slot.is_adult and not slot.declined_at and not slot.held_at:
                owed[("news", one.pk, f"applicant {slot.pk}")] += 1
    stored: Counter[tuple[str, int, str]] = Counter()
    rows = Letter.objects.filter(message__in=OF_CONFIRMATION).values_list("message", "key", "recipient")
    for message, key, recipient in rows:
        stored[("receipt" if message == "receipt" else "news", int(key.split(":")[1]), recipient)] += 1
    for (kind, key, recipient), number in sorted(((owed - stored) + (stored - owed)).items()):
        how = "too many" if stored[(kind, key, recipient)] > owed[(kind, key, recipient)] else "missing"
        yield f"{kind} of confirmation {key} to {recipient}: {number} {how}"


@invariant("trail", "one entry of the trail per confirmation, and none without its cause")
def _trail(seen: Seen) -> Iterator[str]:
    told = Counter(
        facts.get("confirmation")
        for facts in Entry.objects.filter(event=TrailEvent.PERSON_CONFIRMED).values_list("facts", flat=True)
    )
    stored = Counter(Confirmation.objects.values_list("pk", flat=True))
    for key in sorted((told - stored) + (stored - told)):
        yield f"confirmation {key}: {told[key]} entries of the trail, {stored[key]} rows"


@invariant("state", "the state follows from the rows")
def _state(seen: Seen) -> Iterator[str]:
    last = StateChange.objects.filter(application=OuterRef("pk")).order_by("-pk").values("to_state")[:1]
    applications = Application.objects.with_people().annotate(last=Subquery(last)).order_by("pk")
    for application in applications:
        waits = any(a.is_adult and not a.confirmed for a in application.applicants)
        follows = State.AWAITING if waits else State.VALID
        if application.state in OPEN and application.state != follows:
            yield f"application {application.pk} is {application.state}, and its confirmations make it {follows}"
        if application.state != application.last:
            yield f"application {application.pk} is {application.state}, and was last made {application.last}"


@invariant("events", "one event per confirmation and for each thing that happened, none doubled")
def _events(seen: Seen) -> Iterator[str]:
    kinds = (Happened.PERSON_CONFIRMED, Happened.CONFIRMED)
    told = Counter(Happening.objects.filter(kind__in=kinds).values_list("applicant", flat=True))
    given = Counter(Confirmation.objects.values_list("applicant", flat=True))
    for slot in sorted((told - given) + (given - told), key=str):
        yield f"slot {slot}: {given[slot]} confirmations, told of {told[slot]} times"
    if seen.events is None:
        return
    of_clients = Happening.objects.filter(Exists(Intake.objects.filter(application=OuterRef("application"))))
    for key in of_clients.filter(event=None).values_list("pk", flat=True):
        yield f"nobody was told of happening {key}"
    sent = WebhookDelivery.objects.filter(attempts__gt=0).values_list("event__uid", flat=True)
    yield from _arrived(set(sent), seen.events, seen.copies_of_events, "event")
    for key in Event.objects.exclude(deliveries__delivered_at__isnull=False).values_list("pk", flat=True):
        yield f"event {key} was not delivered"


@invariant("sent", "letters all leave, and no more copies of them than workers were killed")
def _sent(seen: Seen) -> Iterator[str]:
    if seen.letters is None:
        return
    for key in Letter.objects.filter(sent_at=None, dropped_at=None).values_list("pk", flat=True):
        yield f"letter {key} has not left"
    tried = Letter.objects.filter(sent_at__isnull=False, attempts__gt=0).values_list("message_id", flat=True)
    yield from _arrived(set(tried), seen.letters, seen.copies_of_letters, "letter")


def _arrived(sent: set[str], taken: list[str], most: int, what: str) -> Iterator[str]:
    for key in sorted(sent - set(taken)):
        yield f"{what} {key} counts as sent, and nobody took it"
    for key in sorted(set(taken) - sent):
        yield f"{what} {key} was taken, and does not count as sent"
    if (copies := len(taken) - len(set(taken))) > most:
        yield f"{copies} copies of {what}s too many, at most {most} are explained"


@invariant("records", "verify_records finds nothing")
def _records(seen: Seen) -> Iterator[str]:
    yield from map(str, verify_everything())


@invariant("applications", "verify_applications finds nothing")
def _applications(seen: Seen) -> Iterator[str]:
    for word, fault in FAULTS.items():
        for place in fault.find():
            yield f"{word}: {place}"
