"""The file of our private keys (IDENTITY_KEYS_FILE): what it says, and how it is replaced in one step.

It is a JWK Set (RFC 7517). Entity keys, which sign what we say about ourselves, lie beside the others, in
`entity_keys`. Each key also has `made_at` and, once it has a successor in force, `withdrawn_at`: seconds since 1970.
"""

import fcntl
import functools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

Use = Literal["sig", "enc", "entity"]
USES: tuple[Use, ...] = ("sig", "enc", "entity")
UNREADABLE = (OSError, ValueError, KeyError, TypeError, JoseError)  # what reading a file of keys may raise
TIMES = ("made_at", "withdrawn_at")


@dataclass(frozen=True, kw_only=True)
class HeldKey:
    """One private key of ours."""

    key: RSAKey
    made_at: int = 0  # in a file without it: long ago
    withdrawn_at: int | None = None  # from when it no longer signs, or is unpublished; may lie ahead


Held = dict[Use, tuple[HeldKey, ...]]  # the oldest first


def lasting(keys: tuple[HeldKey, ...]) -> tuple[HeldKey, ...]:
    """Return those of which nobody has said when they are withdrawn."""
    return tuple(held for held in keys if held.withdrawn_at is None)


def parse_held(text: str) -> Held:
    """Return the keys in the text of a file. Raises what UNREADABLE lists."""
    document = json.loads(text)
    keys = [(key["use"], _held_key(key)) for key in document["keys"]]
    held: Held = {
        "sig": tuple(key for use, key in keys if use == "sig"),
        "enc": tuple(key for use, key in keys if use == "enc"),
        "entity": tuple(_held_key(key) for key in document.get("entity_keys", [])),
    }
    if not (lasting(held["sig"]) and lasting(held["enc"])):
        raise ValueError("it does not hold a private key of each use")
    if held["entity"] and not lasting(held["entity"]):
        raise ValueError("all its entity keys are withdrawn")
    return held


def _held_key(jwk: dict[str, Any]) -> HeldKey:
    key = _import_key(json.dumps({name: value for name, value in jwk.items() if name not in TIMES}))
    if not (key.is_private and key.kid):
        raise ValueError("a key in it is not private, or has no kid")
    withdrawn_at = jwk.get("withdrawn_at")
    return HeldKey(
        key=key, made_at=int(jwk.get("made_at", 0)), withdrawn_at=None if withdrawn_at is None else int(withdrawn_at)
    )


@functools.lru_cache(maxsize=32)
def _import_key(jwk: str) -> RSAKey:
    """Return the key of a JWK. Its numbers are checked, which takes long: once, and not at each change of the file."""
    return RSAKey.import_key(json.loads(jwk))


def as_text(held: Held) -> str:
    """Return the text of a file with these keys. It is secret."""
    document = {
        "keys": [_as_jwk(key) for key in (*held["sig"], *held["enc"])],
        "entity_keys": [_as_jwk(key) for key in held["entity"]],
    }
    return json.dumps(document, indent=1) + "\n"


def _as_jwk(held: HeldKey) -> dict[str, Any]:
    times = {"made_at": held.made_at, "withdrawn_at": held.withdrawn_at}
    return {**held.key.as_dict(private=True), **{name: at for name, at in times.items() if at is not None}}


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Let one process change the file: two rotations at once would each forget the key of the other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def replace(path: Path, held: Held) -> None:
    """Replace the file in one step, so that web workers read the old keys or the new. Only its owner can ever read it.

    Call it within one_at_a_time. Raises OSError.
    """
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)  # of a process that was killed
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(as_text(held))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):  # where nothing may be written at all
            temporary.unlink(missing_ok=True)  # private keys, beside a file that is mounted alone
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # keys that brokers have been given must outlive a power cut
    finally:
        os.close(folder)
