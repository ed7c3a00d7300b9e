"""What the passing of time does to an application: reminders, warnings, birthdays, and its end (R2, R5, R14).

`tick` may run on any number of machines at once, and may be missed for a week: every letter has a key, every
application is locked, and one reminder stands for all that were missed. `tick` looks only at applications that are
due, so its time follows their number and not the number of all. They are taken in batches, in short transactions. An
application that fails is tried again later, and the others do not wait for it.
"""

import datetime as dt
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from django.db import connection
from django.db.models import Case, Value, When
from django.utils import timezone

from applications import dates, deadlines, held_emails, inviting, letters, undeliverable
from applications.enums import State
from applications.models import OPEN, Applicant, Application
from core.transactions import DATABASE_AWAY, atomically
from core.worker import ROUND_SECONDS, log_fault
from mailing import outbox
from mailing.outbox import Draft

logger = logging.getLogger(__name__)

FIRST_REMINDER, NEXT_REMINDERS, MOST_REMINDERS = dt.timedelta(days=3), dt.timedelta(days=7), 5
WARNING = dt.timedelta(days=7)  # before the last day
RELEASE = dt.timedelta(days=14)  # before the last day, the last moment for emails that were held
HELD_AT_LEAST = dt.timedelta(days=1)  # of an application that was imported later than that
MORNING = dt.time(9)  # in Helsinki: nobody is warned in the night
BATCH = 100  # applications that are locked together: whoever acts on one of them waits for a moment
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


TOGETHER: dict[StepKind, Callable[..., None]] = {
    StepKind.RELEASE: held_emails.release_of,
    StepKind.END: deadlines.end,
}
LETTERS_ALONE = (StepKind.WARNING, StepKind.REMINDER)  # the others change the application too


@dataclass(frozen=True)
class Step:
    """One thing that the clock does to one application. Of several past steps with one name, only the last is done.

    `do` does it, but for what is done to several applications TOGETHER, and returns letters that are not yet queued.
    """

    at: dt.datetime
    kind: StepKind
    do: Callable[[], Iterable[Draft]] = tuple
    applicant: Applicant | None = None  # whose birthday or reminder it is

    @property
    def name(self) -> str:
        return f"{self.kind} of {self.applicant.position}" if self.applicant else str(self.kind)

    @property
    def address(self) -> str:
        """The one without which there is nothing to do (R14): that to which a reminder goes."""
        return self.applicant.email if self.applicant and self.kind == StepKind.REMINDER else ""


def tick() -> int:
    """Do what is due to every application, and return how many were visited.

    Raises SomeFailed, after everything else is done.
    """
    visited = failed = 0
    while went_well := _tick_some(timezone.now()):
        visited, failed = visited + len(went_well), failed + went_well.count(False)
    undeliverable.tell()
    if failed:
        raise SomeFailed(visited=visited, failed=failed)
    return visited


def tick_for_a_round() -> bool:
    """Do what tick() does, for one round of the worker, which has emails to send too; tell whether more is due.

    An application that failed has been logged.
    """
    until = time.monotonic() + ROUND_SECONDS
    while _tick_some(timezone.now()):
        if time.monotonic() >= until:
            return True
    undeliverable.tell()
    return False


def preview() -> list[str]:
    """Return what tick would do now, one line for each step, and do nothing."""
    now = timezone.now()
    due = list(Application.objects.filter(due_at__lte=now).order_by("due_at", "pk").values_list("pk", flat=True))
    steps = [
        f"{application.number}: {step.name}"
        for start in range(0, len(due), BATCH)
        for application, overdue in _overdue(_read_applications(due[start : start + BATCH]), now)
        for step in overdue
    ]
    untold = undeliverable.untold()
    return [*steps, *(f"{application.number}: undeliverable of {who.position}" for _, who, application in untold)]


def _tick_some(now: dt.datetime, *, most: int = BATCH) -> list[bool]:
    """Do what is due to so many applications at most, and return of each whether that went well.

    They are done together, by few statements. If that fails, each of them is done by itself.
    """
    locked: list[int] = []
    try:
        _lock_and_do(locked, now, most=most)
    except DATABASE_AWAY:
        raise
    except Exception as error:  # whatever one application does, those due after it go on
        if not locked:
            raise
        if len(locked) > 1:
            return [one for _ in locked for one in _tick_some(now, most=1)]
        log_fault(logger, error, message="application failed in the clock", application=locked[0])
        Application.objects.filter(pk__in=locked, due_at__lte=now).update(due_at=now + RETRY_AFTER)
        return [False]
    return [True] * len(locked)


@atomically
def _lock_and_do(locked: list[int], now: dt.datetime, *, most: int) -> None:
    """Do what is due to so many applications, whose keys `locked` then holds, also where that fails."""
    due = Application.objects.filter(due_at__lte=now).order_by("due_at", "pk")
    skip_locked = connection.features.has_select_for_update_skip_locked
    locked[:] = due.select_for_update(skip_locked=skip_locked).values_list("pk", flat=True)[:most]
    if locked:
        _do(locked, now)


def _do(locked: list[int], now: dt.datetime) -> None:
    applications = _read_applications(locked)  # now that nobody else can change them
    drafts: list[Draft] = []
    changed: list[int] = []
    to_do = _overdue(applications, now)
    for kind, act in TOGETHER.items():
        if concerned := [each for each, overdue in to_do if kind in {step.kind for step in overdue}]:
            act(*concerned)
    for application, overdue in to_do:
        for step in overdue:
            drafts += step.do()
        if any(step.kind not in LETTERS_ALONE for step in overdue):
            changed.append(application.pk)
    outbox.queue_letters(*drafts)
    anew = {each.pk: each for each in _read_applications(changed)} if changed else {}
    due_again = defaultdict[dt.datetime, list[int]](list)
    for application in applications:
        for step in next_steps(anew.get(application.pk, application), now=now)[:1]:
            due_again[step.at].append(application.pk)
    due_at = Case(*(When(pk__in=keys, then=Value(at)) for at, keys in due_again.items()), default=None)
    Application.objects.filter(pk__in=locked).update(ticked_at=now, due_at=due_at)


def next_steps(application: Application, *, now: dt.datetime) -> list[Step]:
    """Return the next step of each name that lies ahead of an application, in the order of time.

    The application has its invitations. Whether a step is needed is known only when its time has come.
    """
    ahead = sorted((step for step in _steps(application) if step.at > now), key=lambda step: step.at, reverse=True)
    first_of_name = {step.name: step for step in ahead}
    return sorted(first_of_name.values(), key=lambda step: step.at)


def _read_applications(keys: Collection[int]) -> list[Application]:
    """Return these applications in the order in which they are due."""
    read = Application.objects.with_people().with_emails_held()
    return list(read.filter(pk__in=keys).order_by("due_at", "pk"))


def _overdue(applications: Iterable[Application], now: dt.datetime) -> list[tuple[Application, list[Step]]]:
    """Return what is to be done now to each of these applications."""
    past = [(each, _past(each, now)) for each in applications]
    addresses = {step.address for _, steps in past for step in steps if step.address}
    unreachable = outbox.unreachable_among(addresses) if addresses else set()
    return [(each, [step for step in steps if step.address not in unreachable]) for each, steps in past]


def _past(application: Application, now: dt.datetime) -> list[Step]:
    past = [step for step in _steps(application) if step.at <= now]
    # Whatever else was missed, an application that has ended is not warned or reminded any more.
    if ends := [step for step in past if step.kind == StepKind.END]:
        return ends
    since = application.ticked_at or application.sent_at
    return list({step.name: step for step in past if step.at > since}.values())


def _steps(application: Application) -> Iterator[Step]:
    """Yield every step in the time of this version, past or not, those of each applicant in their order."""
    if application.state not in OPEN:
        return
    last_day = application.valid_until
    if held_at := application.emails_held_at:
        release_at = max(_at(last_day - RELEASE, MORNING), held_at + HELD_AT_LEAST)
        yield Step(release_at, StepKind.RELEASE)
    yield Step(_at(last_day - WARNING, MORNING), StepKind.WARNING, partial(letters.about_to_end, application))
    yield Step(_at(last_day + dt.timedelta(days=1)), StepKind.END)
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
        )


def _became_adult(applicant: Applicant, application: Application) -> list[Draft]:
    is_invited = applicant.email and not applicant.declined_at
    invitation = inviting.renew_invitation(applicant, application) if is_invited else []
    return [*letters.became_adult(applicant, application), *invitation]


def _at(day: dt.date, time: dt.time = dt.time.min) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, time))
