"""What applicants do besides confirming: for themselves (J2), and the main applicant for the others (J3)."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import everywhere, invitations
from applications.access import Visitor, applicant_view
from applications.enums import State
from applications.everywhere import corrected_too, offered
from applications.forms import AddressForm, ContactDetailsForm, ErrorReportForm
from applications.models import Applicant, Application
from core.requests import TYPED, act_of, form_of, is_shown_again, read_or_act
from identity import accounts, limits

MOST_LETTERS = 5  # a minute and person, of those that go out at once
REPORT_IS_SENT = gettext_lazy("We are sending your report to the main applicant.")
REPORT_IS_KEPT = gettext_lazy(
    "Your report is saved. The main applicant will see it the next time they log in. You can also tell them yourself."
)
IS_INVITED = gettext_lazy(
    "Your new address has been saved, and we will send the invitation there. The earlier link and code no longer work."
)
ACCOUNT_STAYS = gettext_lazy(
    "Your account still has your earlier email address. Log in with that address. "
    "Only customer service can correct it. Visit us at Työpajankatu 8 and bring your passport or identity card."
)


@applicant_view
@read_or_act
def own_contact_details(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Correct one's own email address, phone number and language; this makes no new version."""
    application, me = visitor.find(reference)
    if not application.is_open:
        return redirect("applications:status", reference)
    present = {"email": me.email, "phone": me.phone, "language": me.language}
    same = [place for slot, place in everywhere.other_places(me) if slot.email == me.email]
    form = form_of(request, ContactDetailsForm, initial=present, places=offered(same, ticked=_ticked(request)))
    if form.is_valid():
        is_moved = form.cleaned_data["email"] != me.email
        if is_moved:
            _count_letters(visitor)
        is_done = _do_and_tell(
            request,
            lambda: invitations.correct_own_contact_details(me, **form.cleaned_data, by=visitor.actor),
            _("Your contact details have been saved."),
        )
        account = accounts.of_person(visitor.person.hetu_indexes) if is_done and is_moved else None
        if account and account.email == accounts.normal(me.email):
            messages.warning(request, str(ACCOUNT_STAYS))
        is_next = "confirm" if me.is_awaited and application.status == State.AWAITING else "status"
        return redirect(f"applications:{is_next}", reference)
    is_invited = application.awaits(me) and not me.is_main and bool(me.email)
    context = {"application": application, "form": form, "is_invited": is_invited, "typed_form": TYPED}
    return render(request, "applications/contact_details.html", context)


@applicant_view
@read_or_act
def report_error_page(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Tell the main applicant what a co-applicant finds wrong."""
    application, me = visitor.find(reference)
    if me.is_main or not application.is_open:
        return redirect("applications:status", reference)
    form = form_of(request, ErrorReportForm)
    is_sent = bool(application.applicants[0].email)
    if form.is_valid():
        _count_letters(visitor)
        _do_and_tell(
            request,
            lambda: invitations.report_error(me, text=form.cleaned_data["text"], by=visitor.actor),
            REPORT_IS_SENT if is_sent else REPORT_IS_KEPT,
        )
        return redirect("applications:status", reference)
    context = {"application": application, "form": form, "is_sent": is_sent, "typed_form": TYPED}
    return render(request, "applications/report_error.html", context)


report_error_page.keeps_typed = True  # type: ignore[attr-defined]  # read by IdleMiddleware: the text may be long


@applicant_view
@read_or_act
def decline_page(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Decline after identification, if one has not confirmed (R10)."""
    application, me = visitor.find(reference)
    if me.is_main:
        return redirect("applications:status", reference)
    if request.method == "POST":
        _do_and_tell(
            request,
            lambda: invitations.decline(me, by=visitor.actor),
            _("You have declined the application. We will tell the other applicants."),
        )
        return redirect("applications:status", reference)
    if not (me.is_awaited and application.status == State.AWAITING):
        return redirect("applications:status", reference)
    return render(request, "applications/decline.html", {"application": application})


@applicant_view
@act_of("applications:status", "reference")
def resend_invitation(request: HttpRequest, visitor: Visitor, reference: str, position: int) -> HttpResponse:
    """Send a co-applicant's invitation again; the one before ends."""
    application, me = visitor.find(reference)
    applicant = _chosen(application, position, reader=me)
    if applicant:
        done = _("We are sending a new invitation to %(name)s. The earlier link and code no longer work.")
        _do_and_tell(request, lambda: invitations.resend(applicant, by=visitor.actor), done % {"name": applicant})
    return redirect("applications:status", reference)


@applicant_view
@read_or_act
def correct_invitation_address(request: HttpRequest, visitor: Visitor, reference: str, position: int) -> HttpResponse:
    """Send a co-applicant's invitation to another address."""
    application, me = visitor.find(reference)
    applicant = _chosen(application, position, reader=me)
    if applicant is None:
        return redirect("applications:status", reference)
    others = everywhere.other_places_of_main(me, applicant)
    form = form_of(request, AddressForm, places=offered([each for _, each in others], ticked=_ticked(request)))
    if form.is_valid():
        _count_letters(visitor)
        done = _("We are sending the invitation to the address that you entered. It is for %(name)s.") % {
            "name": applicant
        }
        _do_and_tell(
            request, lambda: invitations.correct_address(applicant, **form.cleaned_data, by=visitor.actor), done
        )
        return redirect("applications:status", reference)
    context = {"application": application, "applicant": applicant, "form": form, "typed_form": TYPED}
    return render(request, "applications/correct_address.html", context)


def _chosen(application: Application, position: int, *, reader: Applicant) -> Applicant | None:
    """Return the co-applicant for whom the main applicant may act now; nobody else acts for anybody."""
    if not reader.is_main or application.status != State.AWAITING:
        return None
    return next((a for a in application.applicants if a.position == position and not a.is_main and a.is_awaited), None)


def _ticked(request: HttpRequest) -> list[str] | None:
    """Return what was ticked on a page that is only shown again; None if it is read or acted on."""
    return request.POST.getlist("also") if is_shown_again(request) else None


def _do_and_tell(
    request: HttpRequest, act: Callable[[], invitations.Corrected | Sequence[Application] | None], done: str | Promise
) -> bool:
    """Call `act`, and say on the next page that it is done, where besides, or why it could not be done."""
    try:
        others = act()
    except (invitations.CannotInvite, invitations.CannotDecline, invitations.NotInApplication) as refusal:
        messages.error(request, str(refusal))
        return False
    if isinstance(others, invitations.Corrected):
        done, others = IS_INVITED if others.is_invited else done, others.also
    messages.success(request, str(done))
    if others:
        messages.success(request, corrected_too(others))
    return True


def _count_letters(visitor: Visitor) -> None:
    limits.count("letters", str(visitor.person.pk), most=MOST_LETTERS)
