"""From the answer of a broker, or of the City's directory, to a session."""

from allauth.account.internal.flows.login import record_authentication
from django.contrib import auth
from django.http import HttpRequest

from identity import backend, broker_sessions, directory_sessions, limits, proof, sessions, unsent_forms
from identity.attempts import Attempt
from identity.directory import Directory, Issuer
from identity.directory_backend import DirectoryBackend
from identity.providers import Provider
from identity.refusals import IdentificationFailed, TokenRefused

ANSWER = ("state", "code", "error", "iss")  # the parameters that we read of an answer
LONGEST_PARAMETER = 8190  # characters, as much as the web server reads of an address


def error_in_answer(request: HttpRequest, issuer: Issuer, attempt: Attempt) -> str:
    """Return the error with which an attempt was answered, or nothing where its code may be used, once.

    Raises IdentificationFailed for an answer that is malformed, of another issuer, or to an attempt that was used.
    """
    answer = request.GET
    if any(len(answer.getlist(name)) > 1 or len(answer.get(name, "")) > LONGEST_PARAMETER for name in ANSWER):
        raise IdentificationFailed("response")
    if answer.get("iss", issuer.issuer) != issuer.issuer:  # RFC 9207
        raise IdentificationFailed("response-iss")
    if error := answer.get("error"):
        return error
    if not limits.is_first("attempt", attempt.id):  # the code may have been used, and brokers hold that against us
        raise IdentificationFailed("replay")
    return ""


def sign_in(request: HttpRequest, provider: Provider, attempt: Attempt) -> None:
    """Sign in the person whom the broker's answer identifies, in a wholly new session.

    No data and no session id of a person who was signed in before is left (R21). Raises BrokerUnreachable,
    BrokerRefused, TokenRefused and NoCode; then nobody is signed out either.
    """
    broker = backend.BrokerBackend()
    user = broker.authenticate(request, provider=provider, attempt=attempt)
    if user is None:
        raise TokenRefused("no-authorization-code")
    request.session.flush()
    auth.login(request, user, backend=backend.PATH)
    proof.remember(request.session, broker.proof)
    broker_sessions.keep_hint(request.session, provider, broker.token, broker.told)
    sessions.begin(request)


def sign_in_staff(request: HttpRequest, directory: Directory, attempt: Attempt) -> None:
    """Sign in the member of staff whom the directory's answer identifies, in a wholly new session.

    Only a form that they could not send stays (ADR 42). Where the directory saw no second factor, ours is asked for
    next. Raises BrokerUnreachable, BrokerRefused, TokenRefused, SetUpWrongly and NotAdmitted; then nobody is signed
    out either.
    """
    at = DirectoryBackend()
    user = at.authenticate(request, directory=directory, attempt=attempt)
    if user is None:
        raise TokenRefused("no-authorization-code")
    unsent = request.session.get(unsent_forms.KEY)
    request.session.flush()
    auth.login(request, user, backend=directory_sessions.PATH)
    if unsent:
        request.session[unsent_forms.KEY] = unsent
    for method in ("directory", *(["mfa"] if at.has_second_factor else [])):
        record_authentication(request, user, method=method)
    broker_sessions.keep_hint_of_staff(request.session, directory, at.token, at.told)
    sessions.begin(request)
