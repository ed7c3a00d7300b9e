"""System checks of STAFF_DIRECTORY, each with an id and a hint (docs/staff-sign-on.md)."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from core.actors import Role
from identity import directory
from identity.directory import Directory
from identity.provider_faults import has_odd_audience, is_safe, lacks_a_language
from identity.providers import PRIVATE_KEY_JWT, InvalidProvider

ENDPOINTS = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "end_session_endpoint",
)
ROLES = (Role.ADVISER, Role.SUPERVISOR, Role.OPERATOR)
GUIDE = "docs/staff-sign-on.md lists what it needs."


@register(Tags.security)
def check_directory(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with STAFF_DIRECTORY."""
    try:
        at = directory.configured()
    except InvalidProvider as error:
        return [Error(f"STAFF_DIRECTORY cannot be used: {error}.", hint=GUIDE, id="identity.E040")]
    return [Error(f"STAFF_DIRECTORY {what}.", hint=hint, id=f"identity.{id_}") for id_, what, hint in _faults(at)]


def _faults(at: Directory | None) -> Iterator[tuple[str, str, str]]:
    """Yield the id of each fault, what is wrong as the rest of a sentence, and what to do."""
    if at is None:
        return
    unsafe = [name for name in ENDPOINTS if getattr(at, name) and not is_safe(getattr(at, name))]
    if unsafe:
        hint = "What the directory is asked and answers must not be read on the way."
        yield "E041", f"has what is not an https address: {', '.join(unsafe)}", hint
    if bool(at.client_secret) == (at.token_auth == PRIVATE_KEY_JWT):
        hint = f"Give client_secret, or the token_auth {PRIVATE_KEY_JWT} without one: then we sign with our own key."
        yield "E042", f"has the token_auth {at.token_auth} and {'a' if at.client_secret else 'no'} client_secret", hint
    if unknown := sorted(set(at.groups.values()) - set(ROLES)):
        hint = f"A group gives one of the roles {', '.join(ROLES)}."
        yield "E043", f"gives groups a role that does not exist: {', '.join(unknown)}", hint
    if lacks_a_language(at.name):
        hint = "name is one text, or an object with fi, sv and en."
        yield "E044", "does not name the directory once in each language, and in no other", hint
    if "openid" not in at.scope.split():
        yield "E048", "asks for a scope without openid", "Without it the directory sends no identity token."
    if at.token_auth == PRIVATE_KEY_JWT and has_odd_audience(at.assertion_audience):
        hint = 'Use "token_endpoint", "issuer", or the address that the directory\'s guide gives.'
        yield "E046", "has an assertion_audience that is no word and no https address", hint
    if not settings.HTTPS and not settings.DEBUG:
        yield "E047", "is set where PUBLIC_URL is not https", "The directory's answer would be read on the way."
