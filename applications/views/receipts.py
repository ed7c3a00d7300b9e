"""The page that tells the holder of a receipt whether it is genuine and still counts. It names nobody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from applications import receipts
from applications.forms import ReceiptForm
from identity import limits
from identity.origin import same_origin_forms

MOST_UNKNOWN = 30  # receipts a minute and address; those that we know are always told
PAGE = "applications/verify.html"


@same_origin_forms
@cache_control(no_store=True, private=True)
def verify_receipt(request: HttpRequest) -> HttpResponse:
    """Ask for a receipt's number and check code, and tell how it stands. The answer has no address of its own."""
    if request.method != "POST":
        return render(request, PAGE, {"form": ReceiptForm()})
    form = ReceiptForm(request.POST)
    if not form.is_valid():
        return render(request, PAGE, {"form": form})
    checked = receipts.check(**form.cleaned_data)
    if checked is None:
        limits.count("receipt", limits.client_network(request), most=MOST_UNKNOWN)
    return render(request, PAGE, {"form": form, "is_answered": True, "checked": checked})
