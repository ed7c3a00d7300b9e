"""`manage.py reencrypt`: write every encrypted value, blind index and hash again under the active keys.

Run it when a new key is first in FIELD_ENCRYPTION_KEYS or FIELD_INDEX_KEYS of every process (docs/keys.md). The
service goes on meanwhile. What was interrupted is taken up where it ended, and running it again does no harm.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications import doubled_people, kept_under_keys
from core import reencryption
from core.progress import progress
from core.reencryption import Kept, Result
from identity import staff
from identity.models import Person


class Command(BaseCommand):
    help = (
        "Write every encrypted value, blind index and hash anew under the active keys, and say what still needs the "
        "former ones."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only say how much is stored under each key; change nothing"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        complaints: list[str] = []
        if not check:
            for kept in kept_under_keys.all_kept():
                complaints += self._rewrite(kept)
            self.stdout.write(f"second factor: {staff.reencrypt_factors()}")
        for line in kept_under_keys.report():
            self.stdout.write(line.text)
            if line.is_wrong:
                complaints.append(line.text.strip())
        if complaints:
            raise CommandError("\n".join(["Not everything is as it should be:", *complaints]))

    def _rewrite(self, kept: Kept) -> list[str]:
        """Write the rows of one model, and return what is wrong with it."""
        name = str(kept.model._meta.model_name)
        with progress(name, size=kept.behind().count(), unit=" rows") as tell:
            result = reencryption.rewrite(kept, tell=tell)
            if result.doubled and kept.model is Person:
                joined = [doubled_people.join(key) for key in result.doubled]
                again = reencryption.rewrite(kept, tell=tell)
                again.written += result.written
                self.stdout.write(
                    f"people stored twice: {len(joined)}, now once: {sum(len(keys) <= 1 for keys in joined)}"
                )
                result = again
        self.stdout.write(f"{name}: {result.written}")
        if result.lost:
            self.stdout.write(
                f"{name}: {result.lost} links or codes end with the former key: that of their making is gone"
            )
        return [*_complaints(kept, result)]


def _complaints(kept: Kept, result: Result) -> list[str]:
    model, found = kept.model._meta.model_name, []
    if result.held:
        found.append(f"{model}: {result.held} rows were held by somebody all the time. Run reencrypt again.")
    found += [f"{model} {key}: it cannot be decrypted, and was left as it is." for key in result.unreadable]
    for key in result.doubled:
        others = [one for one in doubled_people.rows_of(key) if one != key] if kept.model is Person else []
        beside = f" beside {model} {', '.join(map(str, others))}" if others else ""
        found.append(
            f"{model} {key}: the same code is stored{beside} under the active key, and something rests on each. Both "
            "are found as long as the former key stays in FIELD_INDEX_KEYS (docs/keys.md#somebody-is-stored-twice)."
        )
    return found
