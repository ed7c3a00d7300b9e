"""A directory of staff for the demo: three people, of whom one comes in, one must prove more, and one has left.

It does what a City's directory does, by OpenID Connect with a client secret. `manage.py demo` alone sets it up.
"""

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from core.requests import act_of
from demo import jose
from identity import limits
from identity.redirects import with_query
from identity.signatures import base64url

CLIENT_ID, CLIENT_SECRET = "heka-desk", "the secret of the demo"
CODE_SECONDS, TOKEN_SECONDS = 60, 300
SALT = "demo.staff_directory"
GROUPS = {"demo-advisers": "adviser", "demo-supervisors": "supervisor", "demo-operators": "operator"}


@dataclass(frozen=True)
class Colleague:
    """Somebody of the directory. `hint` tells in a sentence what to try."""

    key: str
    first_name: str
    last_name: str
    groups: list[str]
    methods: list[str]
    hint: Promise | str


COLLEAGUES = [
    Colleague(
        "dina",
        "Dina",
        "Dahl",
        ["demo-advisers"],
        ["pwd", "mfa"],
        _("An adviser. The City’s log-in has asked for both factors."),
    ),
    Colleague(
        "sulo",
        "Sulo",
        "Suni",
        ["demo-supervisors"],
        ["pwd"],
        _("A supervisor. The service will ask for the second factor."),
    ),
    Colleague("lauri", "Lauri", "Lahti", [], ["pwd", "mfa"], _("Has left: no group gives a role any more.")),
]


def entry() -> dict[str, Any]:
    """Return what the setting STAFF_DIRECTORY says of this directory."""
    own = f"{settings.PUBLIC_URL}/demo/directory"
    return {
        "name": {"fi": "Demokaupungin tunnus", "sv": "Demostadens konto", "en": "Demo City account"},
        "issuer": own,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "token_auth": "client_secret_post",
        "authorization_endpoint": f"{own}/authorize",
        "token_endpoint": f"{own}/token",
        "jwks_uri": f"{settings.PUBLIC_URL}/demo/broker/jwks",
        "groups": GROUPS,
        "amr_second_factor": ["mfa"],
    }


@never_cache
@require_safe
def choose(http: HttpRequest) -> HttpResponse:
    """Let the visitor choose who logs in. What was asked travels in the form, signed."""
    asked = http.GET
    if asked.get("client_id") != CLIENT_ID or not (asked.get("nonce") and asked.get("code_challenge")):
        return render(http, "demo/refused.html", {"reason": "request"}, status=400)
    kept = {name: asked.get(name, "") for name in ("state", "nonce", "code_challenge")}
    language = asked.get("ui_locales", "")
    with translation.override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        context = {"colleagues": COLLEAGUES, "asked": signing.dumps(kept, salt=SALT)}
        return render(http, "demo/colleagues.html", context)


@csrf_exempt
@act_of("admin:index")
def log_in(http: HttpRequest) -> HttpResponse:
    """Send the browser back with a code for whoever was chosen."""
    try:
        asked = signing.loads(http.POST.get("asked", ""), salt=SALT)
    except signing.BadSignature:
        return render(http, "demo/refused.html", {"reason": "request"}, status=400)
    code = signing.dumps({**asked, "who": http.POST.get("colleague", "")}, salt=f"{SALT}.code")
    answer = {"code": code, "state": asked["state"], "iss": entry()["issuer"]}
    return HttpResponseRedirect(with_query(f"{settings.PUBLIC_URL}/staff/callback/", answer))


@never_cache
@csrf_exempt
@require_POST
def token(http: HttpRequest) -> HttpResponse:
    """Give an identity token for a code, once, to the client that knows the secret and the PKCE verifier."""
    form, code = http.POST, http.POST.get("code", "")
    if not hmac.compare_digest(form.get("client_secret", "").encode(), CLIENT_SECRET.encode()):
        return JsonResponse({"error": "invalid_client"}, status=401)
    try:
        asked = signing.loads(code, salt=f"{SALT}.code", max_age=CODE_SECONDS)
    except signing.BadSignature:
        return JsonResponse({"error": "invalid_grant"}, status=400)
    challenge = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    who = next((one for one in COLLEAGUES if one.key == asked["who"]), None)
    if who is None or challenge != asked["code_challenge"] or not limits.is_first("demo directory", code):
        return JsonResponse({"error": "invalid_grant"}, status=400)
    now = int(time.time())
    claims = {
        "iss": entry()["issuer"],
        "aud": CLIENT_ID,
        "sub": f"demo-{who.key}",
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "nonce": asked["nonce"],
        "amr": who.methods,
        "groups": who.groups,
        "preferred_username": who.key,
        "given_name": who.first_name,
        "family_name": who.last_name,
        "email": f"{who.key}@example.test",
    }
    return JsonResponse({"access_token": "unused", "token_type": "Bearer", "id_token": jose.signed(claims)})
