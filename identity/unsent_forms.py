"""What staff had typed when their session ended: kept for minutes, and shown once more after a log-in (ADR 42)."""

import base64
import json
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.middleware.csrf import CSRF_SESSION_KEY, _does_token_match  # type: ignore[attr-defined]  # in no stubs
from django.urls import Resolver404, resolve, reverse

from core import crypto, hetu
from identity.origin import names_own_origin

KEY = "unsent_form"  # in the session, encrypted
CONTEXT = "identity.unsent_form"
KEPT_SECONDS = 15 * 60
MOST_CHARACTERS = 10_000
# Besides everything whose name has "password" in it, and whatever holds a personal identity code (R17). What is
# searched for ("text") may be the beginning of one.
NEVER_KEPT = {"csrfmiddlewaretoken", "code", "credential", "next", "text"}


@dataclass(frozen=True)
class UnsentForm:
    """What was typed on the page of an address. `typed_by` is the key of its user, or empty if it is not known."""

    address: str
    fields: dict[str, list[str]]
    typed_by: str


def sender(request: HttpRequest) -> str:
    """Return the key of the user from whose session a form was sent, or an empty text if it does not prove that."""
    token, secret = request.POST.get("csrfmiddlewaretoken", ""), request.session.get(CSRF_SESSION_KEY, "")
    try:
        is_theirs = bool(secret) and _does_token_match(token, secret)
    except (AssertionError, ValueError):  # no token at all
        is_theirs = False
    return str(request.session.get(SESSION_KEY, "")) if is_theirs else ""


def keep(request: HttpRequest, address: str, *, typed_by: str) -> bool:
    """Keep the fields of a POST in the session for the page of an address, if it shows them again. Tell whether.

    Passwords and codes are not kept, and nothing at all of a form that is longer than any of ours, or of another site.
    """
    path = urlsplit(address).path
    try:
        match = resolve(path)
    except Resolver404:
        return False
    if page := getattr(match.func, "shown_on", ""):  # of an address for POSTs alone, the page that has its button
        path = reverse(page, kwargs={name: match.kwargs[name] for name in match.func.kept})  # type: ignore[attr-defined]
    fields = {
        name: values
        for name, values in request.POST.lists()
        if name not in NEVER_KEPT and "password" not in name and not any(map(hetu.contains_code, values))
    }
    text = json.dumps([path, fields, typed_by, int(time.time())])
    shows_again = getattr(match.func, "shows_unsent", False)
    if len(text) > MOST_CHARACTERS or not names_own_origin(request) or not shows_again:
        return False
    request.session[KEY] = base64.b64encode(crypto.encrypt(text, context=CONTEXT)).decode()
    return True


def take(request: HttpRequest) -> UnsentForm | None:
    """Return what is kept for the page that is read now, for the last time; None if there is nothing."""
    if KEY not in request.session:
        return None
    try:
        text = crypto.decrypt(base64.b64decode(request.session[KEY]), context=CONTEXT)
    except crypto.CannotDecrypt:  # its key has gone
        del request.session[KEY]
        return None
    path, fields, typed_by, at = json.loads(text)
    is_over = time.time() - at > KEPT_SECONDS
    if is_over or path == request.path:
        del request.session[KEY]
    return UnsentForm(path, fields, typed_by) if path == request.path and not is_over else None
