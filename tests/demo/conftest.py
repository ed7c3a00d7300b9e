"""A client of the broker that the tests can make misbehave."""

import base64
import hashlib
import json
import secrets
import shutil
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwe, jwk, jws, jwt

from identity import keys
from tests.demo.demos import PATIENCE, copy_to, demos, greeting
from tests.ports import free_port

BROKER = "http://testserver/demo/broker"
CALLBACK = "http://testserver/identification/callback/"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789"


@pytest.fixture(autouse=True)
def _client_keys(settings, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "client-keys"
    settings.IDENTITY_KEYS_FILE = folder / "keys.json"
    if not settings.IDENTITY_KEYS_FILE.exists():
        keys.make()


@dataclass
class Client:
    """The keys of the service, in the tests' own hands: nothing of identity's client is used."""

    file: Path
    requests: int = field(default=0)

    def key(self, use: str) -> jwk.RSAKey:
        stored = json.loads(self.file.read_text())["keys"]
        return next(jwk.RSAKey.import_key(key) for key in stored if key["use"] == use)

    def sign(self, claims: dict[str, Any], *, key: jwk.RSAKey | None = None, **header: Any) -> str:
        own = self.key("sig")
        return jwt.encode({"alg": "RS256", "kid": own.kid, **header}, claims, key or own)

    def request(self, **different: Any) -> str:
        return self.sign(self.request_claims(**different))

    def request_claims(self, **different: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": "heka-confirm",
            "aud": BROKER,
            "response_type": "code",
            "client_id": "heka-confirm",
            "redirect_uri": CALLBACK,
            "scope": "openid profile nin",
            "acr_values": "http://demo.invalid/loatest2",
            "ui_locales": "en",
            "state": "the-state",
            "nonce": "the-nonce",
            "jti": secrets.token_urlsafe(),
            "iat": now,
            "exp": now + 600,
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
            **different,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token_form(self, code: str, *, assertion: dict[str, Any] | None = None, **different: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": "heka-confirm",
            "sub": "heka-confirm",
            "aud": f"{BROKER}/token",
            "jti": secrets.token_urlsafe(),
            "iat": now,
            "exp": now + 60,
            **(assertion or {}),
        }
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.sign(claims),
            **different,
        }

    def open(self, token: str, broker_jwks: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the header of the encryption, and the claims inside it."""
        opened = jwe.decrypt_compact(token, self.key("enc"), algorithms=["RSA-OAEP", "A128CBC-HS256"])
        inside = jws.deserialize_compact(opened.plaintext, jwk.KeySet.import_key_set(broker_jwks), ["RS256"])
        return opened.headers(), json.loads(inside.payload)


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def service(settings):
    return Client(settings.IDENTITY_KEYS_FILE)


@pytest.fixture
def port():
    return free_port()


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    """A copy of what the demo runs from."""
    return copy_to(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="session")
def made_once(checkout, tmp_path_factory):
    """A folder in which the demo has been started and stopped."""
    folder = tmp_path_factory.mktemp("demo")
    with demos(checkout, folder, free_port()) as start:
        process = start()
        greeting(process)
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    return folder


@pytest.fixture
def second_demo(checkout, made_once, tmp_path, port):
    """Return a function that starts the demo in a folder where it has been before: in a second instead of five."""
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    with demos(checkout, tmp_path, port) as start:
        yield start
