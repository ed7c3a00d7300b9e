"""Which draft a browser works on: its session names the draft, and a cookie remembers it when the browser is closed.

No address and no cookie holds anything of it: a link in the address bar would stay in the history. People use shared
computers (R21): the cookie opens the draft only while its session is not over, which is 20 idle minutes. Afterwards
it tells which draft the form was closed of, takes what was still typed on a page, and shows nothing (ADR 32).
"""

import functools
import re
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language

from applications import drafts
from applications.form import steps
from applications.form.data import FormData
from applications.models import Draft
from core.compiled import Compiled
from core.crypto import sealed
from identity import cookies, limits, sessions
from identity.access import identified_person

P = ParamSpec("P")
# With the data as they are encrypted: no two states of a draft have the same `seal` (edit_draft).
_HELD = Compiled(lambda pk, link: Draft.objects.filter(pk=pk, nonce=link).annotate(seal=sealed("data")))
SESSION_KEY = "draft"
MOST_BEGUN = 500  # an hour and address, which libraries, counters and mobile operators give to many
CLOSED = "applications:form_closed"
PK = re.compile(r"[0-9]{1,18}")
UNNAMED = "-"  # in the place of the key of a session; no session has it
LINK_KEY = "draft_link"  # which of its links the session goes with: a renewed one ends what the former one began


def session_draft(request: HttpRequest) -> Draft | None:
    """Return the draft of this session, sent or not; never the draft of anybody but the identified person."""
    pk, link = request.session.get(SESSION_KEY), request.session.get(LINK_KEY)
    draft = _HELD.first(pk=pk, link=link) if pk and link else None
    person = identified_person(request)
    if draft is None or (person and not draft.is_open_to(person)):
        return None
    if draft.application_id and not person:
        return None  # changing an application needs identification, also after a link or a log-out
    return draft


def remembered_draft(request: HttpRequest) -> Draft | None:
    """Return the unsent draft that the browser's cookie names, whether or not it may still be opened here."""
    value = request.COOKIES.get(cookies.draft_name(), "")
    pk = value.partition(".")[0]
    draft = Draft.objects.unsent().filter(pk=int(pk)).first() if PK.fullmatch(pk) else None
    return draft if draft and _session_key(draft, value) else None


def reopened_draft(request: HttpRequest) -> Draft | None:
    """Open the draft that the cookie names in this session, and return it, if its own session is not over.

    A draft in which nothing was ever saved is opened at any time: there is nothing in it to protect.
    """
    draft = remembered_draft(request)
    if draft is None or draft.person_id or draft.application_id:
        return None
    former = sessions.open_session(_session_key(draft, request.COOKIES[cookies.draft_name()]))
    if former is None or former.get(SESSION_KEY) != draft.pk:
        if not steps.is_blank(drafts.form_data_of(draft)):
            return None
    elif former.session_key != request.session.session_key:
        former.delete()
    hold_draft(request, draft)
    return draft


def remember_draft(request: HttpRequest, response: HttpResponseBase, draft: Draft) -> None:
    """Have the browser remember the draft of this session for as long as the draft is kept.

    The session is named only while nobody is signed in. The cookie outlives the browser, and whoever finds the name of
    a session in it could take that session up (R21).
    """
    session = UNNAMED if request.user.is_authenticated else request.session.session_key
    value = _signer(draft).sign(f"{draft.pk}.{session}")
    max_age = settings.DRAFT_DAYS * 24 * 3600
    response.set_cookie(
        cookies.draft_name(), value, max_age=max_age, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def forget_draft(response: HttpResponseBase) -> None:
    response.delete_cookie(cookies.draft_name(), samesite="Lax")


def _session_key(draft: Draft, value: str) -> str:
    """Return the key of the session that the cookie was set in; an empty text if the cookie is not ours."""
    try:
        return _signer(draft).unsign(value).partition(".")[2]
    except signing.BadSignature:
        return ""


def _signer(draft: Draft) -> signing.Signer:
    return signing.Signer(salt=f"applications.draft_access.{draft.nonce}")  # a renewed link ends the cookie too


def hold_draft(request: HttpRequest, draft: Draft) -> None:
    """Let this session work on a draft, under a new key. Its idle minutes begin, signed in or not."""
    session = request.session
    session.cycle_key() if session.session_key else session.create()  # a key at once, as remember_draft() names it
    session[SESSION_KEY], session[LINK_KEY] = draft.pk, draft.nonce
    sessions.begin(request)


def begin_draft_here(request: HttpRequest, data: FormData) -> None:
    """Begin a draft with these data in this browser. Raises limits.TooMany."""
    limits.count("draft", limits.client_network(request), most=MOST_BEGUN, seconds=limits.HOUR)
    language = get_language() or settings.LANGUAGE_CODE
    hold_draft(request, drafts.begin_draft(data, language=language, person=identified_person(request)))


def draft_view(
    view: Callable[Concatenate[HttpRequest, Draft, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view the draft of this browser; redirect to the result once it is sent.

    Without a draft, lead to the beginning, or to the page of a form that was closed. That page is also where a form
    goes that cannot be saved, so that what was typed in it is not lost.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        draft = session_draft(request) or reopened_draft(request)
        response: HttpResponseBase
        try:
            if draft is None:
                response = _led_away(request)
            elif draft.sent_id:
                response = redirect("applications:form_sent")
            else:
                response = view(request, draft, *args, **kwargs)
                remember_draft(request, response, draft)
        except drafts.CannotWriteSent:
            response = redirect("applications:form_sent")
        except drafts.Gone as refusal:
            messages.error(request, str(refusal))
            response = _led_away(request)
        patch_cache_control(response, no_store=True, private=True)
        return response

    guarded.after_end = CLOSED  # type: ignore[attr-defined]  # read by IdleMiddleware, as the next
    guarded.keeps_typed = True  # type: ignore[attr-defined]
    guarded.shows_refused = True  # type: ignore[attr-defined]  # read by csrf_failure()
    return guarded


def _led_away(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return redirect(CLOSED, preserve_request=True)
    return redirect(CLOSED if remembered_draft(request) else "applications:fill_in")
