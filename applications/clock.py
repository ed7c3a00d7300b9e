"""What the passing of time does to an application: reminders, warnings, birthdays, and its end (R2, R5, R14).

`tick` may run on any number of machines at once, and may be missed for a week: every letter has a key, every
application is locked, and one reminder stands for all that were missed. `tick` looks only at applications that are
due, so its time follows their number and not the number of all. An application that fails is tried again later, and
the others do not wait for it.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from applications import dates, deadlines, held_emails, inviting, letters, undeliverable
from applications.enums import State
from applications.models import OPEN, Applicant, Application
from core import alive
from core.transactions import DATABASE_AWAY
from core.worker import log_fault
from mailing import outbox

logger = logging.getLogger(__name__)

FIRST_REMINDER, NEXT_REMINDERS, MOST_REMINDERS = dt.timedelta(days=3), dt.timedelta(days=7), 5
WARNING = dt.timedelta(days=7)  # before the last day
RELEASE = dt.timedelta(days=14)  # before the last day, the last moment for emails that were held
HELD_AT_LEAST = dt.timedelta(days=1)  # of an application that was imported later than that
MORNING = dt.time(9)  # in Helsinki: nobody is warned in the night
RETRY_AFTER = dt.timedelta(hours=1)  # of an application that failed


class SomeFailed(Exception):
    """Everything due was done, except to some applications that failed. They are tried again in an hour."""

    def __init__(self, *, visited: int, failed: int) -> None:
        super().__init__(f"{visited} applications visited, {failed} of them failed")


class StepKind(StrEnum):
    """What the clock does."""

    RELEASE = "release"
    WARNING = "warning"
    END = "end"
    BIRTHDAY = "birthday"
    REMINDER = "reminder"


@dataclass(frozen=True)
class Step:
    """One thing that the clock does to one application. Of several past steps with one name, only the last is done."""

    at: dt.datetime
    kind: StepKind
    do: Callable[[], None]
    applicant: Applicant | None = None  # whose birthday or reminder it is
    is_needed: Callable[[], bool] = lambda: True

    @property
    def name(self) -> str:
        return f"{self.kind} of {self.applicant.position}" if self.applicant else str(self.kind)


def tick() -> int:
    """Do what is due to every application, and return how many were visited.

    Raises SomeFailed, after everything else is done.
    """
    visited = failed = 0
    while (is_done := _tick_one(timezone.now())) is not None:
        visited, failed = visited + 1, failed + (not is_done)
        alive.show_life()  # thousands may be due, and take longer than a round
    undeliverable.tell()
    if failed:
        raise SomeFailed(visited=visited, failed=failed)
    return visited


def preview() -> list[str]:
    """Return what tick would do now, one line for each step, and do nothing."""
    now = timezone.now()
    due = Application.objects.filter(due_at__lte=now).with_people().with_emails_held().order_by("due_at", "pk")
    steps = [f"{application.number}: {step.name}" for application in due for step in _overdue(application, now)]
    untold = undeliverable.untold()
    return [*steps, *(f"{application.number}: undeliverable of {who.position}" for _, who, application in untold)]


def _tick_one(now: dt.datetime) -> bool | None:
    """Do what is due to one application; return whether that went well, or None when there is none."""
    locked = None
    try:
        with transaction.atomic():
            due = Application.objects.filter(due_at__lte=now).order_by("due_at", "pk")
            skip_locked = connection.features.has_select_for_update_skip_locked
            locked = due.select_for_update(skip_locked=skip_locked).values_list("pk", flat=True).first()
            if locked is not None:
                _do(locked, now)
    except DATABASE_AWAY:
        raise
    except Exception as error:  # whatever one application does, those due after it go on
        if locked is None:
            raise
        log_fault(logger, error, message="application failed in the clock", application=locked)
        Application.objects.filter(pk=locked, due_at__lte=now).update(due_at=now + RETRY_AFTER)
        return False
    return None if locked is None else True


def _do(locked: int, now: dt.datetime) -> None:
    application = _read_application(locked)  # now that nobody else can change it
    if overdue := _overdue(application, now):
        for step in overdue:
            step.do()
        application = _read_application(locked)  # a step may have ended it, or invited somebody
    ahead = next_steps(application, now=now)
    Application.objects.filter(pk=locked).update(ticked_at=now, due_at=ahead[0].at if ahead else None)


def next_steps(application: Application, *, now: dt.datetime) -> list[Step]:
    """Return the next step of each name that lies ahead of an application, in the order of time.

    The application has its invitations. Whether a step is needed is known only when its time has come.
    """
    ahead = sorted((step for step in _steps(application) if step.at > now), key=lambda step: step.at, reverse=True)
    first_of_name = {step.name: step for step in ahead}
    return sorted(first_of_name.values(), key=lambda step: step.at)


def _read_application(pk: int) -> Application:
    return Application.objects.with_people().with_emails_held().get(pk=pk)


def _overdue(application: Application, now: dt.datetime) -> list[Step]:
    past = [step for step in _steps(application) if step.at <= now]
    # Whatever else was missed, an application that has ended is not warned or reminded any more.
    if ends := [step for step in past if step.kind == StepKind.END]:
        return ends
    since = application.ticked_at or application.sent_at
    last_of_name = {step.name: step for step in past if step.at > since}
    return [step for step in last_of_name.values() if step.is_needed()]


def _steps(application: Application) -> Iterator[Step]:
    """Yield every step in the time of this version, past or not, those of each applicant in their order."""
    if application.state not in OPEN:
        return
    last_day = application.valid_until
    if held_at := application.emails_held_at:
        release_at = max(_at(last_day - RELEASE, MORNING), held_at + HELD_AT_LEAST)
        yield Step(release_at, StepKind.RELEASE, partial(held_emails.release_of, application))
    yield Step(_at(last_day - WARNING, MORNING), StepKind.WARNING, partial(letters.about_to_end, application))
    yield Step(_at(last_day + dt.timedelta(days=1)), StepKind.END, partial(deadlines.end, application))
    for applicant in application.applicants:
        yield from _birthday(applicant, application)
        if letters.is_reminded(applicant, application) and not application.emails_held_at:
            yield from _reminders(applicant, application)


def _birthday(applicant: Applicant, application: Application) -> Iterator[Step]:
    """Yield the day from which the application waits for one adult more; a valid application stays valid (R2)."""
    birthday = dates.adult_on(applicant.birth_date)
    if application.state == State.AWAITING and birthday > timezone.localdate(application.version.created_at):
        yield Step(_at(birthday), StepKind.BIRTHDAY, partial(_became_adult, applicant, application), applicant)


def _reminders(applicant: Applicant, application: Application) -> Iterator[Step]:
    invited = applicant.live_invitation.created_at if applicant.live_invitation else application.version.created_at
    if application.emails_released_at:  # the acknowledgement was held too, and who has no invitation waits since then
        invited = max(invited, application.emails_released_at)
    for number in range(MOST_REMINDERS):
        yield Step(
            invited + FIRST_REMINDER + number * NEXT_REMINDERS,
            StepKind.REMINDER,
            partial(letters.reminded, applicant, application, number=number + 1),
            applicant,
            is_needed=lambda: not outbox.is_unreachable(applicant.email),
        )


def _became_adult(applicant: Applicant, application: Application) -> None:
    letters.became_adult(applicant, application)
    if applicant.email and not applicant.declined_at:
        inviting.invite(applicant, application)


def _at(day: dt.date, time: dt.time = dt.time.min) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, time))
