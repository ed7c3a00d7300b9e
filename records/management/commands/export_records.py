"""manage.py export_records"""

import datetime as dt
import json
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from records import export


def day(text: str) -> dt.datetime:
    """Return the beginning of a day in Helsinki, such as 2026-11-30. Raises ArgumentTypeError for other texts."""
    try:
        return timezone.make_aware(dt.datetime.combine(dt.date.fromisoformat(text), dt.time.min))
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2026-11-30") from None


class Command(BaseCommand):
    help = "Print the trail as JSON lines in the shape of the City of Helsinki's audit log, oldest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=day, metavar="DATE", help="from this day on, such as 2026-11-01")
        parser.add_argument("--until", type=day, metavar="DATE", help="up to the end of this day")
        parser.add_argument("--chain", help='only this one, such as "application 17"')

    def handle(
        self,
        *args: Any,
        since: dt.datetime | None,
        until: dt.datetime | None,
        chain: str | None,
        **options: Any,
    ) -> None:
        # The next day by the calendar: a day on which summer time begins or ends has 23 or 25 hours.
        end = until and timezone.make_aware(until.replace(tzinfo=None) + dt.timedelta(days=1))
        for event in export.audit_events(since=since, until=end, chain=chain):
            self.stdout.write(json.dumps(event, ensure_ascii=False))
