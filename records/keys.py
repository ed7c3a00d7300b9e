"""The keyed digests that hold the trail together. The first of RECORD_KEYS writes; the others still verify."""

import functools
import hmac
import json
from typing import Any

from django.conf import settings

from core import crypto


class UnknownKey(Exception):
    """The digest was made with a key that is not configured."""


@functools.cache
def _keys(secrets: tuple[str, ...]) -> dict[str, bytes]:
    keys = [hmac.digest(secret.encode(), b"heka-confirm records", "sha256") for secret in secrets]
    return {crypto.key_id(key).hex(): key for key in keys}


def active_key_id() -> str:
    """Return the id of the key that writes, eight hexadecimal digits."""
    return live_key_ids()[0]


def live_key_ids() -> list[str]:
    """Return the ids of all keys, the one that writes first."""
    return list(_keys(tuple(settings.RECORD_KEYS)))


def mac(parts: list[Any], *, key_id: str) -> str:
    """Return 64 hexadecimal digits that nobody without the key can make for these parts. Raises UnknownKey."""
    key = _keys(tuple(settings.RECORD_KEYS)).get(key_id)
    if key is None:
        raise UnknownKey(key_id)
    # One text for one list of parts, whatever the database did to the order and spacing of its JSON.
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hmac.digest(key, text.encode(), "sha256").hex()


def is_mac_of(given: str, parts: list[Any], *, key_id: str) -> bool:
    """Tell whether a digest was made for these parts. Raises UnknownKey."""
    return hmac.compare_digest(given.encode(), mac(parts, key_id=key_id).encode())
