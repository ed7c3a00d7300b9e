"""Ending the session that a broker keeps of its own, so that the next person in the browser is not taken for the last.

Source: OpenID Connect RP-Initiated Logout 1.0. Of brokers only Helsinki's service has such an address; elsewhere
people are told how to end the session themselves. The City's directory of staff may have one too.
"""

import base64
import json

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.urls import reverse
from django.utils.translation import get_language

from core import crypto, hetu
from identity import directory, directory_sessions, proof, providers
from identity.directory import Issuer
from identity.providers import Provider
from identity.redirects import with_query
from identity.tokens import Claims

SESSION_KEY = "id_token_hint"
SALT = "identity.broker-session"
LIFETIME_SECONDS = 60 * 60  # for the way to the broker and back
LONGEST_HINT = 4096  # characters, as it goes into an address


def keep_hint(session: SessionBase, provider: Provider, token: object, claims: Claims) -> None:
    """Keep the identity token by which the broker knows its session, unless it holds what no address may hold."""
    if not any(claims.get(name) for name in provider.claims.hetu):
        _keep(session, provider, token)


def keep_hint_of_staff(session: SessionBase, at: Issuer, token: object, claims: Claims) -> None:
    """Keep the identity token of the directory likewise, unless a personal identity code stands anywhere in it."""
    if not hetu.contains_code(json.dumps(claims)):
        _keep(session, at, token)


def _keep(session: SessionBase, issuer: Issuer, token: object) -> None:
    if not issuer.end_session_endpoint or issuer.encrypted:
        return
    if isinstance(token, str) and len(token) <= LONGEST_HINT:
        session[SESSION_KEY] = base64.b64encode(crypto.encrypt(token, context=SALT)).decode()


def session_end_of(session: SessionBase, next_url: str) -> str:
    """Return the address that ends the broker's session of whoever is signed in, empty where there is none.

    The broker then sends the browser on to `next_url`, a path within this service.
    """
    known = proof.of_session(session)
    return session_end_at(providers.find(known.provider) if known else None, next_url, hint=_hint(session))


def session_end_of_staff(session: SessionBase, next_url: str) -> str:
    """Return the address that ends the directory's session of whoever came through it, empty where there is none."""
    at = directory.configured() if session.get(BACKEND_SESSION_KEY) == directory_sessions.PATH else None
    return session_end_at(at, next_url, hint=_hint(session), back="directory:left")


def _hint(session: SessionBase) -> str:
    try:
        return crypto.decrypt(base64.b64decode(session.get(SESSION_KEY, "")), context=SALT)
    except (crypto.CannotDecrypt, ValueError):  # there is none, or its key has been replaced since
        return ""


def session_ends(next_url: str) -> list[str]:
    """Return the addresses that end the sessions of all brokers that have one, without knowing who was where."""
    return [end for provider in providers.all_providers() if (end := session_end_at(provider, next_url))]


def session_end_at(
    provider: Issuer | None, next_url: str, *, hint: str = "", back: str = "identification:signed_out"
) -> str:
    """Return the address that ends a session at a provider, empty where there is none.

    `back` is the name of the address to which the provider sends the browser.
    """
    if provider is None or not provider.end_session_endpoint:
        return ""
    query = {
        "client_id": provider.client_id,
        "post_logout_redirect_uri": settings.PUBLIC_URL + reverse(back),
        "state": signing.dumps(next_url, salt=SALT),
        "ui_locales": provider.locale(get_language() or ""),
    }
    return with_query(provider.end_session_endpoint, query | ({"id_token_hint": hint} if hint else {}))


def next_after_broker(state: str) -> str:
    """Return where the browser goes on to, from the state that comes back; empty for a state that is not ours."""
    try:
        return str(signing.loads(state, salt=SALT, max_age=LIFETIME_SECONDS))
    except signing.BadSignature:
        return ""
