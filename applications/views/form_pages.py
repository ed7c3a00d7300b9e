"""The pages of the form that several views show."""

import copy
import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from applications import draft_letters, drafts
from applications.document import InvalidDocument
from applications.form import steps
from applications.form.data import FormData, can_add
from applications.form.faults import question_at
from applications.form.steps import STEPS, Part
from applications.form.summary import AssuranceForm, Summary, unasked_people
from applications.models import Draft
from identity.redirects import is_within


def show_step(
    request: HttpRequest,
    draft: Draft,
    data: FormData,
    step: str,
    parts: list[Part],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        **_frame(draft, data, step),
        "answers_form": "answers",  # every button of the page belongs to this form, so that none loses what is typed
        "parts": parts,
        "is_faulty": any(part.form.errors for part in parts),
        "saved": steps.times_saved(data, step),
        "back": STEPS[STEPS.index(step) - 1] if STEPS.index(step) else "",
        "can_add": {kind: can_add(data, kind) for kind in ("co", "resident", "unborn")},
        "limits": {
            who: formats.number_format(euros, force_grouping=True) for who, euros in settings.INCOME_LIMITS.items()
        },
        **more,
    }
    return render(request, f"applications/form/{step}.html", context, status=status)


def other_way(request: HttpRequest, step: str) -> HttpResponse | None:
    """Return where the pressed button leads, if it is not the one that goes on to the next step.

    It leads to the same step in another language, to a page, or to an act to which the page's button would post.
    """
    if (language := request.POST.get("language")) in dict(settings.LANGUAGES):
        with translation.override(language):
            return redirect(f"applications:form_{step}")
    for name, is_act in (("post_to", True), ("to", False)):
        if is_within(address := request.POST.get(name, "")):
            return HttpResponseRedirect(address, preserve_request=is_act)
    return None


def show_unsaved(request: HttpRequest, draft: Draft, step: str) -> HttpResponse:
    """Show what was typed in this tab, which is not saved, and what another tab has saved instead, if one has."""
    draft.refresh_from_db()
    data = drafts.form_data_of(draft)
    is_stale = request.POST.get("saved") != str(steps.times_saved(data, step))
    mine = copy.deepcopy(data)
    steps.apply(mine, step, request.POST)
    parts = steps.parts_of(mine, step, is_checked=is_stale)
    for part in parts:
        part.form.unmask()
    told = {"is_stale": is_stale, "is_unsaved": not is_stale}
    differences = list(steps.differences(data, mine, step)) if is_stale else []
    return show_step(
        request, draft, data, step, parts, status=409 if is_stale else 200, differences=differences, **told
    )


def show_summary(request: HttpRequest, draft: Draft, form: AssuranceForm) -> HttpResponse:
    data = drafts.form_data_of(draft)
    context = {
        **_frame(draft, data, "summary"),
        "summary": Summary({step: steps.parts_of(data, step) for step in STEPS}),
        "has_co_applicants": any(person["kind"] == "co" for person in data["people"]),
        "saved": steps.revision(data),
        "form": form,
    }
    return render(request, "applications/form/summary.html", context)


def show_refused(request: HttpRequest, draft: Draft, refusal: InvalidDocument) -> HttpResponse:
    """Lead back to the first step in which the schema refuses something, and show that at the question."""
    data = drafts.form_data_of(draft)
    found = [question_at(data, pointer) for pointer, _fault in refusal.faults]
    step = min((each for each, _prefix, _question in found if each in STEPS), key=STEPS.index, default="people")
    parts = steps.parts_of(data, step)
    for part in parts:
        for where, prefix, question in found:
            if (where, prefix) == (step, part.place.prefix):
                part.form.add_error(question or None, _("This cannot be accepted as it is. Check it."))
    return show_step(request, draft, data, step, parts, is_refused=True)


def session_end(draft: Draft, data: FormData) -> dict[str, Any]:
    """Return when the session of somebody who is not signed in ends (R21), for the warning on the page.

    `has_way_back` tells whether a link or identification opens the draft afterwards, by what has been saved.
    """
    seconds = settings.IDLE_MINUTES * 60
    return {
        "idle_seconds": seconds,
        "ends_at": timezone.now() + dt.timedelta(seconds=seconds),
        "has_way_back": bool(draft.email or steps.main_email(data) or steps.main_hetu(data)),
    }


def _frame(draft: Draft, data: FormData, step: str) -> dict[str, Any]:
    # As of the last saving; the summary never counts as complete.
    complete = {
        each: all(place.prefix in data["complete"].get(each, []) for place in steps.places_of(data, each))
        for each in STEPS
    }
    return {
        "draft": draft,
        "until": draft_letters.deletion_day(draft),
        "step": step,
        "title": steps.TITLES[step],
        "progress": [(each, title, complete.get(each, False)) for each, title in steps.TITLES.items()],
        "number": list(steps.TITLES).index(step) + 1,
        "others": unasked_people(data),
        **session_end(draft, data),
    }
