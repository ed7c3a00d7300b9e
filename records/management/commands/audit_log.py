"""manage.py audit_log"""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from records import audit_sending
from records.management.commands.export_records import day


class Command(BaseCommand):
    help = "Say how many entries of the event log the City's audit log does not have yet, or let them wait again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="send those once more that were refused for good")
        parser.add_argument("--since", type=day, metavar="DATE", help="with --again: all since this day")

    def handle(self, *args: Any, again: bool, since: dt.datetime | None, **options: Any) -> None:
        if again:
            self.stdout.write(f"Waiting once more: {audit_sending.send_again(since=since)}")
        backlog = audit_sending.backlog()
        if backlog is None:
            self.stdout.write("Nothing is sent on: AUDIT_LOG_ES_URL is not set.")
        else:
            waiting, refused, seconds = backlog
            self.stdout.write(
                f"Waiting: {waiting}, the oldest for {round(seconds)} seconds. Refused for good: {refused}."
            )
