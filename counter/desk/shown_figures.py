"""The figures of the page of statistics in words: applications apart from people, and the visits of a week."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from counter import quiet_hours
from counter.opening import Timetable
from counter.quiet_hours import Cell
from counter.statistics import Statistics
from identity.enums import Language, Method


@dataclass(frozen=True)
class Row:
    """One figure as it is shown: the bar is as long as its part of the largest of its section, in per cent."""

    label: str
    text: str
    percent: int


@dataclass(frozen=True)
class Section:
    """Figures on one scale, each with its label, and what is counted."""

    title: str
    definition: str
    what: str  # the heading over the labels
    unit: str  # the heading over the figures
    rows: list[tuple[str, int]]

    @property
    def shown(self) -> list[Row]:
        largest = max((value for _label, value in self.rows), default=0) or 1
        return [
            Row(label, number_format(value, force_grouping=True), round(100 * value / largest))
            for label, value in self.rows
        ]


@dataclass(frozen=True)
class Group:
    """What is counted in applications, or in people."""

    name: str
    title: str
    sections: list[Section]


@dataclass(frozen=True)
class Visits:
    """The ID checks of a week by weekday and hour, with their sums."""

    hours: list[int]
    days: list[tuple[str, list[Cell], int]]
    totals: list[int]

    @property
    def rows(self) -> Iterator[tuple[str, int]]:
        """Each hour of each weekday in one row."""
        for day, cells, _total in self.days:
            yield from ((f"{day} {_hour(cell.hour)}", cell.count) for cell in cells)


def shown_groups(figures: Statistics) -> list[Group]:
    """Return the figures of applications, and those of people."""
    return [
        Group("applications", _("Applications"), [_applications_section(figures), _days_section(figures)]),
        Group("people", _("People"), [_people_section(figures), *_confirmations_sections(figures)]),
    ]


def shown_visits(figures: Statistics, timetable: Timetable) -> Visits | None:
    """Return the ID checks by weekday and hour, or None if there were none."""
    table = quiet_hours.visit_table(figures.checks, timetable)
    if table is None:
        return None
    days = [(_weekday(day), cells, sum(cell.count for cell in cells)) for day, cells in table.days.items()]
    totals = [
        sum(column) for column in zip(*([cell.count for cell in cells] for _day, cells, _sum in days), strict=True)
    ]
    return Visits(list(table.hours), days, totals)


def quietest_in_words(figures: Statistics, timetable: Timetable) -> list[str]:
    """Return some of the quietest hours while the counter is open, each with its number of checks."""
    found = quiet_hours.quietest(figures.checks, timetable)
    return [f"{_weekday(day)} {_hour(hour)} ({number_format(count)})" for (day, hour), count in found]


def _applications_section(figures: Statistics) -> Section:
    funnel = figures.funnel
    return Section(
        title=_("Applications in the period"),
        definition=_(
            "These are the applications sent in the period, as they were when counted. An application became valid "
            "when the last adult confirmed it. It has not been edited since, and no confirmation has been undone."
        ),
        what=_("Step"),
        unit=_("Applications"),
        rows=[
            (_("Applications sent"), funnel.sent),
            (_("Applications that became valid"), funnel.became_valid),
            (_("Applications that lapsed"), funnel.lapsed),
        ],
    )


def _days_section(figures: Statistics) -> Section:
    shares = [(_("Half of them (median)"), figures.days.median), (_("Nine out of ten"), figures.days.nine_tenths)]
    return Section(
        title=_("Days from sending to validity"),
        definition=_(
            "These are the applications sent in the period that became valid. The days show how soon after sending "
            "this share of them became valid. 0 is the same day. Applications that are still waiting are not "
            "included."
        ),
        what=_("Share"),
        unit=_("Days"),
        rows=[(label, days) for label, days in shares if days is not None],
    )


def _people_section(figures: Statistics) -> Section:
    funnel = figures.funnel
    return Section(
        title=_("People in these applications"),
        definition=_(
            "People are counted in the current version of each application that was sent in the period. Identified "
            "people are adults who have proved who they are since the version was sent. They may have done so online "
            "or at customer service. A confirmation is counted if it is still valid."
        ),
        what=_("Step"),
        unit=_("People"),
        rows=[
            (_("Co-applicants invited"), funnel.invited),
            (_("Invitations opened"), funnel.opened),
            (_("People identified"), funnel.identified),
            (_("People who confirmed the application"), funnel.confirmed),
        ],
    )


def _confirmations_sections(figures: Statistics) -> list[Section]:
    made = _(
        "Confirmations made in the period, also those of earlier versions. Confirmations that were undone are "
        "not included."
    )
    methods = [(capfirst(str(Method(key).label)), count) for key, count in figures.by_method.items()]
    languages = [(capfirst(str(Language(key).label)), count) for key, count in figures.by_language.items()]
    weeks = [(date_format(day, "SHORT_DATE_FORMAT"), count) for day, count in figures.by_week.items()]
    told = {
        "language": made + " " + _("This is the language in which the applicant gets our messages."),
        "week": made + " " + _("Weeks begin on Monday. Days outside the period are not counted."),
    }
    unit = _("Confirmations")
    return [
        Section(_("Confirmations by week"), told["week"], _("First day of the week"), unit, weeks),
        Section(_("Confirmations by language"), told["language"], _("Language"), unit, languages),
        Section(_("Confirmations by method"), made, _("Method"), unit, methods),
    ]


def _weekday(day: int) -> str:
    return capfirst(str(WEEKDAYS[day]))


def _hour(hour: int) -> str:
    return f"{hour}–{hour + 1}"
