"""`manage.py purge` removes what is past its retention time, and keeps figures about nobody in particular (R18)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from counter import day_figures
from privacy import purge
from records.runs import record_run


class Command(BaseCommand):
    help = "Remove what is past its retention time. Safe to repeat, to stop, and to run twice at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say how much would be removed, and remove nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        try:
            for kind, number in purge.purge(is_dry=dry_run):
                self.stdout.write(f"{kind}: {number}")
        finally:
            if not dry_run:
                day_figures.keep()  # without what has been removed, also if something went wrong then
        if not dry_run:
            record_run("purge")
