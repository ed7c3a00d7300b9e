"""What comes next for an application, and when, as one of its applicants reads it (R5, R7, R14).

The days of reminders, warnings, birthdays and the end are the clock's own steps; the first day of a renewal is the
rule by which it is offered. Nothing is computed here a second time. Nobody reads here when another one's birthday is.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import changes, dates, letters
from applications.calendar_file import WholeDay
from applications.clock import Step, StepKind, next_steps
from applications.enums import State
from applications.models import Applicant, Application
from mailing import outbox

ONE_DAY = dt.timedelta(days=1)


class ComingKind(StrEnum):
    """What comes."""

    REMINDER = "reminder"  # to the reader, to confirm
    REPORT = "report"  # to the main applicant, of who is missing
    REMINDER_OF_OTHER = "reminder_of_other"
    BIRTHDAY = "birthday"
    WARNING = "warning"
    LAST_DAY_TO_CONFIRM = "last_day_to_confirm"
    RENEWAL = "renewal"
    LAST_DAY = "last_day"


# Under which name each is an event. The last day stays one event when the application becomes valid. Emails are left
# out: they come by themselves, and a calendar would go on announcing reminders that confirming has ended.
IN_CALENDAR = {
    ComingKind.BIRTHDAY: "birthday",
    ComingKind.LAST_DAY_TO_CONFIRM: "end",
    ComingKind.RENEWAL: "renewal",
    ComingKind.LAST_DAY: "end",
}


@dataclass(frozen=True)
class Coming:
    """Something that lies ahead, and its day. `name` is whose reminder it is, if it is not the reader's."""

    kind: ComingKind
    day: dt.date
    name: str = ""

    @property
    def day_in_words(self) -> str:
        return dates.with_weekday(self.day)

    @property
    def text(self) -> str:
        """A sentence that says what happens on that day."""
        match self.kind:
            case ComingKind.REMINDER:
                return _("We will remind you by email to confirm the application.")
            case ComingKind.REPORT:
                return _("We will tell you by email who has not confirmed the application yet.")
            case ComingKind.REMINDER_OF_OTHER:
                return _("We will remind %(name)s by email to confirm the application.") % {"name": self.name}
            case ComingKind.BIRTHDAY:
                return _("You turn 18. From this day on, you must confirm the application too.")
            case ComingKind.WARNING:
                return _("We will remind you by email that the last day is approaching.")
            case ComingKind.LAST_DAY_TO_CONFIRM:
                return _(
                    "Last day to confirm the application. If somebody has not confirmed it by then, the application "
                    "will lapse."
                )
            case ComingKind.RENEWAL:
                days = {"days": settings.APPLICATION_VALID_DAYS}
                return (
                    _(
                        "From this day on, you can renew the application. After that it will be valid for another "
                        "%(days)d days."
                    )
                    % days
                )
            case ComingKind.LAST_DAY:
                return _("Last day of validity. If nobody renews the application by then, it will expire.")


def coming(application: Application, *, reader: Applicant) -> list[Coming]:
    """Return what lies ahead, in the order of days, in a constant number of queries.

    The application has its invitations. A co-applicant reads of nobody else's reminders.
    """
    steps = next_steps(application, now=timezone.now())
    found = [*_of_clock(steps, application, reader), *_of_renewal(application, reader)]
    return sorted(found, key=lambda each: each.day)


def _of_clock(steps: list[Step], application: Application, reader: Applicant) -> Iterator[Coming]:
    reminded = [step.applicant.email for step in steps if step.kind == StepKind.REMINDER and step.applicant]
    lost = outbox.unreachable_among(reminded) if reminded else set()
    for step in steps:
        day = timezone.localdate(step.at)
        match step.kind:
            case StepKind.WARNING if letters.is_written_to(reader):
                yield Coming(ComingKind.WARNING, day)
            case StepKind.END:
                is_awaited = application.state == State.AWAITING
                kind = ComingKind.LAST_DAY_TO_CONFIRM if is_awaited else ComingKind.LAST_DAY
                yield Coming(kind, day - ONE_DAY)  # it ends when that day is over
            case StepKind.BIRTHDAY if step.applicant == reader:
                yield Coming(ComingKind.BIRTHDAY, day)
            case StepKind.REMINDER if step.applicant and step.applicant.email not in lost:
                yield from _reminder(step.applicant, reader, day)


def _reminder(who: Applicant, reader: Applicant, day: dt.date) -> Iterator[Coming]:
    if who == reader:
        yield Coming(ComingKind.REMINDER if reader.is_awaited else ComingKind.REPORT, day)
    elif reader.is_main:
        yield Coming(ComingKind.REMINDER_OF_OTHER, day, str(who))


def _of_renewal(application: Application, reader: Applicant) -> Iterator[Coming]:
    """Yield the first day on which the reader gains time by renewing, as long as it lies ahead."""
    try:
        changes.may_renew_once_it_gains(application, reader)
    except changes.CannotChange:
        return
    if not application.gains_by_renewal:
        yield Coming(ComingKind.RENEWAL, dates.renewable_from(application.valid_until))


def whole_days(found: Iterable[Coming], application: Application) -> list[WholeDay]:
    """Return those that belong into the reader's calendar as its events. They name nobody."""
    host = urlsplit(settings.PUBLIC_URL).hostname
    heading = _("Heka housing application %(number)s") % {"number": application.number}
    url = settings.PUBLIC_URL + reverse("applications:status", args=[application.reference])
    return [
        WholeDay(
            f"{IN_CALENDAR[each.kind]}-{application.reference}@{host}",
            each.day,
            _summary(each, heading),
            each.text,
            url,
        )
        for each in found
        if each.kind in IN_CALENDAR
    ]


def _summary(each: Coming, heading: str) -> str:
    match each.kind:
        case ComingKind.LAST_DAY_TO_CONFIRM:
            what = _("last day to confirm the application")
        case ComingKind.LAST_DAY:
            what = _("last day of validity")
        case ComingKind.RENEWAL:
            what = _("can be renewed")
        case _:
            what = _("you must confirm it too")
    return f"{heading}: {what}"
