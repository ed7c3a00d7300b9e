"""`manage.py reencrypt`: write every encrypted value and blind index anew under the active keys.

Run it after putting a new key first in FIELD_ENCRYPTION_KEYS or FIELD_INDEX_KEYS; then the old key may go.
The service goes on meanwhile, and running it again does no harm.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import models, transaction

from applications.models import Applicant, Version
from identity import crypto
from identity.models import Person

BATCH = 500


class Command(BaseCommand):
    help = "Write every encrypted value and blind index anew under the active keys."

    def handle(self, *args: Any, **options: Any) -> None:
        for model in (Person, Applicant, Version):
            self.stdout.write(f"{model._meta.verbose_name}: {reencrypt(model)}")


def reencrypt(model: type[models.Model]) -> int:
    """Write the encrypted columns of a model anew, in short transactions; return the number of rows."""
    rows, last = 0, 0
    while batch := _batch(model, after=last):
        rows, last = rows + len(batch), batch[-1].pk
    return rows


@transaction.atomic
def _batch(model: type[models.Model], *, after: int) -> list[Any]:
    encrypted = [f.name for f in model._meta.fields if isinstance(f, crypto.EncryptedTextField)]
    batch: list[Any] = list(model._default_manager.select_for_update().filter(pk__gt=after).order_by("pk")[:BATCH])
    for row in batch:
        if code := getattr(row, "hetu", None):
            row.hetu_index = crypto.indexes(code)[0]
            row.save(update_fields=[*encrypted, "hetu_index"])
        else:
            row.save(update_fields=encrypted)
    return batch
