"""A form that was closed after 20 idle minutes: what was still typed in it, and how it is opened again."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications import draft_letters, draft_links, drafts
from applications.draft_access import (
    CLOSED,
    begin_draft_here,
    forget_draft,
    hold_draft,
    remember_draft,
    remembered_draft,
    reopened_draft,
    session_draft,
)
from applications.form import steps
from applications.form.data import FormData
from applications.form.steps import STEPS
from applications.models import Draft
from applications.views.drafts import may_mail_link, show_dead_draft
from applications.views.form_pages import show_unsaved
from core.masking import mask_address
from core.requests import act_of, read_or_act
from identity import cookies, sessions
from identity.access import identified_person_required, person_of
from identity.origin import same_origin_forms
from identity.redirects import with_next


@same_origin_forms
def closed_form(request: HttpRequest) -> HttpResponse:
    """Tell that the form was closed, and take what was still typed on one of its pages.

    A form comes here when its session was over before it was sent. What it holds is saved, or shown again to be saved;
    nothing else of the draft is shown.
    """
    opened = session_draft(request) or reopened_draft(request)
    response: HttpResponse
    if opened and opened.sent_id:
        response = redirect("applications:form_sent")
    elif request.method == "POST":
        response = _take_typed(request, opened)
    else:
        response = redirect("applications:form_people") if opened else _show_closed(request, remembered_draft(request))
    patch_cache_control(response, no_store=True, private=True)
    return response


def _take_typed(request: HttpRequest, opened: Draft | None) -> HttpResponse:
    """Answer a page of the form that could not be saved, or that its script closes."""
    step, draft = request.POST.get("step", ""), opened or remembered_draft(request)
    is_typed = step in STEPS
    if "close" in request.POST:
        if is_typed and draft:
            _save_typed(draft, step, request.POST, is_open=bool(opened))
        sessions.end(request)
    if "close" in request.POST or not is_typed:
        return redirect(with_next(CLOSED, "", act=request.GET.get("act", "")))
    if opened:
        response = show_unsaved(request, opened, step)
        remember_draft(request, response, opened)
        return response
    typed = steps.data_of_page(request.POST, step, language=get_language() or "")
    if draft is None:
        return _begin_with_typed(request, typed, step)
    is_saved = _save_typed(draft, step, request.POST)
    told = {"is_saved": is_saved, "keeps_way_back": is_saved and step == "people" and not _is_own(draft)}
    return _show_closed(request, draft, parts=steps.parts_of(typed, step, is_checked=False), **told)


def _save_typed(draft: Draft, step: str, submitted: MultiValueDict[str, str], *, is_open: bool = False) -> bool:
    """Save what stood on a page, and tell whether it was saved; another tab may have saved since.

    Whoever finds the cookie of a closed form may send anything here. So they change nothing of who can open it, and
    the answer to an older page does not tell whether they have guessed what is in the draft.
    """

    def edit(data: FormData) -> None:
        is_kept = not is_open and not _is_own(draft)
        steps.save(data, step, steps.without_way_back(data, submitted) if is_kept else submitted)

    try:
        drafts.edit_draft(draft, edit)
    except (steps.StaleTab, drafts.CannotWrite):
        return False
    return True


def _begin_with_typed(request: HttpRequest, typed: FormData, step: str) -> HttpResponse:
    """Show what was typed on a page whose draft nobody knows, and begin another draft with it when asked to."""
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES) and language != get_language():
        with translation.override(language):
            return redirect(CLOSED, preserve_request=True)
    if "begin" in request.POST and cookies.accepted(request):
        begin_draft_here(request, typed)
        return redirect(f"applications:form_{step}")
    parts = steps.parts_of(typed, step, is_checked=False)
    for part in parts:
        part.form.unmask()
    needs_cookies = not cookies.accepted(request)
    context = {"answers_form": "answers", "parts": parts, "step": step, "needs_cookies": needs_cookies}
    return render(request, "applications/draft/typed.html", context)


def _is_own(draft: Draft) -> bool:
    """Tell whether a draft opens for one identified person alone, whatever is typed in it."""
    return bool(draft.person_id or draft.application_id)


def _show_closed(request: HttpRequest, draft: Draft | None, **more: object) -> HttpResponse:
    data = drafts.form_data_of(draft) if draft else None
    is_own = draft is not None and _is_own(draft)
    address = (draft.email or steps.main_email(data)) if draft and data and not is_own else ""
    context = {
        "draft": draft,
        "is_own": is_own,
        "until": draft_letters.deletion_day(draft) if draft else None,
        "address": mask_address(address),
        "can_identify": is_own or (data is not None and bool(steps.main_hetu(data))),
        "way_by_identification": with_next("identity:identify", reverse("applications:draft_open")),
        "act": request.GET.get("act", ""),
        "minutes": settings.IDLE_MINUTES,
        "mailed": request.GET.get("mailed", ""),
        **more,
    }
    return render(request, "applications/draft/closed.html", context)


@same_origin_forms
@act_of(CLOSED)
def mail_link_of_closed_form(request: HttpRequest) -> HttpResponse:
    """Send the link to the address that the draft knows already; no other is taken here."""
    draft = remembered_draft(request)
    if draft is None or _is_own(draft):
        return redirect(CLOSED)
    email = draft.email or steps.main_email(drafts.form_data_of(draft))
    is_mailed = bool(email) and may_mail_link(request, draft, email)
    if is_mailed:
        drafts.send_draft_link(draft, email=email, language=get_language() or draft.language)
    return redirect(with_next(CLOSED, "", mailed="yes" if is_mailed else "no"))


@identified_person_required
@read_or_act
def open_closed_form(request: HttpRequest) -> HttpResponse:
    """Open the draft that the browser remembers for the main applicant, or for the person whose own it is."""
    draft, person = remembered_draft(request), person_of(request)
    if draft is None or not drafts.may_open(draft, person=person):
        return show_dead_draft(request, draft_links.NotTheirs(), status=404)
    if request.method != "POST":
        return render(request, "applications/draft/bound.html")
    try:
        held = drafts.adopt(draft, person=person)
    except drafts.CannotWrite as refusal:
        return show_dead_draft(request, refusal, status=404)
    hold_draft(request, held)
    messages.success(request, _("The application is saved among your own. You can find it under Your applications."))
    response = redirect("applications:form_people")
    forget_draft(response)
    return response
