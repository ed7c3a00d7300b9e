"""Staff go to the City's directory and back, and it says when they have logged out there."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.request_ids import spoken_id
from core.requests import act_of
from identity import attempts, client, cookies, directory, directory_sessions, limits, staff, tokens
from identity.attempts import OF_STAFF, Attempt
from identity.directory import Directory
from identity.directory_answers import HasNoRole, NotAdmitted, NotInUse, UnusableAnswer
from identity.directory_backend import redirect_uri
from identity.origin import names_own_origin, same_origin_forms
from identity.redirects import safe_next, with_next, with_query
from identity.refusals import BrokerUnreachable, IdentificationFailed, SetUpWrongly, TokenRefused
from identity.signing_in import error_in_answer, sign_in_staff
from identity.tokens import Claims

logger = logging.getLogger(__name__)

MOST_STARTS = 300  # a minute and network: a house whose people all begin their day behind one address
MOST_REFUSED = 20  # a minute and network, of returns to no attempt, and of logout tokens that do not hold
LOGOUT_SECONDS = 5.0  # for the keys of the directory, while it waits for our answer
# The words of those whom the directory knows and we do not let in: for the log, and for the page.
NOT_ADMITTED = {HasNoRole: "no-role", NotInUse: "not-in-use", UnusableAnswer: "unusable", NotAdmitted: "not-admitted"}
# Who waits for the directory in one worker, in log-ins and for the keys of logout tokens: while it hangs, people get
# their pages and their way to their banks.
_AT_ONCE = threading.BoundedSemaphore(settings.IDENTITY_CALLS_AT_ONCE // 2)


@same_origin_forms
@act_of("admin:index")
def start(request: HttpRequest) -> HttpResponse:
    """Begin an attempt, and hand the member of staff over to the directory.

    A page and not a redirect: browsers apply the form-action of our CSP to the redirects of a form.
    """
    at, language = _directory(), request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        next_url = safe_next(request)
        if not (names_own_origin(request) or cookies.accepted(request)):
            return redirect(with_next("identity:cookies", with_next("account_login", next_url)))
        limits.count("staff sign-on start", limits.client_network(request), most=MOST_STARTS)
        attempt = Attempt(provider=at.id, language=language, next=next_url)
        asked = tokens.request_parameters(at, attempt, redirect_uri=redirect_uri())
        address = with_query(at.authorization_endpoint, asked)
        response = render(request, "identity/leaving_for_directory.html", {"directory": at, "address": address})
    attempts.remember(request, response, attempt, OF_STAFF)
    patch_cache_control(response, no_store=True, private=True)
    return response


@require_http_methods(["GET"])
def callback(request: HttpRequest) -> HttpResponse:
    """Receive the member of staff back, and go on to an address without parameters of the answer."""
    at, attempt = _directory(), attempts.find(request, request.GET.get("state", ""), OF_STAFF)
    if attempt:
        with translation.override(attempt.language):
            response = HttpResponseRedirect(_return_of(request, at, attempt))
        attempts.forget(response, attempt, OF_STAFF)
    else:  # a reload, the back button, another browser, or an attempt that is too old or made up
        is_in = staff.is_half_in(request)
        if not is_in:
            limits.count("staff sign-on callback", limits.client_network(request), most=MOST_REFUSED)
            logger.info("Staff sign-on: no-attempt")
        with translation.override(translation.get_language() or settings.LANGUAGE_CODE):
            address = reverse("admin:index") if is_in else _failed_page("no-attempt", "")
            response = HttpResponseRedirect(address)
    patch_cache_control(response, no_store=True, private=True)
    return response


def _return_of(request: HttpRequest, at: Directory, attempt: Attempt) -> str:
    """Return the address to which the member of staff goes after the answer to an attempt."""
    level = logging.WARNING
    try:
        _log_in(request, at, attempt)
    except NotAdmitted as refusal:
        word = NOT_ADMITTED.get(type(refusal), "not-admitted")
    except SetUpWrongly as failure:
        word, level = failure.word, logging.ERROR
    except IdentificationFailed as failure:
        word = failure.word
    else:
        logger.info("Staff sign-on: logged-in")
        return attempt.next or reverse("admin:index")
    # Only one fixed word: claims, descriptions and bodies may be personal data, or a forger's text.
    logger.log(level, "Staff sign-on: %s", word)
    return _failed_page(word, attempt.next)


def _log_in(request: HttpRequest, at: Directory, attempt: Attempt) -> None:
    if error := error_in_answer(request, at, attempt):
        raise IdentificationFailed("cancelled" if error == "access_denied" else "directory-error")
    with _place():
        sign_in_staff(request, at, attempt)


@contextmanager
def _place() -> Iterator[None]:
    """Hold one of the places of those who may wait for the directory. Raises BrokerUnreachable if none is free."""
    if not _AT_ONCE.acquire(blocking=False):
        raise BrokerUnreachable("busy")
    try:
        yield
    finally:
        _AT_ONCE.release()


def _failed_page(word: str, next_url: str) -> str:
    about = word if word in NOT_ADMITTED.values() else ""
    return with_next("identity:staff_sign_on_failed", next_url, about=about, id=spoken_id())


@require_safe
@never_cache
def failed(request: HttpRequest) -> HttpResponse:
    """Say that nobody was logged in; and why not, to whom the directory knows. The log has the word of the others."""
    _directory()
    about = request.GET.get("about")
    context = {
        "sentence": next((kind.message for kind, word in NOT_ADMITTED.items() if word == about), ""),
        "request_code": spoken_id(request.GET.get("id", "")),  # of the request that failed, which the log tells of
        "try_again": with_next("account_login", safe_next(request) or reverse("admin:index")),
    }
    return render(request, "identity/staff_sign_on_failed.html", context)


@csrf_exempt
@require_POST
def logged_out_there(request: HttpRequest) -> HttpResponse:
    """End the sessions of a member of staff who has logged out, or was shut out, at the directory.

    Source: OpenID Connect Back-Channel Logout 1.0. The directory's signed token is all that says so. While its keys
    cannot be had, nobody knows whether a token holds: it may come again, and does not count as a bad one.
    """
    at, network = _directory(), limits.client_network(request)
    limits.refuse_if_reached("logout token", network, most=MOST_REFUSED)
    deadline, response = client.Deadline(LOGOUT_SECONDS), HttpResponse()

    def find_key(kid: str) -> client.Json | None:
        with _place():
            return client.signing_key(at, kid, deadline)

    try:
        token = request.POST.get("logout_token")
        _end_sessions(at, tokens.verify_logout(token, at, find_key))
    except IdentificationFailed as failure:
        logger.warning("Staff sign-on: logout %s", failure.word)
        response = JsonResponse({"error": "temporarily_unavailable"}, status=503)
        if isinstance(failure, TokenRefused):
            limits.is_within("logout token", network, most=MOST_REFUSED, seconds=limits.MINUTE)
            response = JsonResponse({"error": "invalid_request"}, status=400)
    patch_cache_control(response, no_store=True)
    return response


@transaction.atomic
def _end_sessions(at: Directory, told: Claims) -> None:
    if not limits.is_first("logout", told["jti"]):
        raise TokenRefused("jti-again")
    directory_sessions.end_sessions(at.issuer, subject=told.get("sub", ""), session_id=told.get("sid", ""))
    logger.info("Staff sign-on: logged-out-there")


def _directory() -> Directory:
    at = directory.configured()
    if at is None:
        raise Http404("No directory is configured")
    return at
