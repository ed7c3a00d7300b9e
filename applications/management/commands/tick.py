"""`manage.py tick`: reminders, warnings, birthdays and ends that are due. The mail worker runs it every minute."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications import clock, drafts


class Command(BaseCommand):
    help = "Do what the passing of time asks for. Safe to repeat, to miss, and to run on several machines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self.stdout.writelines(f"{line}\n" for line in [*clock.preview(), *drafts.preview_drafts()])
        else:
            self._tick()

    def _tick(self) -> None:
        self.stdout.write(f"{drafts.end_quiet_drafts()} drafts deleted")
        try:
            self.stdout.write(f"{clock.tick()} applications visited")
        except clock.SomeFailed as failure:
            raise CommandError(f"{failure}; they are tried again in an hour") from failure
