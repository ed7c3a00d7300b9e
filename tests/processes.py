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
    """Return PRODUCTION with the files of an installation that may start: keys for brokers, collected static files."""
    folder = Path(tempfile.mkdtemp(prefix="heka-test-"))
    atexit.register(shutil.rmtree, folder)
    static = folder / "static"
    static.mkdir()
    (static / "heka.1.css").touch()
    (static / "staticfiles.json").write_text(json.dumps({"version": "1.1", "paths": {"heka.css": "heka.1.css"}}))
    environment = {**PRODUCTION, "IDENTITY_KEYS_FILE": str(folder / "keys.json"), "STATIC_ROOT": str(static)}
    done = python("manage.py", "identity_keys", "make", **environment)
    assert done.returncode == 0, done.stderr
    return environment
