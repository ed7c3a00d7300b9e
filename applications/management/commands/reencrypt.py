"""`manage.py reencrypt`: write every encrypted value, blind index and hash again under the active keys.

Run it after putting a new key first in FIELD_ENCRYPTION_KEYS or FIELD_INDEX_KEYS; then the old key may go.
The service goes on meanwhile, and running it again does no harm.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from applications import draft_links, invitation_links
from applications.models import Draft, Invitation
from core import crypto, links
from identity import account_links, staff, staff_links
from identity.models import AccountLink, StaffLink
from mailing import letter_codes
from mailing.models import Letter

BATCH_ROWS = 500


class Command(BaseCommand):
    help = "Write every encrypted value, blind index and hash anew under the active keys."

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            if any(isinstance(field, crypto.EncryptedTextField) for field in model._meta.fields):
                self._write(model, _encrypted)
        self._write(Invitation, lambda row: links.rehash(row, invitation_links.TOKEN, invitation_links.CODE))
        self._write(Draft, lambda row: links.rehash(row, draft_links.TOKEN))
        self._write(AccountLink, lambda row: links.rehash(row, account_links.TOKEN))
        self._write(StaffLink, lambda row: links.rehash(row, staff_links.TOKEN))
        self._write(Letter, lambda row: links.rehash(row, letter_codes.CODE))
        self.stdout.write(f"second factor: {staff.reencrypt_factors()}")

    def _write(self, model: type[models.Model], write: Callable[[Any], None]) -> None:
        self.stdout.write(f"{model._meta.verbose_name}: {reencrypt(model, write)}")


def reencrypt(model: type[models.Model], write: Callable[[Any], None]) -> int:
    """Write each row of a model again, in short transactions; return the number of rows."""
    rows, last = 0, 0
    while True:
        with transaction.atomic():
            batch = list(model._default_manager.select_for_update().filter(pk__gt=last).order_by("pk")[:BATCH_ROWS])
            for row in batch:
                write(row)
        if not batch:
            return rows
        rows, last = rows + len(batch), batch[-1].pk


def _encrypted(row: Any) -> None:
    """Write the encrypted columns, which uses the active key, and the blind indexes of codes."""
    columns = [field.name for field in row._meta.fields if isinstance(field, crypto.EncryptedTextField)]
    for name in ("hetu", "former_hetu"):
        if code := getattr(row, name, None):
            setattr(row, f"{name}_index", crypto.indexes(code)[0])
            columns.append(f"{name}_index")
    row.save(update_fields=columns)
