"""Filling in an application, step by step (J6.1). Nobody needs to be identified for it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications import changes, drafts, reading
from applications.document import InvalidDocument
from applications.draft_access import begin_draft_here, draft_view, forget_draft, remembered_draft, session_draft
from applications.form import steps
from applications.form.data import FormData, add_people, add_person, empty_data, remove_person
from applications.form.people import HouseholdForm
from applications.form.prefill import data_of_person
from applications.form.steps import STEPS
from applications.form.summary import AssuranceForm
from applications.models import Draft
from applications.views.drafts import mail_way_back
from applications.views.form_pages import other_way, show_refused, show_step, show_summary, show_unsaved
from core.actors import UNIDENTIFIED
from core.requests import act_of, read_or_act
from identity import cookies, limits
from identity.access import actor_of, identified_person
from identity.limits import HOUR
from identity.origin import names_own_origin, same_origin_forms
from identity.redirects import safe_next

# An hour and address, which libraries, counters and mobile operators give to many; and an hour and person.
MOST_SENT, MOST_SENT_BY_ONE = 500, 20
# An hour and person. Nobody is named twice (R3), so whoever adds somebody by another applicant's code learns that it
# is theirs; a wrong guess is a change, and everybody is told of it.
MOST_CHANGES = 5


@same_origin_forms
def fill_in(request: HttpRequest) -> HttpResponse:
    """Tell what is needed, ask how many people it is about, and begin; `cookies` accepts them with the same button."""
    form = HouseholdForm(request.POST if request.method == "POST" else None, initial=request.GET)
    is_accepted, accepts = cookies.accepted(request), "cookies" in request.POST
    if not form.is_valid() or not (is_accepted or accepts):
        return _show_begin(request, form)
    if not is_accepted and not names_own_origin(request):
        # Another site may have sent this: the browser keeps the session that it may have, and begins on our page.
        return cookies.accept_and_go_on(reverse("applications:fill_in", query=form.cleaned_data))
    begun = session_draft(request)
    if begun and not begun.sent_id and not begun.application_id and steps.is_blank(drafts.form_data_of(begun)):
        # Pressed again: one draft for one person.
        drafts.edit_draft(begun, lambda data: add_people(data, **form.cleaned_data))
    else:
        language, person = get_language() or settings.LANGUAGE_CODE, identified_person(request)
        data = data_of_person(person, language=language) if person else empty_data(language=language)
        add_people(data, **form.cleaned_data)
        begin_draft_here(request, data)
    onward = reverse("applications:form_people")
    return redirect(onward) if is_accepted else cookies.accept_and_go_on(onward)


@draft_view
@read_or_act
def form_step(request: HttpRequest, draft: Draft, step: str) -> HttpResponse:
    """Show one step, or save it and go on: to the next, or wherever the pressed button leads."""
    if request.method != "POST":
        data = drafts.form_data_of(draft)
        return show_step(request, draft, data, step, steps.parts_of(data, step, is_checked="check" in request.GET))
    try:
        data, parts = drafts.edit_draft(draft, lambda data: (data, steps.save(data, step, request.POST)))
    except steps.StaleTab:
        is_leaving = "post_to" in request.POST  # logging out does not wait, least of all on a shared computer
        return (is_leaving and other_way(request, step)) or show_unsaved(request, draft, step)
    if elsewhere := other_way(request, step):
        return elsewhere
    if any(part.form.newly_asked(request.POST) for part in parts):
        messages.info(request, _("Your answers are saved. Because of them, we have more questions. Answer those too."))
        return redirect(f"applications:form_{step}")
    if all(part.form.is_valid() for part in parts):
        if step == "people":
            mail_way_back(request, draft, data)
        return redirect(f"applications:form_{[*STEPS, 'summary'][STEPS.index(step) + 1]}")
    return show_step(request, draft, data, step, parts)


@draft_view
@act_of("applications:form_people")
def add_to_form(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Add a co-applicant, or somebody who moves in, and save what was typed of the others."""

    def edit(data: FormData) -> str:
        steps.save(data, "people", request.POST)
        return add_person(data, request.POST.get("kind", ""))

    try:
        added = drafts.edit_draft(draft, edit)
    except steps.StaleTab:
        return show_unsaved(request, draft, "people")
    return redirect(reverse("applications:form_people") + (f"#{added}" if added else ""))


@draft_view
@act_of("applications:form_people")
def remove_from_form(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Remove somebody, and save what was typed of the others."""

    def edit(data: FormData) -> None:
        remove_person(data, request.POST.get("person", ""))
        steps.save(data, "people", request.POST)

    try:
        drafts.edit_draft(draft, edit)
    except steps.StaleTab:
        return show_unsaved(request, draft, "people")
    messages.success(request, _("The person has been removed."))
    return redirect("applications:form_people")


@draft_view
@require_safe
def form_summary(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Show the summary: everything in words, and what is missing."""
    return show_summary(request, draft, AssuranceForm())


@draft_view
@act_of("applications:form_summary")
def send_form(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Send the application that was summed up; a second click sends nothing more."""
    form = AssuranceForm(request.POST)
    if not form.is_valid():
        return show_summary(request, draft, form)
    person = identified_person(request)
    if draft.application_id:
        limits.count("change sent", str(person.pk if person else ""), most=MOST_CHANGES, seconds=HOUR)
    who = ("application of a person", str(person.pk)) if person else ("application", limits.client_network(request))
    most = MOST_SENT_BY_ONE if person else MOST_SENT
    limits.refuse_if_reached(*who, most=most)  # before the work of sending
    try:
        drafts.send_draft(
            draft,
            revision=request.POST.get("saved", ""),
            assurance=form.cleaned_data["assurance"],
            by=actor_of(request) if person else UNIDENTIFIED,
            count=lambda: limits.count(*who, most=most, seconds=HOUR),  # what was sent, not what was tried
        )
    except (steps.StaleTab, steps.Incomplete):
        messages.warning(request, _("The application has been changed in another tab. Check it again."))
        return redirect("applications:form_summary")
    except InvalidDocument as refusal:
        return show_refused(request, draft, refusal)
    except changes.CannotChange as refusal:
        return _change_refused(request, draft, refusal)
    if draft.application_id:
        messages.success(request, _("You have edited the application. Everyone must confirm it again."))
    return redirect("applications:form_sent")


@require_safe
def form_sent(request: HttpRequest) -> HttpResponse:
    """Show the result: the number, and what happens next. It stays the same when somebody comes back."""
    draft = session_draft(request)
    if draft is None or not draft.sent_id:
        return redirect("applications:form_summary" if draft else "applications:fill_in")
    application = reading.application(draft.sent_id)
    if draft.application_id:
        return redirect("applications:status", application.reference)
    response = render(request, "applications/form/sent.html", {"application": application})
    forget_draft(response)
    return response


@draft_view
@act_of("applications:form_people")
def stay(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Put off the end of the session: answer 204 to the script of the warning, and redirect after its form."""
    if "text/html" not in request.headers.get("Accept", ""):
        return HttpResponse(status=204)
    return redirect(safe_next(request) or "applications:form_people")


def _show_begin(request: HttpRequest, form: HouseholdForm) -> HttpResponse:
    draft = session_draft(request) or remembered_draft(request)
    context = {
        "form": form,
        "days": settings.DRAFT_DAYS,
        "draft": draft if draft and not draft.sent_id and not draft.application_id else None,
        **cookies.question(request),
    }
    return render(request, "applications/form/begin.html", context)


def _change_refused(request: HttpRequest, draft: Draft, refusal: changes.CannotChange) -> HttpResponse:
    """Answer somebody whose change could not be sent. What they have typed stays in the draft."""
    if draft.application is None:
        raise refusal
    match refusal:
        case changes.Unchanged():
            messages.info(request, str(refusal))
            return redirect("applications:form_summary")
        case changes.EditedElsewhere():
            messages.error(request, str(refusal))
            return redirect("applications:change", draft.application.reference)
        case changes.NotLatest():
            return redirect("applications:change_newer", draft.application.reference)
        case _:
            messages.error(request, str(refusal))
            return redirect("applications:status", draft.application.reference)
