"""The page of the practice day: who comes, what they hold as pictures and as text, and how far one has come."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applications import slip
from applications.models import Application
from counter import countries
from counter.models import DocumentType
from demo.customers import CUSTOMERS, Customer
from demo.languages import speak
from demo.odd_addresses import ODD_ADDRESSES
from demo.practice import start_day
from demo.progress import Day, Progress, all_progress
from identity.origin import same_origin_forms


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    return redirect("demo:practice", translation.get_language())


@never_cache
@same_origin_forms
def practice_page(request: HttpRequest, language: str) -> HttpResponse:
    """Show the day. Sending the form starts it, and starts it again."""
    languages = speak(language, path=request.path)
    if request.method == "POST":
        start_day()
        return redirect("demo:practice", language)
    day = Day.read()
    reached = all_progress(day) if day else {}
    names = DocumentType.objects.names()
    context = {
        **languages,
        "day": day,
        "customers": [_shown(each, day, reached[each.key], names) for each in CUSTOMERS] if day else [],
        "right": sum(each == Progress.RIGHT for each in reached.values()),
        "all": len(CUSTOMERS),
        "odd_addresses": ODD_ADDRESSES,
    }
    return render(request, "demo/practice.html", context)


def _shown(customer: Customer, day: Day, progress: Progress, names: dict[str, str]) -> dict[str, Any]:
    """Return what the page shows of a customer: their documents, and the slip or the number that they have."""
    begun_at = day.row.begun_at
    note = None if customer.applicants else Application(reference=day.row.wrong_number)
    number_on = note or (day.applications.get(customer.story) if customer.has_slip else None)
    return {
        "customer": customer,
        "progress": progress,
        "is_wrong": progress == Progress.WRONG,
        "tag": {Progress.RIGHT: "ok", Progress.WRONG: "waiting", Progress.NOT_STARTED: "ended"}.get(progress, ""),
        "slip": number_on,
        "qr": slip.qr(number_on, customer.position) if number_on and not note else "",
        "extract_until": customer.extract.valid_until(begun_at) if customer.extract else None,
        "documents": [
            {
                "shown": each,
                "kind": names.get(each.kind, each.kind),
                "country": countries.name(each.country),
                "valid_until": each.valid_until(begun_at),
            }
            for each in customer.documents
        ],
    }
