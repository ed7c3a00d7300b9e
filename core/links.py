"""Secrets that letters carry, such as the token of a link. The database holds only their hashes.

A secret is computed from the nonce of its row and an index key of the installation, whenever its letter is sent.
It works as long as the key that made its stored hash is configured, and can be written as long as the key that
made the secret is.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import QuerySet

from core import crypto

TOKEN_LENGTH = 40  # hexadecimal digits: 160 bits

M = TypeVar("M", bound=models.Model)


class KeyGone(Exception):
    """The index key that made the secret is no longer configured, so nobody can write the secret again."""


def new_nonce() -> str:
    return secrets.token_hex(16)


def spell_digest(digest: str, *, alphabet: str, length: int) -> str:
    """Return a short code for people to type: the last places of a hexadecimal digest, as a number to that base."""
    number, base = int(digest, 16), len(alphabet)
    return "".join(alphabet[number // base**place % base] for place in range(length))


@dataclass(frozen=True)
class MailedSecret:
    """One kind of secret. Its rows have a `nonce`, and the hash of the secret in `column`.

    `label` is part of what is digested: another label would end every link that was mailed. `spell` turns a digest
    of 64 hexadecimal digits into the secret, and `spelled_before` did: those that were mailed then stay what they are.
    """

    label: str
    column: str = "token_hash"
    spell: Callable[[str], str] = lambda digest: digest[:TOKEN_LENGTH]
    spelled_before: Callable[[str], str] | None = None

    def hash_of(self, nonce: str) -> str:
        """Return what to store for a new row."""
        return crypto.indexes(self._spelled(nonce)[0])[0]

    def find(self, rows: QuerySet[M], secret: str) -> M | None:
        """Return the row whose secret this is, if it is among these."""
        return rows.filter(**{f"{self.column}__in": crypto.indexes(secret)}).first()

    def of(self, row: Any) -> str:
        """Return the secret of a row, for its letter. Raises KeyGone."""
        for secret in self._spelled(row.nonce):
            if getattr(row, self.column) in crypto.indexes(secret):
                return secret
        raise KeyGone

    def _spelled(self, nonce: str) -> list[str]:
        """Return the secret as each live key makes it, the active one first, and then as they made it before."""
        digests = crypto.keyed(f"{self.label} {nonce}")
        return [spell(digest) for spell in (self.spell, self.spelled_before) if spell for digest in digests]
