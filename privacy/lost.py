"""What is lost since a backup, by the log: whom to tell, and what to do again (ADR 57)."""

import datetime as dt
from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from applications.models import Applicant, Application
from core.log_lines import lines_of
from identity.models import User
from records.enums import Event
from records.log_comparison import LoggedEntry, logged_entries, missed_entries
from records.models import Entry
from records.names import application_keys, parse_name

# What keeps somebody out or protects them is undone by the restore: it comes before anything else.
TO_DO_AGAIN = {
    Event.PROTECTION_SET,
    Event.ACCOUNT_CLOSED,
    Event.ACCOUNT_ADDRESS_CHANGED,
    Event.CHECK_UNDONE,
    Event.CHECK_REJECTED,
    Event.CONFIRMATION_UNDONE,
    Event.CODE_TAKEN_BACK,
    Event.STAFF_CHANGED,
    Event.STAFF_CHANGE_ASKED,
    Event.STAFF_CHANGE_CONFIRMED,
    Event.STAFF_CHANGE_REJECTED,
    Event.STAFF_PASSWORD_SET,
}
# What somebody did and relies on, or was told of.
TO_TELL = {
    Event.SENT,
    Event.CHANGED,
    Event.RENEWED,
    Event.WITHDRAWN,
    Event.PERSON_CONFIRMED,
    Event.PERSON_DECLINED,
    Event.DECLINING_UNDONE,
    Event.CONTACT_DETAILS_CHANGED,
    Event.ADDRESS_CHANGED,
    Event.ERROR_REPORTED,
    Event.CERTIFICATE_ISSUED,
    Event.CHECK_RECORDED,
    Event.CHECK_ACCEPTED,
    Event.CODE_LEARNED,
    Event.ACCOUNT_ISSUED,
    Event.ACCOUNT_PASSWORD_SET,
    Event.PROTECTION_REMOVED,
    Event.FEEDBACK_ANSWERED,
}


@dataclass
class Lost:
    """What the log has and the database has not; entries of the same kind are counted where nobody need be told."""

    to_do_again: list[LoggedEntry] = field(default_factory=list)
    to_tell: list[LoggedEntry] = field(default_factory=list)
    erasures: list[LoggedEntry] = field(default_factory=list)
    unnamed: list[LoggedEntry] = field(default_factory=list)  # by a former release, without their event
    others: Tally[str] = field(default_factory=Tally)
    differing: list[LoggedEntry] = field(default_factory=list)  # stored otherwise: somebody changed them
    entries: int = 0  # of which the logs tell at all


def read_lost(files: Iterable[Path]) -> Lost:
    """Return what the logs in these files have and the database has not. Raises OSError."""
    lost = Lost()
    purged_before = timezone.now() - dt.timedelta(days=settings.RETENTION_TRAIL_DAYS)

    def logged() -> Iterator[LoggedEntry]:
        for entry in logged_entries(lines_of("records", files)):
            lost.entries += 1
            yield entry

    for missed in missed_entries(logged(), purged_before=purged_before):
        entry = missed.entry
        if not missed.is_lost:
            lost.differing.append(entry)
        elif entry.event == Event.ERASED:
            lost.erasures.append(entry)
        elif entry.event in TO_DO_AGAIN:
            lost.to_do_again.append(entry)
        elif entry.event in TO_TELL:
            lost.to_tell.append(entry)
        elif entry.event in Event.values:
            lost.others[entry.event] += 1
        else:
            lost.unnamed.append(entry)
    return lost


def is_erased_again(entry: LoggedEntry) -> bool:
    """Tell whether an erasure of the lost time has been done again."""
    return Entry.objects.filter(event=Event.ERASED, subject=entry.subject).exists()


def describe(entries: list[LoggedEntry]) -> list[str]:
    """Return a line for each entry: when, which application or member of staff, who of them, and what happened."""
    places = _places(entries)
    return [
        f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M}  {places[entry]}: "
        f"{label_of(entry.event)} "
        f"(entry {entry.number} of {entry.chain})"
        for entry in entries
    ]


def label_of(event: str) -> str:
    """Return what happened, in the language of the page."""
    return str(Event(event).label) if event in Event.values else "not named in the log"


def _places(entries: list[LoggedEntry]) -> dict[LoggedEntry, str]:
    applications = application_keys({entry.chain for entry in entries})
    numbers = {application.pk: application.number for application in Application.objects.filter(pk__in=applications)}
    subjects = {entry: parse_name(entry.subject) for entry in entries}
    slots = {key for kind, key in subjects.values() if kind == "applicant"}
    positions = {
        str(pk): f"applicant {position + 1}"
        for pk, position in Applicant.objects.filter(pk__in=slots).values_list("pk", "position")
    }
    users = {key for kind, key in subjects.values() if kind == "user"}
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=users).values_list("pk", "username")}
    found = {}
    for entry, (kind, key) in subjects.items():
        of, pk = parse_name(entry.chain)
        place = entry.chain
        if of == "application":
            place = f"application {numbers[int(pk)]}" if int(pk) in numbers else "an application that is not here"
        if kind == "applicant":
            place += f", {positions.get(key, 'an applicant who is not here')}"
        elif kind == "user":
            place += f", {names.get(key, 'a member of staff who is not here')}"
        elif entry.subject:
            place += f", {entry.subject}"
        found[entry] = place
    return found
