"""Pages that need no cookie and no identification (J9)."""

from collections import namedtuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from applications.forms import CodeForm

Kept = namedtuple("Kept", ("unconfirmed", "ended", "trail", "letters", "people", "feedback"))
MONTHS_A_YEAR, DAYS_A_YEAR = 12, 365


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """Lead to the front page in the language that LocaleMiddleware has chosen for the browser."""
    return redirect("front")


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    return render(request, "front.html", {"code_form": CodeForm()})


@require_safe
def how_to(request: HttpRequest) -> HttpResponse:
    return render(request, "how_to.html", {"valid_days": settings.APPLICATION_VALID_DAYS})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    kept = Kept(*(_time(getattr(settings, f"RETENTION_{kind.upper()}_DAYS")) for kind in Kept._fields))
    return render(request, "privacy.html", {"kept": kept, "draft_days": _time(settings.DRAFT_DAYS)})


def _time(days: int) -> str:
    """Return a number of days in words, as years or months if it equals them to the day."""
    months = round(days * MONTHS_A_YEAR / DAYS_A_YEAR)
    if not months or abs(months * DAYS_A_YEAR / MONTHS_A_YEAR - days) > 1:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if months % MONTHS_A_YEAR:
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    years = months // MONTHS_A_YEAR
    return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
