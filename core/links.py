"""Secrets that letters carry, such as the token of a link: they can be written whenever the letter is sent, and
stand in the database only as hashes.

Each follows from the nonce of its row and an index key of the installation. The row works as long as the key under
which its hash is stored; its secret can be written only as long as the key that made it.
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
    """The index key that made the secret is not configured any more, so nobody can write it again."""


def new_nonce() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True)
class MailedSecret:
    """One kind of secret. Its rows have a `nonce`, and its hash in `column`.

    The label goes into what is digested: another one would end every link that was mailed. `spell` makes a secret
    of 64 hexadecimal digits.
    """

    label: str
    column: str = "token_hash"
    spell: Callable[[str], str] = lambda digest: digest[:TOKEN_LENGTH]

    def hash_of(self, nonce: str) -> str:
        """Return what to store for a new row."""
        return crypto.indexes(self._spelled(nonce)[0])[0]

    def find(self, rows: QuerySet[M], secret: str) -> M | None:
        """Return the row that a secret leads to, if one of these does."""
        return rows.filter(**{f"{self.column}__in": crypto.indexes(secret)}).first()

    def of(self, row: Any) -> str:
        """Return the secret of a row, for its letter. Raises KeyGone."""
        for secret in self._spelled(row.nonce):
            if getattr(row, self.column) in crypto.indexes(secret):
                return secret
        raise KeyGone

    def _spelled(self, nonce: str) -> list[str]:
        """Return the secret as each live key makes it, the active one first."""
        return [self.spell(digest) for digest in crypto.keyed(f"{self.label} {nonce}")]


def rehash(row: models.Model, *kinds: MailedSecret) -> None:
    """Store the hashes of a row's secrets under the active index key, so that it outlives the one it was made by.

    A row whose key is gone already stays as it is.
    """
    try:
        hashes = {kind.column: crypto.indexes(kind.of(row))[0] for kind in kinds}
    except KeyGone:
        return
    for column, value in hashes.items():
        setattr(row, column, value)
    row.save(update_fields=[*hashes])
