"""Which draft a browser works on: its session names the draft. No address and no cookie holds anything of it.

People use shared computers: a link in the address bar would stay in the history.
"""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control

from applications import drafts
from applications.models import Draft
from identity import sessions
from identity.access import identified_person

P = ParamSpec("P")
SESSION_KEY = "draft"
LINK_KEY = "draft_link"  # which of its links the session goes with: a renewed one ends what the former one began


def session_draft(request: HttpRequest) -> Draft | None:
    """Return the draft of this session, sent or not; never the draft of anybody but the identified person."""
    pk, link = request.session.get(SESSION_KEY), request.session.get(LINK_KEY)
    draft = Draft.objects.filter(pk=pk, nonce=link).first() if pk else None
    person = identified_person(request)
    if draft is None or (person and not draft.is_open_to(person)):
        return None
    if draft.application_id and not person:
        return None  # changing an application needs identification, also after a link or a log-out
    return draft


def hold_draft(request: HttpRequest, draft: Draft) -> None:
    """Let this session work on a draft, under a new key. Its idle minutes begin, signed in or not."""
    request.session.cycle_key()
    request.session[SESSION_KEY], request.session[LINK_KEY] = draft.pk, draft.nonce
    sessions.begin(request)


def draft_view(
    view: Callable[Concatenate[HttpRequest, Draft, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view the session's draft; redirect to the beginning without one, and to the result once it is sent."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        draft = session_draft(request)
        response: HttpResponseBase
        try:
            if draft is None:
                response = redirect("applications:fill_in")
            elif draft.sent_id:
                response = redirect("applications:form_sent")
            else:
                response = view(request, draft, *args, **kwargs)
        except drafts.CannotWriteSent:
            response = redirect("applications:form_sent")
        except drafts.Gone as refusal:
            messages.error(request, str(refusal))
            response = redirect("applications:fill_in")
        patch_cache_control(response, no_store=True, private=True)
        return response

    guarded.personal = True  # type: ignore[attr-defined]  # read by IdleMiddleware
    return guarded
