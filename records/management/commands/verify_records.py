"""manage.py verify_records"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from records import runs, verify
from records.models import Chain


class Command(BaseCommand):
    help = (
        "Say which entries of the trail were changed, taken away, put in or moved past the service; nothing when "
        "none was. What leaves no trace in the database is not found: a chain that was removed whole, or put "
        'back whole into an earlier state of its own. Compare the log (logger "records") for that.'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chain", help='only this one, such as "application 17"')

    def handle(self, *args: Any, chain: str | None, **options: Any) -> None:
        found = 0
        try:
            for fault in verify.verify_everything() if chain is None else verify.verify_chain(chain):
                self.stdout.write(str(fault))
                found += 1
        except Chain.DoesNotExist:
            raise CommandError(f"There is no chain named {chain}") from None
        if chain is None:
            runs.record_run("verify_records", faults=found)
        if found:
            raise CommandError(f"Faults in the trail: {found}")
