"""The pages of an identified applicant (J1 from step 4 on, J3)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from applications import confirmation, details
from applications import terms as terms_of_use
from applications.access import ApplicantRequest, applicant_view
from applications.models import Applicant, Application, ApplicationQuerySet
from identity.access import identified_person_required, person_of
from identity.redirects import safe_next


@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use, for anybody to read."""
    current = terms_of_use.current()
    return render(request, "applications/terms.html", {"terms": current, "text": terms_of_use.text(current)})


@identified_person_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept_terms(request: HttpRequest) -> HttpResponse:
    """Read and accept the terms, once for each version of them."""
    current = terms_of_use.current()
    onward = safe_next(request)
    if request.method == "POST":
        terms_of_use.accept(current, by=person_of(request))
        return redirect(onward or "applications:list")
    context = {"terms": current, "text": terms_of_use.text(current), "next": onward}
    return render(request, "applications/accept_terms.html", context)


@require_GET
def enter(request: HttpRequest, reference: str) -> HttpResponse:
    """The link that the housing system shows; it says the same about every number."""
    return redirect("applications:confirm", reference)


@applicant_view
@require_GET
def choose(request: ApplicantRequest) -> HttpResponse:
    """The applications that wait for this person, and apart from them the others."""
    mine = [(application, application.applicant_of(request.person)) for application in _mine(request)]
    waiting = [(application, me) for application, me in mine if application.is_open and me.must_confirm]
    others = [(application, me) for application, me in mine if (application, me) not in waiting]
    return render(request, "applications/choose.html", {"waiting": waiting, "others": others})


@applicant_view
@require_GET
def status(request: ApplicantRequest, reference: str) -> HttpResponse:
    """Is everybody done? (J3)"""
    application = _mine(request).get(reference=reference)
    context = {"application": application, "me": application.applicant_of(request.person)}
    return render(request, "applications/status.html", context)


@applicant_view
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: ApplicantRequest, reference: str) -> HttpResponse:
    """Check the details, and confirm them."""
    application = _mine(request).get(reference=reference)
    me = application.applicant_of(request.person)
    if request.method == "POST":
        return _confirm(request, application, me)
    if me.confirmed:
        return redirect("applications:receipt", reference)
    if not (application.is_open and me.is_adult):
        return redirect("applications:status", reference)
    return _details(request, application, me)


@applicant_view
@require_GET
def receipt(request: ApplicantRequest, reference: str) -> HttpResponse:
    """What this person confirmed, when and how, and whom the application still waits for."""
    application = _mine(request).get(reference=reference)
    me = application.applicant_of(request.person)
    if not me.confirmed:
        return redirect("applications:status", reference)
    return render(request, "applications/receipt.html", {"application": application, "me": me})


def _mine(request: ApplicantRequest) -> ApplicationQuerySet:
    return Application.objects.for_person(request.person).with_people().order_by("-sent_at")


def _confirm(request: ApplicantRequest, application: Application, me: Applicant) -> HttpResponse:
    digest = request.POST.get("version", "")
    try:
        confirmation.confirm(
            application, by=request.person, proof=request.proof, terms=request.terms, digest=digest
        )
    except confirmation.Changed as refusal:
        return _details(request, application, me, refusal=refusal, read=digest)
    except confirmation.CannotConfirm as refusal:
        messages.error(request, str(refusal.message))
        return redirect("applications:status", application.reference)
    return redirect("applications:receipt", application.reference)


def _details(
    request: ApplicantRequest,
    application: Application,
    me: Applicant,
    *,
    refusal: confirmation.Changed | None = None,
    read: str = "",
) -> HttpResponse:
    rivals = _mine(request).filter(pk__in=confirmation.rivals_of(application))
    context = {
        "application": application,
        "me": me,
        "sections": details.since(read, application, me) if refusal else details.sections(application.version, me),
        "rivals": rivals,
        "refusal": refusal,
    }
    return render(request, "applications/confirm.html", context, status=409 if refusal else 200)
