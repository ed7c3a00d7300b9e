"""Saving a draft, and continuing it later: by a mailed link, or signed in."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications import draft_letters, draft_links, drafts, stranger_letters
from applications.draft_access import draft_view, hold_draft
from applications.form import steps
from applications.form.data import FormData
from applications.form.steps import STEPS
from applications.models import Draft
from applications.views.form_pages import session_end, show_unsaved
from core.addresses import AddressInput, EmailField, shown_address
from core.requests import TYPED, act_of, form_of, is_shown_again, read_or_act
from identity import cookies, limits, sessions
from identity.access import identified_person, identified_person_required, person_of
from identity.limits import HOUR
from identity.redirects import with_next
from identity.secret_pages import secret_of, secret_page

MOST_LETTERS, MOST_LETTERS_OF_NETWORK = 10, 200  # an hour and draft, and an hour and network: offices share one
MOST_UNKNOWN_LINKS = 30  # a minute and address


ENOUGH_LETTERS = gettext_lazy(
    "Many emails have been sent to this address today, so we will not send any more. Your answers are saved. Send "
    "the link tomorrow, or identify yourself. Then you will find the application among your applications."
)


class LinkForm(forms.Form):
    """Where the link goes."""

    email = EmailField(
        label=gettext_lazy("Email address"),
        error_messages={"required": gettext_lazy("Enter your email address, for example name@example.com.")},
        help_text=gettext_lazy("We will send a link that lets you continue. Anyone who has it can read your answers."),
        widget=AddressInput({"autocomplete": "email"}),
    )


@draft_view
@read_or_act
def save_for_later(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Save what is typed, complete or not, and tell how to continue."""
    step = request.POST.get("step", "")
    if request.method == "POST" and not is_shown_again(request):
        if step in STEPS:
            try:
                drafts.edit_draft(draft, lambda data: steps.save(data, step, request.POST))
            except steps.StaleTab:
                return show_unsaved(request, draft, step)
        return redirect("applications:draft_later")
    typed = (drafts.form_data_of(draft)["people"][0]["details"] or {}).get("email", "")
    return _show_later(request, draft, form_of(request, LinkForm, initial={"email": draft.email or typed}))


@draft_view
@act_of("applications:draft_later")
def mail_draft_link(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Send the link for continuing to an address."""
    if draft.application_id:
        return redirect("applications:draft_later")
    form = form_of(request, LinkForm)
    if not form.is_valid():
        return _show_later(request, draft, form)
    email = form.cleaned_data["email"]
    if not may_mail_link(request, draft, email):
        form.add_error("email", ENOUGH_LETTERS)
        return _show_later(request, draft, form)
    drafts.send_draft_link(draft, email=email, language=get_language() or draft.language)
    messages.success(request, _("We are sending the link to %(email)s.") % {"email": shown_address(email)})
    return redirect("applications:draft_later")


def may_mail_link(request: HttpRequest, draft: Draft, email: str) -> bool:
    """Count a link that somebody has sent to an address, and tell whether it may be sent (R20).

    Raises limits.TooMany where very many were sent for one draft or from one place.
    """
    limits.count("draft letters", str(draft.pk), most=MOST_LETTERS, seconds=HOUR)
    if draft.person_id:
        return True
    network = limits.client_network(request)
    limits.count("draft letters of network", network, most=MOST_LETTERS_OF_NETWORK, seconds=HOUR)
    try:
        stranger_letters.count_stranger_letter(email)
    except limits.TooMany:
        return False
    return True


def mail_way_back(request: HttpRequest, draft: Draft, data: FormData) -> None:
    """Send the link to the address that the main applicant has just given, unless another was chosen for it.

    `draft` is as it was before, and `data` as they are saved now. A corrected address gets a link of its own.
    The pages of the form say where it went (_way_back.html).
    """
    if draft.person_id or draft.application_id:
        return
    email = steps.main_email(data)
    if not email or draft.email == email:
        return
    if draft.email and draft.email != steps.main_email(drafts.form_data_of(draft)):
        return
    try:
        is_mailed = may_mail_link(request, draft, email)
    except limits.TooMany:
        is_mailed = False
    if not is_mailed:
        told = _("We could not email you a link now. Choose “Save and continue later” and try again.")
        messages.warning(request, told)
        return
    language = get_language() or draft.language
    hold_draft(request, drafts.send_draft_link(draft, email=email, language=language, ends_former=True))


@draft_view
@act_of("applications:draft_later")
def bind_draft(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Send somebody to identify themselves, so that the draft is among their applications afterwards.

    Identification ends the session (R21): a pass for half an hour carries the draft over.
    """
    if person := identified_person(request):
        hold_draft(request, drafts.adopt(draft, person=person))
        return redirect("applications:draft_later")
    bound = reverse("applications:draft_bound", query={"pass": draft_links.make_draft_pass(draft)})
    return redirect(with_next("identity:identify", bound))


@identified_person_required
@read_or_act
def draft_bound(request: HttpRequest) -> HttpResponse:
    """Give the draft of a pass to the person who has identified themselves."""
    text = secret_of(request, "pass")
    try:
        draft = draft_links.take_draft_pass(text, person=person_of(request))
        if request.method == "POST":
            hold_draft(request, drafts.adopt(draft, person=person_of(request)))
            return redirect("applications:form_people")
    except (draft_links.UnknownDraft, drafts.CannotWrite) as refusal:
        return show_dead_draft(request, refusal, status=404)
    return render(request, "applications/draft/bound.html")


@identified_person_required
@act_of("applications:list")
def resume_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Continue one of one's own drafts; for the drafts of others the answer is 404."""
    draft = Draft.objects.of(person_of(request)).filter(pk=pk).first()
    if draft is None:
        raise Http404
    hold_draft(request, draft)
    return redirect("applications:form_people")


@secret_page
def continue_draft(request: HttpRequest) -> HttpResponse:
    """Show the page of a mailed link; its button puts the draft into the session."""
    token = secret_of(request)
    try:
        draft = draft_links.find_draft(token)
    except draft_links.UnknownDraft as refusal:
        limits.count("draft link", limits.client_network(request), most=MOST_UNKNOWN_LINKS)
        return show_dead_draft(request, refusal, status=404)
    except draft_links.CannotContinue as refusal:
        return show_dead_draft(request, refusal, status=410)
    if request.method != "POST":
        context = {"until": draft_letters.deletion_day(draft)}
        return render(request, "applications/draft/continue.html", context)
    if not cookies.accepted(request):
        here = reverse("applications:draft_continue", query={"token": token})
        return redirect(with_next("identity:cookies", here))
    person = identified_person(request)
    if person and draft.person_id != person.pk:
        # Somebody else may be signed in on a shared computer (R21). Whoever has the link may continue without them.
        sessions.end(request)
    hold_draft(request, draft)
    return redirect("applications:form_people")


def _show_later(request: HttpRequest, draft: Draft, form: LinkForm) -> HttpResponse:
    context = {
        "form": form,
        "typed_form": "" if draft.application_id else TYPED,
        "draft": draft,
        "until": draft_letters.deletion_day(draft),
        "is_mine": draft.person_id is not None,
        "minutes": settings.IDLE_MINUTES,
        **session_end(draft, drafts.form_data_of(draft)),
    }
    return render(request, "applications/draft/later.html", context)


def show_dead_draft(
    request: HttpRequest, refusal: draft_links.CannotContinue | drafts.CannotWrite, *, status: int
) -> HttpResponse:
    context = {"refusal": refusal, "days": settings.DRAFT_DAYS}
    return render(request, "applications/draft/dead.html", context, status=status)
