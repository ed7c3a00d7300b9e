"""The life of a session (R21): it ends after 20 idle minutes or 12 hours, and leaves nothing behind."""

import datetime as dt
import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import Resolver404, resolve

from core.transactions import DATABASE_AWAY
from identity import limits, proof, unsent_forms
from identity.origin import is_same_origin
from identity.redirects import is_of_staff, with_next
from identity.session_store import SessionStore

logger = logging.getLogger(__name__)

SEEN, BEGAN = "seen", "began"  # seconds since 1970
GRAIN_SECONDS = 30  # between writes of SEEN: most page views write nothing
MOST_KEPT = 60  # forms that came after the end, an hour from one network
STAFF_MINUTES = 15  # idle, for sessions that no broker stands behind
# Forms of staff that are sent while nobody is logged in.
WITHOUT_SESSION = {"mfa_authenticate", "staff_link", "staff_session_ended"}


class IdleMiddleware:
    """Ends idle sessions, and sets when the one in use ends: `request.session_ends_at` while an identified person is
    signed in, `request.staff_session_ends_at` while a member of staff is.

    A person who sends a form after their session ended is told so. Otherwise the form would be refused for a token
    that ended with the session. Staff are led to their log-in, and what they typed is kept (ADR 42).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.session_ends_at = request.staff_session_ends_at = None  # type: ignore[attr-defined]  # ours
        had_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        is_noted = True
        # Without the cookie nothing is read, so that pages for everybody need no query and are the same for all.
        if had_session and _is_alive(request):
            is_noted = time.time() - request.session.get(SEEN, 0) < GRAIN_SECONDS
            if not is_noted:
                was_modified = request.session.modified
                begin(request)
                request.session.modified = was_modified  # by itself it is no reason to save the session
            if SESSION_KEY in request.session:
                kind = "staff_session_ends_at" if _is_of_staff(request) else "session_ends_at"
                now = time.time()
                oldest = request.session.get(BEGAN, now) + settings.SESSION_COOKIE_AGE
                ends_at = min(now + _idle_minutes(request) * 60, oldest)
                setattr(request, kind, dt.datetime.fromtimestamp(ends_at, dt.UTC))
        elif (had_session or request.method == "POST") and (answer := _answer_after_end(request)):
            return answer
        response = self.get_response(request)
        if not is_noted and response.status_code < 500:
            _note(request)
        return response


def _is_alive(request: HttpRequest) -> bool:
    """Tell whether somebody is signed in or fills in a form, and end the session if it is idle."""
    if SESSION_KEY not in request.session and SEEN not in request.session:
        return False
    # GRAIN_SECONDS is added so that nobody's session ends early because their last visit was not written down.
    limit = _idle_minutes(request) * 60 + GRAIN_SECONDS
    now = time.time()
    is_old = now - request.session.get(BEGAN, now) > settings.SESSION_COOKIE_AGE
    if now - request.session.get(SEEN, now) <= limit and not is_old:
        return True
    request.form_sender = unsent_forms.sender(request)  # type: ignore[attr-defined]  # ours
    try:
        with transaction.atomic():
            end(request)
    except DATABASE_AWAY:  # its row stays, as idle as it is
        request.session, request.user = SessionStore(), AnonymousUser()
    return False


def _note(request: HttpRequest) -> None:
    """Save when the session was last seen, unless it is saved anyway. No page fails because this does."""
    if request.session.modified or SEEN not in request.session:
        return
    try:
        request.session.save()
    except (UpdateError, *DATABASE_AWAY) as error:
        logger.warning("when the session was last seen could not be saved: %s", type(error).__name__)


def _is_of_staff(request: HttpRequest) -> bool:
    return SESSION_KEY in request.session and not proof.of_session(request.session)


def _idle_minutes(request: HttpRequest) -> int:
    return STAFF_MINUTES if _is_of_staff(request) else settings.IDLE_MINUTES


def _answer_after_end(request: HttpRequest) -> HttpResponseBase | None:
    """Lead to the page that a view names for what comes after the end (`after_end`), if it does.

    The page is told what was pressed in vain. Where the view `keeps_typed`, a form is sent to that page once more.
    """
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    page, is_sent = getattr(match.func, "after_end", ""), request.method == "POST"
    needs_session = is_of_staff(request.path_info) and match.url_name not in WITHOUT_SESSION
    if is_sent and needs_session and is_same_origin(request):
        return keep_and_log_in(request, request.get_full_path())
    if not page:
        return None
    act = match.url_name or "" if is_sent and match.namespace != "identity" else ""
    keeps_typed = is_sent and getattr(match.func, "keeps_typed", False)
    return HttpResponseRedirect(with_next(page, request.get_full_path(), act=act), preserve_request=keeps_typed)


def keep_and_log_in(request: HttpRequest, address: str) -> HttpResponseRedirect:
    """Lead staff to their log-in, and then back to the page of an address, which shows again what they had typed."""
    network = limits.client_network(request)
    if limits.is_within("unsent form", network, most=MOST_KEPT, seconds=limits.HOUR) and unsent_forms.keep(
        request, address, typed_by=getattr(request, "form_sender", "")
    ):
        request.session.set_expiry(unsent_forms.KEPT_SECONDS)  # until the log-in begins another
    return HttpResponseRedirect(with_next("account_login", address, ended="yes"))


def open_session(key: str) -> SessionStore | None:
    """Return the session of a key in which somebody fills in a form, signed in as nobody, if it is not over."""
    session = SessionStore(key)
    if SESSION_KEY in session or time.time() - session.get(SEEN, 0) > settings.IDLE_MINUTES * 60 + GRAIN_SECONDS:
        return None
    return session


def begin(request: HttpRequest) -> None:
    """Count the idle minutes from now, also in the session of somebody who is not signed in."""
    request.session[SEEN] = int(time.time())
    request.session.setdefault(BEGAN, request.session[SEEN])


def end(request: HttpRequest) -> None:
    """End the session: its row, its cookie and all its data go."""
    request.session.flush()
    request.user = AnonymousUser()
