"""`manage.py release_restored`: let the emails and events go that a restore held (docs/restoring.md)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from core.moments import read_moment
from mailing import restored_emails
from mailing.enums import kinds
from mailing.models import Letter
from privacy import restoring
from upstream import restored_events


class Command(BaseCommand):
    help = "Say which emails and events a restore holds; release them, or note that they left before it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--all", action="store_true", help="release all that is held")
        chosen.add_argument(
            "--due-since", type=read_moment, help="release what was due then and later; 2026-11-30T10:15"
        )
        chosen.add_argument(
            "--left-before", type=read_moment, help="what was due before then has left: send it no more"
        )
        parser.add_argument("--only", choices=["emails", "events"], help="leave the others as they are")

    @translation.override("en")  # the names of emails
    def handle(self, *args: Any, only: str | None, **options: Any) -> None:
        since, before = options["due_since"], options["left_before"]
        if before and before > timezone.now():
            raise CommandError("--left-before is still to come: nothing has left by then that is held now")
        if options["all"] or since or before:
            rooms = [only] if only else ["emails", "events"]
            done = restoring.release(rooms, due_since=since, left_before=before)
            for room, number in done.items():
                self.stdout.write(f"{room} {'noted as left' if before else 'released'}: {number}".capitalize())
        names = dict(kinds())
        self.stdout.write(f"Emails still held: {Letter.objects.restored().count()}")
        for kind, number, first in restored_emails.kinds_held():
            self.stdout.write(f"  {names[kind]}: {number}, due since {timezone.localtime(first):%Y-%m-%d %H:%M}")
        self.stdout.write(f"Events still held: {restored_events.held().count()}")
