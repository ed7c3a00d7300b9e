"""Our own keys, which sign what we send to brokers, and decrypt what they encrypt for us.

They are in one JWKS file (IDENTITY_KEYS_FILE). The first signing key signs. Every encryption key decrypts, so that an
old and a new one work side by side until brokers know the new one.
"""

import functools
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

KEY_BITS = 2048  # as the brokers' guides ask
ALGORITHMS = {"sig": "RS256", "enc": "RSA-OAEP"}
Use = Literal["sig", "enc"]


class NoKeys(Exception):
    """The file of our keys is missing or cannot be read."""


@dataclass(frozen=True)
class Keys:
    """The keys of each use, the oldest first."""

    sig: tuple[RSAKey, ...]
    enc: tuple[RSAKey, ...]

    def public(self) -> dict[str, Any]:
        """Return the JWKS that brokers may see."""
        return {"keys": [key.as_dict(private=False) for key in (*self.sig, *self.enc)]}


def load() -> Keys:
    """Return our keys, read again when the file changes. Raises NoKeys."""
    path = Path(settings.IDENTITY_KEYS_FILE)
    try:
        stat = path.stat()
        return _read(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        raise NoKeys(f"{path}: {error}") from error


@functools.lru_cache(maxsize=4)
def _read(path: Path, _changed: int, _size: int) -> Keys:
    keys = [RSAKey.import_key(key) for key in json.loads(path.read_text())["keys"]]
    own = Keys(*(tuple(key for key in keys if key.get("use") == use) for use in ALGORITHMS))
    if not (own.sig and own.enc) or not all(key.is_private and key.kid for key in keys):
        raise ValueError("it does not hold a private key of each use")
    return own


def new(use: Use) -> RSAKey:
    """Return a new private key for one use. Its id is its thumbprint (RFC 7638)."""
    key = RSAKey.generate_key(KEY_BITS)
    return RSAKey.import_key(
        {**key.as_dict(private=True), "use": use, "alg": ALGORITHMS[use], "kid": key.thumbprint()}
    )


def make() -> Keys:
    """Write the first pair of keys."""
    return _write(Keys((new("sig"),), (new("enc"),)))


def rotate() -> Keys:
    """Add a key of each use. It is published and decrypts at once, and signs only after finish(). Raises NoKeys."""
    old = load()
    return _write(Keys((*old.sig, new("sig")), (*old.enc, new("enc"))))


def finish() -> Keys:
    """Drop the oldest key of each use that has a successor. Raises NoKeys."""
    old = load()
    return _write(Keys(old.sig[1:] or old.sig, old.enc[1:] or old.enc))


def _write(keys: Keys) -> Keys:
    """Replace the file in one step. Only its owner can ever read it."""
    path = Path(settings.IDENTITY_KEYS_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    with os.fdopen(handle, "w") as file:
        json.dump({"keys": [key.as_dict(private=True) for key in (*keys.sig, *keys.enc)]}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
    return keys
