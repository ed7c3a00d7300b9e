"""The step after a restore, before web server and workers start (ADR 57).

The database is as it was when the backup was taken; the world is not. Nothing leaves a second time, no number is given
a second time, nobody is let in by what has ended since, and whom we erased goes again. Each part may be done twice.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction

from applications import clock, dates
from applications.models import Applicant, Application
from core.actors import Actor, Role, Source
from core.log_lines import lines_of
from core.restored_database import MARGIN, database_mark, raise_numbers
from core.transactions import atomically
from identity import ended_access
from mailing import restored_emails
from mailing.models import Letter
from privacy import erasure, lost, purge
from privacy.lost import Lost
from records.enums import Event
from records.log_comparison import LoggedEntry
from records.models import Entry
from records.names import application_keys, parse_name, restore_chain
from records.trail import append_event
from upstream import events, restored_events

OPERATOR = Actor(Role.OPERATOR, Source.COUNTER)  # at the command line, where nobody is logged in


@dataclass
class Restore:
    """One restored database, the logs of the time since its backup, and what is found in them."""

    files: Sequence[Path] = ()
    lost: Lost = field(init=False)

    def __post_init__(self) -> None:
        self.lost = lost.read_lost(self.files)

    @property
    def done_before(self) -> dt.datetime | None:
        """When this step was done for this very database before; None if it was not."""
        done = Entry.objects.filter(event=Event.RESTORED, facts__database=database_mark()).order_by("pk").last()
        return done.at if done else None

    @property
    def backup_until(self) -> dt.datetime | None:
        """When the last entry of the trail was written that the backup has."""
        done_before = self.done_before
        since = {"at__lt": done_before} if done_before else {}
        last = Entry.objects.filter(**since).exclude(event=Event.RESTORED).order_by("pk").last()
        return last.at if last else None

    def emails_sent(self) -> list[tuple[int, dt.datetime]]:
        """Return the letters here that were sent by the log, and when."""
        letters = restored_emails.not_yet_held() | Letter.objects.restored()
        return list(restored_emails.sent_by_log(lines_of("mailing", self.files), letters))

    def events_delivered(self) -> dict[int, str]:
        """Return the deliveries here that were taken by the log, and under which ids."""
        waiting = restored_events.not_yet_held() | restored_events.held()
        return restored_events.delivered_by_log(lines_of("upstream.webhooks", self.files), waiting)

    def erasures_to_repeat(self) -> list[LoggedEntry]:
        """Return the erasures of the lost time that have not been done again.

        Logs from which the database differs may be those of another installation: they let nobody be erased.
        """
        return (
            [] if self.lost.differing else [entry for entry in self.lost.erasures if not lost.is_erased_again(entry)]
        )


def plan(restore: Restore) -> Iterator[str]:
    """Yield what the step would do, and do nothing."""
    yield f"Emails that would be held: {restored_emails.not_yet_held().count()}"
    yield f"Events that would be held: {restored_events.not_yet_held().count()}"
    yield f"Numbers of every table would go on {MARGIN} higher"
    links = ended_access.live_account_links().count() + ended_access.live_staff_links().count()
    yield f"Sessions that would end: {Session.objects.count()}"
    yield f"Links for passwords that would end: {links}"
    yield f"Erasures that would be repeated: {len(restore.erasures_to_repeat())}"
    for kind, number in purge.purge(is_dry=True):
        if number:
            yield f"Past their retention time, {kind}: {number}"
    yield f"Steps of the clock that are due: {len(clock.preview())}"
    yield f"Emails that the log knows as sent: {len(restore.emails_sent())}"
    yield f"Events that the log knows as delivered: {len(restore.events_delivered())}"


def carry_out(restore: Restore) -> Iterator[str]:
    """Do what a restored database needs before it serves people, and yield what was done.

    What erasing, retention and the clock store now was due, and may have left, in the lost time: it is held too.
    """
    raised = raise_numbers()  # first, as it is what a role may have no right to
    emails, deliveries = restored_emails.hold(), restored_events.hold()
    restored_events.leave_out_numbers(raised)
    yield f"Numbers of every table go on {MARGIN} higher"
    yield f"Sessions ended: {ended_access.end_sessions()}"
    yield f"Links for passwords ended: {ended_access.end_links()}"
    yield from repeat_erasures(restore)
    for kind, number in purge.purge(is_dry=False):
        if number:
            yield f"Removed past their retention time, {kind}: {number}"
    try:
        yield f"Applications that the clock visited: {clock.tick()}"
    except clock.SomeFailed as error:
        yield f"The clock: {error}"
    events.collect_late()
    emails, deliveries = emails + restored_emails.hold(), deliveries + restored_events.hold()
    yield f"Emails held: {emails}"
    yield f"Events held: {deliveries}"
    with transaction.atomic():
        _record("held", emails=emails, events=deliveries, database=database_mark())
    yield from settle_by_log(restore)


def repeat_erasures(restore: Restore) -> Iterator[str]:
    """Erase again whom the lost time saw erased, and yield what came of it (R18)."""
    repeated = 0
    if restore.lost.erasures and restore.lost.differing:
        yield "Nobody is erased by logs from which the database differs: are they of this installation?"
    for entry in restore.erasures_to_repeat():
        kind, key = parse_name(entry.subject)
        applications = application_keys([entry.chain])
        # Not by the key alone: if somebody wrote here before this step, it may be another person's by now.
        of_then = Applicant.objects.filter(version__application__in=applications, version__created_at__lte=entry.at)
        slot = of_then.filter(pk=key).first() if kind == "applicant" else None
        if slot is None:
            # Their slot is of a version that is lost; or the application went with another one, or was not there yet.
            if Application.objects.filter(pk__in=applications).exists():
                yield f"Not erased, because the version is lost: {lost.describe([entry])[0]}"
            continue
        reason = f"Repeated after a restore: entry {entry.number} of {entry.chain}"
        try:
            erasure.erase_person(slot, reason=reason, by=OPERATOR)
        except erasure.StillOpen:
            yield f"Not erased, because an application of theirs is open here: {lost.describe([entry])[0]}"
        else:
            repeated += 1
    yield f"Erasures repeated: {repeated}"


def settle_by_log(restore: Restore) -> Iterator[str]:
    """Note as sent and delivered what the logs know as such, and yield how many remain held."""
    sent, delivered = restore.emails_sent(), restore.events_delivered()
    for pk, at in sent:
        restored_emails.note_sent(pk, at)
    restored_events.note_delivered(delivered)
    yield f"Emails that the log knows as sent: {len(sent)}"
    yield f"Events that the log knows as delivered: {len(delivered)}"
    yield f"Emails that remain held: {Letter.objects.restored().count()}"
    yield f"Events that remain held: {restored_events.held().count()}"


@atomically
def release(
    rooms: Collection[str], *, due_since: dt.datetime | None, left_before: dt.datetime | None
) -> dict[str, int]:
    """Let what is held since a restore leave, all or what was due from a moment on; return how much in each room.

    With `left_before`, note instead that what was due before then has left. `rooms` are "emails" and "events". The
    trail keeps that the operator decided so.
    """
    done = {
        room: act(due_before=left_before) if left_before else let_go(due_since=due_since)
        for room, (act, let_go) in {
            "emails": (restored_emails.count_as_sent, restored_emails.release),
            "events": (restored_events.count_as_delivered, restored_events.release),
        }.items()
        if room in rooms
    }
    _record("noted as left" if left_before else "released", **done)
    return done


def _record(act: str, **facts: Any) -> None:
    append_event(Event.RESTORED, chain=restore_chain(dates.today().year), by=OPERATOR, act=act, **facts)
