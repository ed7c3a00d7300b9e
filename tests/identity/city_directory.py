"""A directory of staff of the tests' own: a real server on this machine, with plain signed tokens and userinfo."""

import base64
import hashlib
import secrets
import time
from html import unescape
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from django.test import Client
from joserfc import jwt

from tests.identity.broker import Broker, base64url, sign

SECRET = "a secret+of/the:tests"
DINA = {
    "sub": "00u1",
    "preferred_username": "dina",
    "given_name": "Dina",
    "family_name": "Directory",
    "email": "dina@example.test",
    "groups": ["g-adv"],
    "amr": ["pwd", "mfa"],
    "sid": "session-1",
}
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class CityDirectory(Broker):
    """One directory: what it says of somebody is `said`, and `changes` spoil its next token."""

    sends_back = True

    def __init__(self, key):
        super().__init__(key, None)
        self.said, self.changes, self.header = DINA, {}, {}
        self.signer = key
        self.token_auth = "client_secret_basic"
        self.own_sig = None

    def settings(self, **more):
        return {
            "name": {"fi": "Kaupungin tunnus", "sv": "Stadens konto", "en": "City account"},
            "issuer": self.url,
            "client_id": "heka-desk",
            "client_secret": SECRET,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "groups": {"g-adv": "adviser", "g-sup": "supervisor", "g-ops": "operator"},
            "amr_second_factor": ["mfa"],
            **more,
        }

    def authorize_plain(self, asked):
        """Return the query with which the browser comes back, for what it was sent with."""
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.url}

    def way_back(self, path):
        """Return where a browser is sent on to at once, as if somebody had logged in."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        return f"{asked['redirect_uri']}?{urlencode(self.authorize_plain(asked))}"

    def knows(self, form):
        """Tell whether a call of the token endpoint shows who calls, as was agreed."""
        if self.token_auth == "client_secret_basic":
            known = base64.b64encode(f"heka-desk:{quote_plus(SECRET)}".encode()).decode()
            return self.authorization == f"Basic {known}" and "client_secret" not in form
        if self.token_auth == "client_secret_post":
            return form.get("client_secret") == SECRET and self.authorization is None
        claims = jwt.decode(form["client_assertion"], self.own_sig, algorithms=["RS256"]).claims
        return (claims["iss"], claims["aud"]) == ("heka-desk", f"{self.url}/token")

    def answer(self, form):
        asked = self.codes.pop(form.get("code"), None)
        challenge = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or not self.knows(form) or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        self.access_token = secrets.token_urlsafe(16)
        return 200, {"access_token": self.access_token, "token_type": "Bearer", "id_token": self.id_token(asked)}

    def id_token(self, asked):
        now = int(time.time())
        digest = hashlib.sha256(self.access_token.encode()).digest()
        claims = {
            "iss": self.url,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
            "at_hash": base64url(digest[:16]),
            **self.said,
            **self.changes,
        }
        return self.signed(claims)

    def logout_token(self, **changes):
        now = int(time.time())
        return self.signed(
            {
                "iss": self.url,
                "aud": "heka-desk",
                "iat": now,
                "exp": now + 120,
                "jti": secrets.token_urlsafe(16),
                "events": {LOGOUT: {}},
                "sub": "00u1",
                **changes,
            },
        )

    def signed(self, claims):
        told = {name: value for name, value in claims.items() if value is not None}
        return sign(told, self.signer, {"kid": self.key.kid, **self.header})


class Staff(Client):
    """A browser in which a member of staff logs in through the directory, with what browsers say of themselves."""

    def __init__(self, directory, **more):
        super().__init__(headers={"Sec-Fetch-Site": "same-origin"}, **more)
        self.directory = directory

    def go(self, **form):
        """Press the button, and return what the browser takes to the directory."""
        page = self.post("/staff/log-in/", {"language": "en", "next": "/en/admin/", **form}).content.decode()
        address = unescape(page.partition('http-equiv="refresh" content="0; url=')[2].partition('"')[0])
        assert address.startswith(f"{self.directory.url}/authorize?")
        return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}

    def come_back(self, answer):
        return self.get("/staff/callback/", answer)

    def log_in(self, **form):
        """Return the answer to the return from the directory."""
        return self.come_back(self.directory.authorize_plain(self.go(**form)))
