"""Python processes with an environment of their own, for what happens before and beside the tests."""

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from joserfc.jwk import RSAKey

ROOT = Path(__file__).resolve().parent.parent
KEY = "k9Yt0sZb3Qm7Wc1Vx5Lr8Nf2Hd6Gj4Pq_aSeTiUoRwMzXyCvBnKl"

BROKER = {
    "id": "telia",
    "name": "Telia",
    "dialect": "telia",
    "client_id": "heka",
    "issuer": "https://broker.example.fi",
    "authorization_endpoint": "https://broker.example.fi/authorize",
    "token_endpoint": "https://broker.example.fi/token",
    "jwks_uri": "https://broker.example.fi/jwks",
    "acr_accepted": ["http://ftn.ficora.fi/2017/loa2"],
}


def _keys_towards_brokers() -> str:
    """Write a file of keys; return its path."""
    uses = {"sig": "RS256", "enc": "RSA-OAEP"}
    keys = [RSAKey.generate_key(2048, {"use": use, "alg": name}, auto_kid=True) for use, name in uses.items()]
    file = FOLDER / "identity-keys.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=True) for key in keys]}))
    return str(file)


FOLDER = Path(tempfile.mkdtemp(prefix="heka-test-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
# The production environment that docs/configuration.md documents.
PRODUCTION = {
    "SECRET_KEY": KEY,
    "FIELD_ENCRYPTION_KEYS": KEY[::-1],
    "FIELD_INDEX_KEYS": KEY.swapcase(),
    "RECORD_KEYS": KEY[::-1].swapcase(),
    "PUBLIC_URL": "https://confirm.example.fi",
    "DATABASE_URL": "postgresql://heka:secret@db.example.fi/heka",
    "TRUSTED_PROXIES": "1",
    "IDENTITY_PROVIDERS": json.dumps([BROKER]),
    "IDENTITY_KEYS_FILE": _keys_towards_brokers(),
    "EMAIL_URL": "submission://heka:secret@mail.example.fi",
    "DEFAULT_FROM_EMAIL": "no-reply@confirm.example.fi",
    "SECURITY_CONTACT": "mailto:security@example.fi",
}


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project's folder with nothing in the environment but what is given."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={
            **bare,
            "DJANGO_SETTINGS_MODULE": "heka_confirm.settings",
            "PYTHONWARNINGS": "default",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@functools.cache
def installed() -> dict[str, str]:
    """Return PRODUCTION with a folder in which static files seem to be collected, as the web server demands."""
    static = FOLDER / "static"
    static.mkdir()
    (static / "heka.1.css").touch()
    (static / "staticfiles.json").write_text(json.dumps({"version": "1.1", "paths": {"heka.css": "heka.1.css"}}))
    return {**PRODUCTION, "STATIC_ROOT": str(static)}
