"""Python processes with an environment of their own, for what happens before and beside the tests."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEY = "k9Yt0sZb3Qm7Wc1Vx5Lr8Nf2Hd6Gj4Pq_aSeTiUoRwMzXyCvBnKl"

# The production environment that docs/configuration.md documents.
PRODUCTION = {
    "SECRET_KEY": KEY,
    "FIELD_ENCRYPTION_KEYS": KEY[::-1],
    "FIELD_INDEX_KEYS": KEY.swapcase(),
    "RECORD_KEYS": KEY[::-1].swapcase(),
    "PUBLIC_URL": "https://confirm.example.fi",
    "DATABASE_URL": "postgresql://heka:secret@db.example.fi/heka",
    "TRUSTED_PROXIES": "1",
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
