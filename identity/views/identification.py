"""To the broker and back."""

import functools
import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import resolve
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import counting
from core.crypto import CannotDecrypt
from core.request_ids import spoken_id
from core.requests import act_of
from core.transactions import DATABASE_AWAY
from identity import (
    access,
    attempts,
    backend,
    broker_sessions,
    cookies,
    limits,
    outages,
    own_choice,
    providers,
    tokens,
)
from identity.attempts import Attempt
from identity.origin import same_origin_forms
from identity.providers import Provider
from identity.redirects import after_identification, safe_next, with_next, with_query
from identity.refusals import BrokerUnreachable, IdentificationFailed, InvalidCode, NoCode, SetUpWrongly
from identity.signing_in import error_in_answer, sign_in

logger = logging.getLogger(__name__)

MOST_A_MINUTE = 20  # starts of one browser, and returns of one address to no attempt
# An hour and address, of browsers without an attempt: more than a housing company behind one address of a mobile
# operator, all of whom have got a letter. Others have to show that they keep cookies, and then count for themselves.
MOST_NEW_BROWSERS = 3000
# Each has a page that says what happened and what to do. "cancelled" shows the identification page with a notice.
OUTCOMES = {"error", "expired", "refused", "unreachable", "counter"}
# What more the page of an outcome says, named by its parameter `about`.
SETTINGS, CODE = "settings", "code"
_resolved = functools.cache(resolve)  # of the page for everybody, in each language


@require_safe
@never_cache
def identify(request: HttpRequest, *, cancelled: bool = False) -> HttpResponse:
    """Let the person choose where to identify themselves."""
    if not cookies.accepted(request):
        return redirect(with_next("identity:cookies", request.get_full_path()))
    offers = own_choice.offers(providers.all_providers())
    context = {
        "offers": [(provider, choice) for provider, choice in offers if choice],
        "providers": [provider for provider, choice in offers if not choice],
        "cancelled": cancelled,
        "another": "another" in request.GET,  # somebody signed out so that another person may identify themselves
        "next": safe_next(request),
        "person": access.identified_person(request),
        "next_page": after_identification(safe_next(request)),
    }
    return render(request, "identity/identify.html", context)


@require_safe
@never_cache
def outcome(request: HttpRequest, outcome: str) -> HttpResponse:
    """Say why an identification identified nobody."""
    if outcome == "cancelled":
        return identify(request, cancelled=True)
    if outcome not in OUTCOMES:
        raise Http404
    try_again = with_next("identity:identify", safe_next(request))
    context = {
        "try_again": try_again,
        "identified": access.is_identified(request),
        "next_page": after_identification(safe_next(request)),
        "about": request.GET.get("about"),
        "request_code": spoken_id(request.GET.get("id", "")),  # of the request that failed, which the log tells of
        # A broker with a session of its own may know the person even where we refused them.
        "broker_session_ends": broker_sessions.session_ends(try_again),
        "test_codes": settings.ALLOW_TEST_CODES,
    }
    return render(request, f"identity/outcome_{outcome}.html", context)


@same_origin_forms
@act_of("identity:identify")
def start(request: HttpRequest) -> HttpResponse:
    """Begin an attempt, and hand the person over to the broker."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        next_url = safe_next(request)
        if not cookies.accepted(request):
            return redirect(with_next("identity:cookies", with_next("identity:identify", next_url)))
        provider = providers.find(request.POST.get("provider", ""))
        if provider is None:
            return redirect(with_next("identity:identify", next_url))
        browser = attempts.known_browser(request)
        attempt = Attempt(
            provider=provider.id,
            language=language,
            next=next_url,
            means=own_choice.means_of(provider, request.POST.get("means", "")),
            id=attempts.new_attempt_id(browser or attempts.new_browser()),
        )
        new = ("identification-start new", limits.client_network(request))
        if browser is None and not limits.is_within(*new, most=MOST_NEW_BROWSERS, seconds=limits.HOUR):
            response = render(request, "identity/crowded.html", {"attempt": attempt}, status=429)
        else:
            limits.count("identification-start", attempt.browser, most=MOST_A_MINUTE)
            response = _lead_to(provider, attempt, request)
    attempts.remember(request, response, attempt)
    patch_cache_control(response, no_store=True, private=True)
    return response


def _lead_to(provider: Provider, attempt: Attempt, request: HttpRequest) -> HttpResponse:
    """Return the page that leads to the broker.

    A page and not a redirect: browsers apply the form-action of our CSP to the redirects of a form. It has an address
    to go on to by itself and another for its link, as brokers take each request object once.
    """
    try:
        by_itself, by_link = (_broker_address(provider, attempt) for _ in range(2))
    except SetUpWrongly as failure:
        name = _failed("error", attempt, failure, logging.ERROR)
        return redirect(with_next("identity:outcome", attempt.next, name, about=SETTINGS, id=spoken_id()))
    ways = {"provider": provider, "by_itself": by_itself, "by_link": by_link}
    return render(request, "identity/leaving.html", ways)


def _broker_address(provider: Provider, attempt: Attempt) -> str:
    query = {
        "client_id": provider.client_id,
        "response_type": "code",  # with scope, what OpenID Connect Core 6.1 wants beside the request
        "scope": provider.claims.scope,
        "request": tokens.request_object(provider, attempt, redirect_uri=backend.redirect_uri()),
    }
    return with_query(provider.authorization_endpoint, query)


@require_http_methods(["GET"])
def callback(request: HttpRequest) -> HttpResponse:
    """Receive the person back from a broker, and go on to an address without parameters of the answer.

    An attempt that lives is never refused by a limit: the person has been to their bank for it.
    """
    attempt = attempts.find(request, request.GET.get("state", ""))
    if attempt:
        with translation.override(attempt.language):
            response = HttpResponseRedirect(_return_of(request, attempt))
        attempts.forget(response, attempt)
    else:  # a reload, the back button, another browser, or an attempt that is too old or made up
        person = access.identified_person(request)
        if person is None:
            limits.count("identification-callback", limits.client_network(request), most=MOST_A_MINUTE)
        language = person.language if person else translation.get_language()
        with translation.override(language or settings.LANGUAGE_CODE):
            expired = with_next("identity:outcome", "", "expired", id=spoken_id())
            address = after_identification("") if person else expired
            response = HttpResponseRedirect(address)
    patch_cache_control(response, no_store=True, private=True)
    return response


def _return_of(request: HttpRequest, attempt: Attempt) -> str:
    """Return the address to which the person goes after the answer to an attempt."""
    about = ""
    try:
        name = _identify(request, attempt)
    except NoCode as failure:
        name = _failed("counter", attempt, failure)
    except BrokerUnreachable as failure:
        name = _failed("unreachable", attempt, failure)
        outages.record_failure(attempt.provider)
    except SetUpWrongly as failure:
        outages.record_failure(attempt.provider)
        name, about = _failed("error", attempt, failure, logging.ERROR), SETTINGS
    except InvalidCode as failure:
        name, about = _failed("refused", attempt, failure), CODE
    except IdentificationFailed as failure:
        name = _failed("refused", attempt, failure)
    if not name:
        return _onward(request, attempt.next)
    failed = "" if name == "cancelled" else spoken_id()
    return with_next("identity:outcome", attempt.next, name, about=about, id=failed)


def _onward(request: HttpRequest, wanted: str) -> str:
    """Return where whoever has just signed in goes. A page that would only lead on says where to: a request less."""
    page = after_identification("")
    leads_on = getattr(_resolved(page).func, "leads_on", None)
    if leads_on is None or wanted not in ("", page):
        return wanted or page
    try:
        return leads_on(access.person_of(request)) or page
    except (*DATABASE_AWAY, CannotDecrypt):  # they are signed in all the same
        return page


def _identify(request: HttpRequest, attempt: Attempt) -> str:
    """Sign the person in and return an empty text, or return the outcome when the broker identified nobody."""
    provider = providers.find(attempt.provider)
    if provider is None:
        raise IdentificationFailed("no-provider")
    if error := error_in_answer(request, provider, attempt):
        if error in provider.claims.cancelled:
            _tell(provider.id, "cancelled", logging.INFO)
            return "cancelled"
        _tell(provider.id, "broker-error", logging.WARNING)
        return "error"
    sign_in(request, provider, attempt)
    outages.record_success(provider.id)
    _tell(provider.id, "identified", logging.INFO, user=request.user.pk)
    return ""


def _failed(outcome: str, attempt: Attempt, failure: IdentificationFailed, level: int = logging.WARNING) -> str:
    _tell(attempt.provider, failure.word, level)
    return outcome


def _tell(provider_id: str, word: str, level: int, **context: int | None) -> None:
    # Only one fixed word: claims, descriptions and bodies may be personal data, or a forger's text.
    logger.log(level, "Identification at %s: %s", provider_id, word, extra=context)
    counting.count("identifications", provider_id, word)
