"""`manage.py restored`: what a database needs that was put back from a backup (docs/restoring.md)."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils import timezone, translation

from core.restored_database import number_of_others
from privacy import lost, restoring
from privacy.restoring import Restore

NO_RIGHT = "42501"  # SQLSTATE


class Command(BaseCommand):
    help = (
        "After a restore, before web server and workers start: hold the emails and events that wait, give no number "
        "twice, end sessions and links, repeat erasures, and say what the logs of the lost time have and the "
        "database has not. Safe to repeat, and to stop; give it the logs later if you have none yet."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--log", type=Path, nargs="+", default=[], metavar="FILE", help="JSON lines, also as .gz")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument(
            "--again", action="store_true", help="do everything once more, though it was done for this database"
        )

    @translation.override("en")  # the names of events
    def handle(self, *args: Any, log: list[Path], dry_run: bool, again: bool, **options: Any) -> None:
        try:
            restore = Restore(log)
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read: {error.strerror}") from None
        until = restore.backup_until
        self._say(f"The backup has entries until {timezone.localtime(until):%Y-%m-%d %H:%M:%S}" if until else "")
        if not log:
            self._say("Without --log nothing is known of the time since the backup: no erasure is repeated")
        elif not restore.lost.entries:
            self._say("No entry of the trail is in these logs: are they whole, and of LOG_FORMAT=json?")
        try:
            for line in self._act(restore, is_dry=dry_run, again=again):
                self._say(line)
        except ProgrammingError as error:
            if getattr(error.__cause__, "sqlstate", None) != NO_RIGHT:
                raise
            raise CommandError("This role may not set numbers: run the command as the role that migrates") from None
        self._tell_lost(restore)

    def _act(self, restore: Restore, *, is_dry: bool, again: bool) -> Iterator[str]:
        done_before = restore.done_before
        if done_before and not again:
            yield f"Done for this database on {timezone.localtime(done_before):%Y-%m-%d %H:%M}; now only by the logs"
            if not is_dry:
                yield from restoring.repeat_erasures(restore)
                yield from restoring.settle_by_log(restore)
        elif is_dry:
            yield from restoring.plan(restore)
        elif others := number_of_others():
            raise CommandError(
                f"This database is in use (other connections: {others}). If it is the restored one, stop web servers, "
                "workers and whatever else writes here first. Nothing was done."
            )
        else:
            yield from restoring.carry_out(restore)
            yield "Look at what is held, and let it go: manage.py release_restored"

    def _tell_lost(self, restore: Restore) -> None:
        found = restore.lost
        for title, entries in (
            ("To be done again before anybody is let in", found.to_do_again),
            ("Lost, and somebody relies on it", found.to_tell),
            ("Lost, as a former release told it", found.unnamed),
        ):
            if entries:
                self._say(f"{title}: {len(entries)}")
                for line in lost.describe(entries):
                    self._say(f"  {line}")
        for event, number in found.others.most_common():
            self._say(f"Lost besides, {lost.label_of(event)}: {number}")
        if found.differing:
            for line in lost.describe(found.differing):
                self._say(f"  {line}")
            raise CommandError(f"Entries that differ from the log: {len(found.differing)}")

    def _say(self, line: str) -> None:
        if line:
            self.stdout.write(line)
