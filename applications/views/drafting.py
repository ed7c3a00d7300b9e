"""Filling in an application, step by step (J6.1). Nobody needs to be identified for it."""

import copy
import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications import changes, drafts
from applications.document import Document, InvalidDocument
from applications.drafting import contents, documents, steps, summary
from applications.drafting.changing import others
from applications.drafting.contents import Data
from applications.drafting.steps import STEPS, Part
from applications.enums import Source
from applications.models import Application, Draft
from applications.states import FORM, Actor
from applications.views import changing
from applications.views.draft_access import draft_view, held, hold, visitor
from identity import cookies, limits
from identity.access import proof_of
from identity.limits import HOUR
from identity.origin import same_origin_forms
from identity.redirects import with_next

MOST_BEGUN, MOST_SENT = 20, 20  # an hour and address: libraries and counters share one
read_or_act = require_http_methods(["GET", "HEAD", "POST"])


@same_origin_forms
def fill_in(request: HttpRequest) -> HttpResponse:
    """Tell what is needed, and begin."""
    if not cookies.accepted(request):
        return redirect(with_next("identity:cookies", request.path))
    if request.method != "POST":
        draft = held(request)
        context = {
            "days": settings.DRAFT_DAYS,
            "draft": draft if draft and not draft.sent_id and not draft.application_id else None,
        }
        return render(request, "applications/draft/begin.html", context)
    limits.count("draft", limits.client_address(request), most=MOST_BEGUN, seconds=HOUR)
    language, person = get_language() or settings.LANGUAGE_CODE, visitor(request)
    data = contents.known(person, language=language) if person else contents.empty(language=language)
    hold(request, drafts.begin(data, language=language, person=person))
    return redirect("applications:draft_people")


@draft_view
@read_or_act
def step(request: HttpRequest, draft: Draft, name: str) -> HttpResponse:
    """Show one step, or save it and go on to the next."""
    if request.method != "POST":
        data = drafts.read(draft)
        return _show(request, draft, data, name, steps.parts(data, name, is_checked="check" in request.GET))
    try:
        data = drafts.write(draft, lambda data: steps.take(data, name, request.POST))
    except steps.Behind:
        return behind(request, draft, name)
    found = steps.parts(data, name)
    if steps.unseen(found, request.POST):
        messages.info(request, _("Your answers are saved. They lead to more questions: answer them too."))
        return redirect(f"applications:draft_{name}")
    if all(part.form.is_valid() for part in found):
        return redirect(f"applications:draft_{_after(name)}")
    return _show(request, draft, data, name, found)


@draft_view
@read_or_act
def add_person(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Add a co-applicant, or somebody who moves in; what was typed of the others is saved."""

    def edit(data: Data) -> None:
        steps.take(data, "people", request.POST)
        contents.add_person(data, request.POST.get("kind", ""))

    if request.method != "POST":
        return redirect("applications:draft_people")
    try:
        before = {person["id"] for person in drafts.read(draft)["people"]}
        data = drafts.write(draft, edit)
    except steps.Behind:
        return behind(request, draft, "people")
    added = [person["id"] for person in data["people"] if person["id"] not in before]
    return redirect(reverse("applications:draft_people") + "".join(f"#{each}" for each in added[:1]))


@draft_view
@read_or_act
def remove_person(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Remove somebody; what was typed of the others is saved."""

    def edit(data: Data) -> None:
        steps.take(data, "people", request.POST)
        contents.remove_person(data, request.POST.get("person", ""))

    if request.method == "POST":
        try:
            drafts.write(draft, edit)
        except steps.Behind:
            return behind(request, draft, "people")
        messages.success(request, _("The person has been removed."))
    return redirect("applications:draft_people")


@draft_view
@require_safe
def check(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The summary: everything in words, and what is missing."""
    return _summary(request, draft, summary.AssuranceForm())


@draft_view
@read_or_act
def send(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Send the application that was summed up; a second click sends nothing more."""
    if request.method != "POST":
        return redirect("applications:draft_summary")
    limits.count("application sent", limits.client_address(request), most=MOST_SENT, seconds=HOUR)
    form = summary.AssuranceForm(request.POST)
    if not form.is_valid():
        return _summary(request, draft, form)
    person = visitor(request)
    try:
        drafts.send(
            draft,
            lambda data: _checked(data, draft, request.POST.get("saved", "")),
            by=Actor(Source.PERSON, person, proof_of(request).method) if person else FORM,
        )
    except (steps.Behind, documents.Incomplete):
        messages.warning(request, _("The application has been changed in another tab. Check it again."))
        return redirect("applications:draft_summary")
    except InvalidDocument as refusal:
        return _refused(request, draft, refusal)
    except changes.CannotChange as refusal:
        return changing.refused(request, draft, refusal)
    if draft.application_id:
        messages.success(request, _("The application has been changed. Everyone has to confirm it again."))
    return redirect("applications:draft_sent")


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The result: the number, and what happens next. However often somebody comes back, it is the same."""
    draft = held(request)
    if draft is None or not draft.sent_id:
        return redirect("applications:draft_summary" if draft else "applications:fill_in")
    application = Application.objects.with_people().get(pk=draft.sent_id)
    if draft.application_id:
        return redirect("applications:status", application.reference)
    return render(request, "applications/draft/sent.html", {"application": application})


@draft_view
@read_or_act
def stay(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Put off the end of the session: answer 204 to the script of the warning, and go back for its form."""
    if request.method == "POST" and "text/html" not in request.headers.get("Accept", ""):
        return HttpResponse(status=204)
    return redirect("applications:draft_people")


def _checked(data: Data, draft: Draft, saved: str) -> Document:
    if saved != _all_saved(data):
        raise steps.Behind
    return documents.of(data, draft, assurance=True)


def _all_saved(data: Data) -> str:
    """Return what tells one state of a draft from every other."""
    return ".".join(str(steps.saved(data, name)) for name in STEPS)


def _after(name: str) -> str:
    return [*STEPS, "summary"][STEPS.index(name) + 1]


def _context(draft: Draft, data: Data, name: str) -> dict[str, Any]:
    progress = summary.progress(data)
    return {
        "draft": draft,
        "step": name,
        "title": steps.TITLES[name],
        "progress": progress,
        "number": [each for each, _title, _complete in progress].index(name) + 1,
        **idle(),
    }


def idle() -> dict[str, Any]:
    """Return when the session ends of whoever fills in without being signed in (R21), for its warning."""
    seconds = settings.IDLE_MINUTES * 60
    return {"idle_seconds": seconds, "ends_at": timezone.now() + dt.timedelta(seconds=seconds)}


def _show(
    request: HttpRequest,
    draft: Draft,
    data: Data,
    name: str,
    parts: list[Part],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        **_context(draft, data, name),
        "parts": parts,
        "is_faulty": any(part.form.errors for part in parts),
        "saved": steps.saved(data, name),
        "back": STEPS[STEPS.index(name) - 1] if STEPS.index(name) else "",
        "can_add": {kind: contents.can_add(data, kind) for kind in ("co", "resident", "unborn")},
        "limits": settings.INCOME_LIMITS,
        "others": others(data),
        **more,
    }
    return render(request, f"applications/draft/{name}.html", context, status=status)


def behind(request: HttpRequest, draft: Draft, name: str) -> HttpResponse:
    """Show what was typed in this tab, which is not saved, and what another tab has saved instead."""
    draft.refresh_from_db()
    data = drafts.read(draft)
    mine = copy.deepcopy(data)
    steps.put(mine, name, request.POST)
    found = steps.parts(mine, name)
    for part in found:
        part.form.unmask()
    differences = list(steps.differences(data, mine, name))
    return _show(request, draft, data, name, found, status=409, is_behind=True, differences=differences)


def _summary(request: HttpRequest, draft: Draft, form: summary.AssuranceForm) -> HttpResponse:
    data = drafts.read(draft)
    context = {
        **_context(draft, data, "summary"),
        "summary": summary.of(data),
        "others": others(data),
        "saved": _all_saved(data),
        "form": form,
    }
    return render(request, "applications/draft/summary.html", context)


def _refused(request: HttpRequest, draft: Draft, refusal: InvalidDocument) -> HttpResponse:
    """Lead back to the first step of which the schema refuses something, with that shown at the question."""
    data = drafts.read(draft)
    found = [documents.question_at(data, pointer) for pointer, _fault in refusal.faults]
    name = min((step for step, _prefix, _question in found if step in STEPS), key=STEPS.index, default="people")
    parts = steps.parts(data, name)
    for part in parts:
        for where, prefix, question in found:
            if (where, prefix) == (name, part.place.prefix):
                part.form.add_error(question or None, _("We cannot take this as it is. Check it."))
    return _show(request, draft, data, name, parts, is_refused=True)
