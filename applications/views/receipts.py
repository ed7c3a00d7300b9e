"""The page that tells the holder of a receipt or certificate whether it is genuine and counts. It names nobody."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from applications import certificates, receipts, unnamed
from applications.forms import ReceiptForm
from core.requests import TYPED, form_of
from identity import limits
from identity.origin import same_origin_forms

MOST_UNKNOWN = 30  # receipts a minute and address; those that we know are always told
PAGE = "applications/verify.html"


@same_origin_forms
@cache_control(no_store=True, private=True)
def verify_receipt(request: HttpRequest) -> HttpResponse:
    """Ask for the number and check code of a receipt or certificate, and tell how it stands.

    Both are looked for each time, so the answer takes as long whichever it is. It has no address of its own.
    """
    form = form_of(request, ReceiptForm)
    context: dict[str, Any] = {"form": form, "typed_form": TYPED}
    if not form.is_valid():
        return render(request, PAGE, context)
    checked = receipts.check(**form.cleaned_data)
    certified = certificates.check_certificate(**form.cleaned_data)
    if checked is None and certified is None:
        limits.count("receipt", limits.client_network(request), most=MOST_UNKNOWN)
    represented_by = unnamed.representative_of(checked.confirmation) if checked else ""
    context |= {"is_answered": True, "checked": checked, "certified": certified, "represented_by": represented_by}
    return render(request, PAGE, context)
