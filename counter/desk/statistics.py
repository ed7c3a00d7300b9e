"""The page of statistics, and its figures as CSV."""

import csv
import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, get_format, number_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from applications import dates
from applications.enums import State
from applications.forms import TypedDayField
from counter import charts, statistics
from counter.desk.access import Page, desk_page, desk_view
from counter.figures import figures_within
from counter.models import RemovedFigure
from counter.statistics import MONDAY, MOST_DAYS, Period, Statistics
from counter.typed_fields import DayInput
from identity.enums import Language, Method

EARLIEST = dt.date(2020, 1, 1)  # before there was anything to count
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs a text that begins with one of these


class PeriodForm(forms.Form):
    """The first and the last day of a period."""

    since = TypedDayField(label=gettext_lazy("First day"), example="1.9.2026", widget=DayInput)
    until = TypedDayField(label=gettext_lazy("Last day"), example="30.9.2026", widget=DayInput)

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and since < EARLIEST:
            self.add_error("since", _("There are no figures before 2020."))
        elif until and until > dates.today():
            self.add_error("until", _("The last day cannot be later than today."))
        elif since and until and since > until:
            self.add_error("until", _("The last day cannot be before the first."))
        elif since and until and (until - since).days >= MOST_DAYS:
            self.add_error("since", _("Choose a period of one year at most."))
        return self.cleaned_data

    @property
    def period(self) -> Period | None:
        """The period asked for, or the latest one if none is asked for; None if the form has errors."""
        if not self.is_bound:
            return Period.latest()
        return Period(**self.cleaned_data) if self.is_valid() else None


@dataclass(frozen=True)
class Section:
    """Figures that belong together, each with its label, and their definition."""

    name: str
    title: str
    definition: str
    what: str  # the heading over the labels
    unit: str  # the heading over the figures
    rows: list[tuple[str, int]]

    @property
    def chart(self) -> SafeString:
        return charts.bars(self.name, title=self.title, description=self.definition, rows=self.rows)

    @property
    def table(self) -> list[tuple[str, str]]:
        return [(label, number_format(value, force_grouping=True)) for label, value in self.rows]


@desk_view("counter.read_statistics")
@require_safe
def statistics_page(request: HttpRequest) -> HttpResponse:
    """Show the figures of the period that the form asks for, or of the last 90 days if it asks for none."""
    form = _period_form(request)
    period = form.period
    context = {
        "title": _("Statistics"),
        "form": form,
        "period": period,
        "sections": _statistics_sections(statistics.count_period(period)) if period else [],
        "download": f"{reverse('admin:statistics_csv')}?since={period.since}&until={period.until}" if period else "",
    }
    return desk_page(request, "counter/statistics.html", context)


@desk_view("counter.read_statistics")
@require_safe
def download_statistics(request: HttpRequest) -> HttpResponse:
    """Hand the same figures out as CSV (RFC 4180, but for the semicolons of fi and sv), one row each."""
    period = _period_form(request).period
    if period is None:
        return redirect(f"{reverse('admin:statistics')}?{request.GET.urlencode()}")
    what = pgettext("file name", "statistics")
    name = f"{what}-{period.since:%Y-%m-%d}-{period.until:%Y-%m-%d}.csv"
    response = HttpResponse(
        "\ufeff",  # without this mark spreadsheets read another encoding
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    # Where the comma stands in numbers, spreadsheets look for semicolons between the columns.
    rows = csv.writer(response, delimiter=";" if get_format("DECIMAL_SEPARATOR") == "," else ",")
    rows.writerow([pgettext("column", "Section"), pgettext("column", "Label"), pgettext("column", "Value")])
    for section in _statistics_sections(statistics.count_period(period)):
        for label, value in section.rows:
            rows.writerow([_cell(section.title), _cell(label), value])
    for removed in figures_within(period.since, period.until):
        rows.writerow([_("Applications erased since"), _removed_label(removed), removed.count])
    return response


STATISTICS_PAGES: list[Page] = [
    ("statistics/", statistics_page, "statistics"),
    ("statistics.csv", download_statistics, "statistics_csv"),
]


def _period_form(request: HttpRequest) -> PeriodForm:
    if "since" in request.GET or "until" in request.GET:
        return PeriodForm(request.GET)
    latest = Period.latest()
    return PeriodForm(initial={"since": latest.since, "until": latest.until})


def _cell(text: str) -> str:
    """Return a text that a spreadsheet does not run as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _removed_label(removed: RemovedFigure) -> str:
    """Return what a figure of removed applications counts, in words: its month, its name and its value."""
    names = {
        "sent": _("Applications sent"),
        "ended as": _("Status when erased"),
        "valid after days": _("Days from sending to validity"),
        "method": _("Confirmations by method"),
        "language": _("Confirmations by language"),
        "ID checks": _("ID checks"),
    }
    values: dict[str, type[TextChoices]] = {"ended as": State, "method": Method, "language": Language}
    value = str(values[removed.figure](removed.value).label) if removed.figure in values else removed.value
    parts = [date_format(removed.month, "YEAR_MONTH_FORMAT"), names[removed.figure], value]
    return ": ".join(capfirst(part) for part in parts if part)


def _statistics_sections(figures: Statistics) -> list[Section]:
    return [
        _funnel_section(figures),
        _days_section(figures),
        *_confirmations_section(figures),
        *_checks_section(figures),
    ]


def _funnel_section(figures: Statistics) -> Section:
    funnel = figures.funnel
    return Section(
        name="funnel",
        title=_("Time from sending to validity"),
        definition=_(
            "These are the applications sent in the period, as they are now. People are counted in the current "
            "version of each application. Identified people are adults who have proved who they are since the "
            "version was sent. They may have done so online or at customer service. A confirmation is counted if it "
            "is still valid. An application became valid when the last adult confirmed it. It has not been edited "
            "since, and no confirmation has been undone."
        ),
        what=_("Step"),
        unit=_("Number"),
        rows=[
            (_("Applications sent"), funnel.sent),
            (_("Co-applicants invited"), funnel.invited),
            (_("Invitations opened"), funnel.opened),
            (_("People identified"), funnel.identified),
            (_("People who confirmed the application"), funnel.confirmed),
            (_("Applications that became valid"), funnel.became_valid),
            (_("Applications that lapsed"), funnel.lapsed),
        ],
    )


def _days_section(figures: Statistics) -> Section:
    shares = [(_("Half of them (median)"), figures.days.median), (_("Nine out of ten"), figures.days.nine_tenths)]
    return Section(
        name="days",
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


def _confirmations_section(figures: Statistics) -> list[Section]:
    made = _(
        "Confirmations made in the period, also those of earlier versions. Confirmations that were undone are "
        "not included."
    )
    what = {
        "methods": (_("Confirmations by method"), _("Method"), made),
        "languages": (
            _("Confirmations by language"),
            _("Language"),
            made + " " + _("This is the language in which the applicant gets our messages."),
        ),
        "weeks": (
            _("Confirmations by week"),
            _("First day of the week"),
            made + " " + _("Weeks begin on Monday. Days outside the period are not counted."),
        ),
    }
    rows = {
        "methods": [(capfirst(str(Method(key).label)), count) for key, count in figures.by_method.items()],
        "languages": [(capfirst(str(Language(key).label)), count) for key, count in figures.by_language.items()],
        "weeks": [(date_format(day, "SHORT_DATE_FORMAT"), count) for day, count in figures.by_week.items()],
    }
    return [
        Section(name, title, definition, label, _("Confirmations"), rows[name])
        for name, (title, label, definition) in what.items()
    ]


def _checks_section(figures: Statistics) -> list[Section]:
    made = _(
        "ID checks recorded at customer service in the period, in Helsinki time. Checks that were undone are "
        "not included."
    )
    days = [(capfirst(str(WEEKDAYS[day - MONDAY])), count) for day, count in figures.by_weekday.items()]
    hours = [(f"{hour}–{hour + 1}", count) for hour, count in figures.by_hour.items()]
    return [
        Section("weekdays", _("ID checks by weekday"), made, _("Weekday"), _("ID checks"), days),
        Section("hours", _("ID checks by hour of the day"), made, _("Hour"), _("ID checks"), hours),
    ]
