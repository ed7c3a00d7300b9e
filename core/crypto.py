"""Encryption of secrets at rest, and the blind index that finds a person by their code.

A stored value is `key id (4 bytes) | nonce (12) | AES-256-GCM ciphertext and tag`. The additional data says what
the value is for, so a value that is moved to another column cannot be decrypted. The blind index is an HMAC-SHA256
under keys of its own. The first key of each list writes; the others still read.
"""

import functools
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F

if TYPE_CHECKING:
    _BinaryField = models.BinaryField[str | None, str | None]
else:
    _BinaryField = models.BinaryField

KEY_ID_BYTES, NONCE_BYTES = 4, 12
Purpose = Literal["encryption", "index"]


class CannotDecrypt(Exception):
    """The value was written with a key that is not configured, or was tampered with."""


def key_id(key: bytes) -> bytes:
    """Return four bytes that identify a key beside a value, and that tell nothing about the key."""
    return hashlib.sha256(b"key id " + key).digest()[:KEY_ID_BYTES]


@functools.cache
def _keys(secrets_: tuple[str, ...], purpose: bytes) -> dict[bytes, bytes]:
    info = b"heka-confirm " + purpose
    keys = [HKDF(SHA256(), length=32, salt=None, info=info).derive(secret.encode()) for secret in secrets_]
    return {key_id(key): key for key in keys}


def encrypt(text: str, *, context: str) -> bytes:
    """Return the text encrypted under the active key, bound to its context."""
    active, key = next(iter(_keys(tuple(settings.FIELD_ENCRYPTION_KEYS), b"encryption").items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    return active + nonce + AESGCM(key).encrypt(nonce, text.encode(), context.encode())


def decrypt(value: bytes, *, context: str) -> str:
    """Return the text of a value that encrypt() made for the same context. Raises CannotDecrypt."""
    rest = value[KEY_ID_BYTES:]
    key = _keys(tuple(settings.FIELD_ENCRYPTION_KEYS), b"encryption").get(value[:KEY_ID_BYTES])
    if key is None:
        raise CannotDecrypt(f"FIELD_ENCRYPTION_KEYS lacks the key {written_with(value)} of a value of {context}")
    try:
        plain = AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError):  # ValueError: the value is too short to hold a nonce
        raise CannotDecrypt(f"A value of {context} was changed") from None
    return plain.decode()


def written_with(value: bytes) -> str:
    """Return the id of the key under which a value is stored, as hexadecimal digits."""
    return value[:KEY_ID_BYTES].hex()


def keyed(text: str) -> list[str]:
    """Return a 64-digit hexadecimal digest of the text under every live index key, starting with the active key.

    Without the keys nobody can guess the text from a digest, or a digest from the text.
    """
    return [index.partition(":")[2] for index in indexes(text)]


def indexes(code: str) -> list[str]:
    """Return the blind indexes of a personal identity code under every live key, starting with the active key."""
    return [
        f"{live.hex()}:{hmac.new(key, code.encode(), hashlib.sha256).hexdigest()}"
        for live, key in _keys(tuple(settings.FIELD_INDEX_KEYS), b"index").items()
    ]


def common_index(code: str) -> str:
    """Return one of the blind indexes of a code: the same in every process that knows these keys, in any order.

    While a key is changed, two processes write a code under two keys. What both must agree on goes by this one.
    """
    return min(indexes(code))


def stamps(purpose: Purpose) -> list[bytes]:
    """Return what each stored value of that purpose begins with: one for each live key, the active one first."""
    if purpose == "encryption":
        return list(_keys(tuple(settings.FIELD_ENCRYPTION_KEYS), b"encryption"))
    return [live.hex().encode() for live in _keys(tuple(settings.FIELD_INDEX_KEYS), b"index")]


class EncryptedTextField(_BinaryField):
    """Text that the database holds encrypted. `context` names the column for good, even if it is renamed."""

    def __init__(self, *args: Any, context: str, **kwargs: Any) -> None:
        self.context = context
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "context": self.context}

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002  # Django's signature
        value = None if value is None else encrypt(value, context=self.context)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: object, connection: object) -> str | None:
        return None if value is None else decrypt(bytes(value), context=self.context)


def sealed(path: str) -> "ExpressionWrapper[F]":
    """Return the expression for an encrypted column as it is stored, so that a spoiled value stops no query."""
    return ExpressionWrapper(F(path), output_field=models.BinaryField())
