"""From a broker's answer to a signed-in person."""

from django.contrib import auth
from django.http import HttpRequest

from identity import backend, broker_sessions, proof, sessions
from identity.attempts import Attempt
from identity.providers import Provider
from identity.refusals import TokenRefused


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
