"""Our own keys, which sign what we send to brokers, and decrypt what they encrypt for us.

A rotation goes by the book of the trust network: brokers keep our published keys for up to a day. So a signing key is
published for a day before it signs, and an encryption key goes on opening tokens for a day after it was unpublished.

| step | signing keys | encryption keys |
|---|---|---|
| rotate | the old one signs, both are published | the old one is published, both open |
| finish | the new one signs once it is a day old, both are published | the new one is published, both open |
| finish, a day later | the new one alone | the new one alone |

Each step may be repeated, and is taken by replacing the file in one step (key_file.py).
"""

import functools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from joserfc.jwk import RSAKey

from identity import key_file
from identity.key_file import UNREADABLE, USES, Held, HeldKey, Use, lasting
from identity.refusals import SetUpWrongly

logger = logging.getLogger(__name__)

KEY_BITS = 2048  # as the brokers' guides ask
ALGORITHMS: dict[Use, str] = {"sig": "RS256", "enc": "RSA-OAEP", "entity": "RS256"}
DAY_SECONDS = 24 * 60 * 60  # for which a broker may keep what we published
PAIR: tuple[Use, ...] = ("sig", "enc")
NONE: Held = {"sig": (), "enc": (), "entity": ()}


class NoKeys(SetUpWrongly):
    """The file of our keys is missing or cannot be read. The text says why; the log of identifications does not."""

    def __init__(self, text: str) -> None:
        super().__init__("no-keys-of-ours")
        self.args = (text,)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The keys as they are used now."""

    sig: tuple[RSAKey, ...]  # all are published, and the first signs
    enc: tuple[RSAKey, ...]  # all open, the oldest first
    published_enc: RSAKey  # for which brokers encrypt; one alone, so that none has to choose
    entity: tuple[RSAKey, ...]  # the first signs; none in a file of an earlier release

    def public(self) -> dict[str, Any]:
        """Return the JWK Set that brokers may see."""
        return public_set((*self.sig, self.published_enc))


def public_set(keys: tuple[RSAKey, ...]) -> dict[str, Any]:
    """Return a JWK Set (RFC 7517) of the public halves of keys."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def for_handing_over(held: Held) -> dict[str, Any]:
    """Return the JWK Set for brokers that are told by hand: what is published, and the encryption key that waits."""
    return public_set(tuple(key.key for key in (*held["sig"], *lasting(held["enc"]))))


def load() -> Keys:
    """Return our keys, read again when the file changes. Raises NoKeys.

    If the file becomes unreadable, what was read before goes on: a file that is copied over it is empty for a moment.
    """
    path = Path(settings.IDENTITY_KEYS_FILE)
    try:
        _LAST_READ[path] = _read_held(path)
    except UNREADABLE as error:
        if path not in _LAST_READ:
            raise NoKeys(f"{path}: {error}") from error
        logger.exception("Our keys cannot be read any more; the former ones go on")
    return _in_use(_LAST_READ[path], time.time())


def load_held() -> Held:
    """Return every key in the file as it is now. Raises NoKeys."""
    path = Path(settings.IDENTITY_KEYS_FILE)
    try:
        return _read_held(path)
    except UNREADABLE as error:
        raise NoKeys(f"{path}: {error}") from error


_LAST_READ: dict[Path, Held] = {}


def _read_held(path: Path) -> Held:
    stat = path.stat()
    return _parse(path, stat.st_ino, stat.st_mtime_ns, stat.st_size)


@functools.lru_cache(maxsize=4)
def _parse(path: Path, _file: int, _changed: int, _size: int) -> Held:
    return key_file.parse_held(path.read_text())


def _in_use(held: Held, now: float) -> Keys:
    sig, entity = (_signer_first(held[use], now) for use in ("sig", "entity"))
    return Keys(
        sig=sig,
        enc=tuple(key.key for key in held["enc"]),
        published_enc=in_force(held["enc"], now).key,
        entity=entity,
    )


def _signer_first(keys: tuple[HeldKey, ...], now: float) -> tuple[RSAKey, ...]:
    if not keys:
        return ()
    signs = in_force(keys, now)
    return (signs.key, *(other.key for other in keys if other is not signs))


def in_force(keys: tuple[HeldKey, ...], now: float) -> HeldKey:
    """Return the key of one use that signs, or for which brokers encrypt: the oldest that is not withdrawn."""
    return next(key for key in keys if key.withdrawn_at is None or key.withdrawn_at > now)


def new(use: Use) -> RSAKey:
    """Return a new private key for one use. Its id is its thumbprint (RFC 7638)."""
    key = RSAKey.generate_key(KEY_BITS)
    jwk_use = "enc" if use == "enc" else "sig"
    return RSAKey.import_key(
        {**key.as_dict(private=True), "use": jwk_use, "alg": ALGORITHMS[use], "kid": key.thumbprint()}
    )


# --- The steps: each takes the keys of a file, and returns those of the next ---------------------------------


def with_missing(held: Held) -> Held:
    """Add a key of each use that has none."""
    return {use: held[use] or (_fresh(use),) for use in USES}


def with_successors(held: Held, *, uses: tuple[Use, ...] = PAIR) -> Held:
    """Add a successor to the key of each use, unless one waits already."""
    return held | {use: (*held[use], _fresh(use)) for use in uses if len(lasting(held[use])) == 1}


def with_successors_in_force(held: Held, *, uses: tuple[Use, ...] = PAIR, at_once: bool = False) -> Held:
    """Drop what was withdrawn a day ago, and withdraw each key that has a successor.

    A signing key goes on until its successor has been published for a day. `at_once` drops every key that has a
    successor, as for one that has leaked: brokers may then refuse sign-ins for a day.
    """
    return held | {use: lasting(held[use])[-1:] if at_once else _succeeded(use, held[use]) for use in uses}


def _succeeded(use: Use, keys: tuple[HeldKey, ...]) -> tuple[HeldKey, ...]:
    now, (*old, newest) = int(time.time()), lasting(keys)
    from_when = now if use == "enc" else max(now, newest.made_at + DAY_SECONDS)
    return tuple(
        replace(key, withdrawn_at=from_when) if key in old else key
        for key in keys
        if key.withdrawn_at is None or key.withdrawn_at + DAY_SECONDS > now
    )


def _fresh(use: Use) -> HeldKey:
    return HeldKey(key=new(use), made_at=int(time.time()))


def change(step: Callable[[Held], Held]) -> Held:
    """Take one step, and return the keys after it. The file is written only if they differ. Raises NoKeys and OSError.

    A file that is missing counts as one without keys; one that cannot be read is never replaced.
    """
    path = Path(settings.IDENTITY_KEYS_FILE)
    with key_file.one_at_a_time(path):
        held = load_held() if path.exists() else NONE
        after = step(held)
        if after != held:
            key_file.replace(path, after)
    return after


def make() -> Keys:
    """Write the first keys: those that the file lacks. Raises NoKeys and OSError."""
    return _in_use(change(with_missing), time.time())
