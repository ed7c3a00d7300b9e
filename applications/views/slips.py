"""The slip for the counter, to print or to get by letter (J4)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications import letters, slip
from applications.access import Visitor, applicant_view
from applications.models import Applicant, Application
from applications.views.household import MOST_LETTERS
from core.requests import act_of
from identity import limits


@applicant_view
@require_safe
def slip_page(request: HttpRequest, visitor: Visitor, reference: str, position: int) -> HttpResponse:
    """Show one's own slip, or to the main applicant the slip of somebody who gets none from us."""
    application, me, holder = _find_slip(visitor, reference, position)
    if not application.can_confirm(holder):
        return redirect("applications:status", reference)
    context = {"application": application, "me": me, "holder": holder, "qr": slip.qr(application, position)}
    return render(request, "applications/slip.html", context)


@applicant_view
@act_of("applications:slip", "reference", "position")
def send_slip(request: HttpRequest, visitor: Visitor, reference: str, position: int) -> HttpResponse:
    """Send one's own slip to one's own address, and to no other."""
    application, me, holder = _find_slip(visitor, reference, position)
    if holder == me and me.email and application.can_confirm(me):
        limits.count("letters", str(visitor.person.pk), most=MOST_LETTERS)
        letters.slip(me, application, asked=timezone.now())
        messages.success(request, _("We are sending the slip to your email address."))
    return redirect("applications:slip", reference, position)


def _find_slip(visitor: Visitor, reference: str, position: int) -> tuple[Application, Applicant, Applicant]:
    application, me = visitor.find(reference)
    return application, me, slip.holder(application, position, reader=me)
