"""The page of statistics, and its figures as CSV."""

import csv
import datetime as dt
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from applications import dates
from applications.enums import State
from applications.typed_fields import StaffDayField
from counter import statistics
from counter.desk.access import Page, desk_page, desk_view
from counter.desk.shown_figures import quietest_in_words, shown_groups, shown_visits
from counter.figures import figures_within
from counter.models import Counter, RemovedFigure
from counter.periods import MOST_DAYS, Period
from identity.enums import Language, Method

EARLIEST = dt.date(2020, 1, 1)  # before there was anything to count
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs a text that begins with one of these


class PeriodForm(forms.Form):
    """The first and the last day of a period."""

    since = StaffDayField(label=gettext_lazy("First day"), example="1.9.2026")
    until = StaffDayField(label=gettext_lazy("Last day"), example="30.9.2026")

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


@desk_view("counter.read_statistics")
@require_safe
def statistics_page(request: HttpRequest) -> HttpResponse:
    """Show the figures of the period that the form asks for, or of the last 90 days if it asks for none."""
    form = _period_form(request)
    period = form.period
    figures = statistics.count_period(period) if period else None
    timetable = Counter.only().timetable
    context = {
        "title": _("Statistics"),
        "form": form,
        "period": period,
        "kept": figures.kept if figures else None,
        "groups": shown_groups(figures) if figures else [],
        "visits": shown_visits(figures, timetable) if figures else None,
        "quietest": quietest_in_words(figures, timetable) if figures else [],
        "download": f"{reverse('admin:statistics_csv')}?since={period.since}&until={period.until}" if period else "",
    }
    return desk_page(request, "counter/statistics.html", context)


@desk_view("counter.read_statistics")
@require_safe
def download_statistics(request: HttpRequest) -> HttpResponse:
    """Hand the same figures out as CSV (RFC 4180, but for its semicolons), one row each."""
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
    # A spreadsheet goes by the computer's region, and not by the language of the page: in Finland it takes semicolons.
    rows = csv.writer(response, delimiter=";")
    rows.writerow([pgettext("column", "Section"), pgettext("column", "Label"), pgettext("column", "Value")])
    figures = statistics.count_period(period)
    for section in (section for group in shown_groups(figures) for section in group.sections):
        rows.writerows([_cell(section.title), _cell(label), value] for label, value in section.rows)
    visits = shown_visits(figures, Counter.only().timetable)
    for label, value in visits.rows if visits else []:
        rows.writerow([_("ID checks by weekday and hour"), _cell(label), value])
    if kept := figures.kept:
        counted = date_format(timezone.localtime(kept.counted_at), "DATETIME_FORMAT")
        facts = {"day": date_format(kept.day), "moment": counted}
        rows.writerow([_("The figures up to %(day)s were counted on %(moment)s.") % facts, "", ""])
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
