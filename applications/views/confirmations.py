"""The pages of an identified applicant (J1 from step 4 on, J3)."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from applications import (
    ahead,
    calendar_file,
    confirmation,
    details,
    drafts,
    invitations,
    own_letters,
    progress,
    reading,
    receipt_pdf,
    rivals,
)
from applications import terms as terms_of_use
from applications.access import Visitor, applicant_view
from applications.forms import ConfirmForm
from applications.models import Applicant, Application
from core.requests import read_or_act
from identity import accounts
from identity.access import actor_of, identified_person_required, person_of
from identity.models import Person
from identity.redirects import after_identification, safe_next


@require_safe
def terms_page(request: HttpRequest) -> HttpResponse:
    """Show the terms of use to anybody."""
    current = terms_of_use.current()
    return render(request, "applications/terms.html", {"terms": current, "text": terms_of_use.text(current)})


@identified_person_required
@read_or_act
def accept_terms(request: HttpRequest) -> HttpResponse:
    """Read and accept the terms, once for each version of them.

    The form names the version that was read: whoever read a former one is shown the new one, and has accepted nothing.
    """
    current, is_accepted = terms_of_use.current_with_acceptance(person_of(request))
    onward = safe_next(request)
    is_sent = request.method == "POST"
    if is_sent and (is_accepted or request.POST.get("terms") == str(current.pk)):
        terms_of_use.accept(current, by=actor_of(request))
        return redirect(after_identification(onward))
    context = {"terms": current, "text": terms_of_use.text(current), "next": onward, "is_newer": is_sent}
    return render(request, "applications/accept_terms.html", context, status=409 if is_sent else 200)


@require_safe
def enter(request: HttpRequest, reference: str) -> HttpResponse:
    """Follow the link that the housing system shows; the answer is the same for every number."""
    return redirect("applications:confirm", reference)


@applicant_view
@require_safe
def go_to_waiting(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Lead to the one application that waits for this person, or to the list if none or several do (J1.5)."""
    return redirect(_first_page(visitor.person, visitor.applications))


def _first_page(person: Person, applications: list[Application]) -> str:
    waiting = [one for one in applications if one.awaits(one.applicant_of(person))]
    if len(waiting) == 1:
        return reverse("applications:confirm", args=[waiting[0].reference])
    return reverse("applications:list")


def _leads_on(person: Person) -> str:
    """Return where go_to_waiting() leads somebody, empty for whoever has to accept the terms first."""
    own = reading.own(person)
    return _first_page(person, own.applications) if own.has_accepted else ""


go_to_waiting.leads_on = _leads_on  # type: ignore[attr-defined]  # read by identity.views.identification


@applicant_view
@require_safe
def choose_application(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the applications that wait for this person, and below them the others."""
    mine = [(application, application.applicant_of(visitor.person)) for application in visitor.applications]
    waiting = [(application, me) for application, me in mine if application.awaits(me)]
    others = [(application, me) for application, me in mine if (application, me) not in waiting]
    reported = {application.pk for application, me in mine if invitations.is_reported(application, reader=me)}
    lost = progress.lost_applications(mine)
    context = {
        "waiting": waiting,
        "others": others,
        "reported": reported,
        "lost": lost,
        "is_needed": any(
            progress.needs_main_applicant(a, me, is_reported=a.pk in reported, is_lost=a.pk in lost)
            for a, me in others
        ),
        "drafts": drafts.unsent_drafts(visitor.person),
        "own_letters": own_letters.letters_after_removal(visitor.person, present=[each for each, _me in mine]),
    }
    return render(request, "applications/choose.html", context)


@applicant_view
@require_safe
def status_page(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Show who has confirmed and who has not (J3)."""
    application, me = visitor.find(reference)
    helped = progress.helped(application, reader=me)
    letters, inviting = own_letters.letters_about(application, reader=me, inviting=helped)
    people = progress.people(application, helped, inviting)
    reports = invitations.error_reports(application, reader=me)
    is_lost = any(found and found.is_lost for _applicant, found in people)
    context = {
        "application": application,
        "me": me,
        "people": people,
        "needs_main_applicant": progress.needs_main_applicant(
            application, me, is_reported=bool(reports), is_lost=is_lost
        ),
        "ahead": ahead.coming(application, reader=me),
        "reports": reports,
        "own_letters": letters,
        "own_lost": own_letters.lost_at(me.email, letters),
    }
    return render(request, "applications/status.html", context)


@applicant_view
@require_safe
def calendar_page(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Give the days that lie ahead of an application, as a file for one's calendar (J3)."""
    application, me = visitor.find(reference)
    found = ahead.coming(application, reader=me)
    days = ahead.whole_days(found, application)
    if not days:
        return redirect("applications:status", reference)
    headers = {"Content-Disposition": f'attachment; filename="heka-{application.number}.ics"'}
    content = calendar_file.calendar_file(days, at=timezone.now())
    return HttpResponse(content, content_type=calendar_file.CONTENT_TYPE, headers=headers)


@applicant_view
@read_or_act
def confirm_page(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Check the details, and confirm them."""
    application, me = visitor.find(reference)
    if request.method == "POST":
        read = ConfirmForm(request.POST).read
        try:
            confirmation.confirm(application, by=visitor.actor, proof=visitor.proof, terms=visitor.terms, digest=read)
        except confirmation.Changed as refusal:
            return _details_page(request, visitor, application, me, refusal=refusal, read=read)
        except (confirmation.CannotConfirm, accounts.AccountClosed) as refusal:
            messages.error(request, str(refusal))
            return redirect("applications:status", reference)
        return redirect("applications:receipt", reference)
    if me.confirmed:
        return redirect("applications:receipt", reference)
    if not application.can_confirm(me):
        return redirect("applications:status", reference)
    return _details_page(request, visitor, application, me)


@applicant_view
@require_safe
def receipt_page(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Show what this person confirmed, when and how, and whom the application still waits for."""
    application, me = visitor.find(reference)
    if not me.confirmed:
        return redirect("applications:status", reference)
    if me.confirmed.terms_id == visitor.terms.pk:
        me.confirmed.terms = visitor.terms  # which need not be read again
    makes_pdf = settings.RECEIPT_PDF
    reports, lost = invitations.error_reports(application, reader=me), progress.lost_applications([(application, me)])
    context = {
        "application": application,
        "me": me,
        "public_url": settings.PUBLIC_URL,
        "needs_main_applicant": progress.needs_main_applicant(
            application, me, is_reported=bool(reports), is_lost=bool(lost)
        ),
        "reports": reports,
        "makes_pdf": makes_pdf,
        "pdf": receipt_pdf.receipt_document_of(me.confirmed, language=get_language()) if makes_pdf else None,
    }
    return render(request, "applications/receipt.html", context)


@applicant_view
@read_or_act
def receipt_pdf_file(request: HttpRequest, visitor: Visitor, reference: str) -> HttpResponse:
    """Have the receipt made as PDF, in the language of the page; download it."""
    if not settings.RECEIPT_PDF:
        raise Http404
    _application, me = visitor.find(reference)
    if not me.confirmed:
        return redirect("applications:status", reference)
    if request.method == "POST":
        receipt_pdf.request_receipt_pdf(me.confirmed, language=get_language())
    elif content := receipt_pdf.receipt_pdf_content(me.confirmed, language=get_language()):
        name = f"receipt-{me.confirmed.receipt_number}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type="application/pdf", headers=headers)
    return redirect(reverse("applications:receipt", args=[reference]) + "#pdf")


def _details_page(
    request: HttpRequest,
    visitor: Visitor,
    application: Application,
    me: Applicant,
    *,
    refusal: confirmation.Changed | None = None,
    read: str = "",
) -> HttpResponse:
    letters, _to_others = own_letters.letters_about(application, reader=me)
    before = read if refusal else confirmation.confirmed_before(me, application)
    context = {
        "application": application,
        "me": me,
        "sections": details.sections(application.version, me),
        "is_changed": bool(before),
        "changes": details.changes_since(before, application, me) if before else [],
        "rivals": rivals.own_rivals(application, visitor.person) if application.awaits(me) else [],
        "reports": invitations.error_reports(application, reader=me) if me.is_main else me.error_reports.all(),
        "own_lost": own_letters.lost_at(me.email, letters),
        "refusal": refusal,
    }
    return render(request, "applications/confirm.html", context, status=409 if refusal else 200)
