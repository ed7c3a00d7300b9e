"""`manage.py release_emails`: let the emails of applications that were imported with their emails held leave."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications import held_emails


class Command(BaseCommand):
    help = "Say how many emails are held since an import, and release some of them or all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--number", type=int, help="release about so many, those held for longest first")
        chosen.add_argument("--all", action="store_true", help="release all")

    def handle(self, *args: Any, number: int | None, **options: Any) -> None:
        if number is not None and number < 1:
            raise CommandError("Give a number of 1 or more")
        if number or options["all"]:
            self.stdout.write(f"Emails released: {held_emails.release_wave(number)}")
        waiting = held_emails.waiting()
        self.stdout.write(f"Emails still held: {waiting.emails}, about {waiting.applications} applications")
        if waiting.first_last_day:
            self.stdout.write(f"The first of these applications ends on {waiting.first_last_day}")
