import contextlib
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from applications import held_emails
from core.progress import progress
from core.transactions import DATABASE_AWAY
from upstream import importing
from upstream.importing import FaultyLine
from upstream.models import ApiClient


class Command(BaseCommand):
    help = "Take in applications from a file, one JSON object a line as the API takes them, in batches."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the file, or - for standard input")
        parser.add_argument("--client", required=True, help="name of the API client whose applications these are")
        parser.add_argument("--dry-run", action="store_true", help="check every line, and change nothing")
        parser.add_argument("--resume", action="store_true", help="leave out what is here already, unchanged")
        parser.add_argument("--hold-emails", action="store_true", help="no email leaves before release_emails")

    def handle(self, *, file: str, client: str, dry_run: bool, **options: Any) -> None:
        owner = ApiClient.objects.filter(name=client, revoked_at=None).first()
        if owner is None:
            raise CommandError(f"There is no client named {client}, or it is revoked")
        try:
            with _opened(file) as lines:
                checked = self._check(lines, client=owner, resumes=options["resume"])
                if dry_run:
                    self.stdout.write(f"Applications to be imported: {checked.new}")
                    self.stdout.write(f"Emails to be {'held' if options['hold_emails'] else 'sent'}: {checked.emails}")
                else:
                    self._import(lines, owner, resumes=options["resume"], holds_emails=options["hold_emails"])
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        if options["resume"]:
            self.stdout.write(f"Here already: {checked.known}")

    def _check(self, lines: BinaryIO, *, client: ApiClient, resumes: bool) -> importing.Checked:
        with progress("Checking", size=_size(lines)) as advance:
            checked = importing.check(lines, client=client, resumes=resumes, advance=advance)
        for faulty in checked.faulty:
            self._tell(faulty)
        if checked.faulty:
            raise CommandError(f"Lines with faults: {len(checked.faulty)}. Nothing was imported.")
        return checked

    def _import(self, lines: BinaryIO, client: ApiClient, *, resumes: bool, holds_emails: bool) -> None:
        number, last_line = 0, 0
        try:
            with progress("Importing", size=_size(lines)) as advance, _collected_by_hand():
                for taken in importing.take_in(
                    lines, client=client, resumes=resumes, holds_emails=holds_emails, advance=advance
                ):
                    number, last_line = number + taken.new, taken.last_line
                    gc.collect()
        except FaultyLine as faulty:
            self._tell(faulty)
            raise self._stopped("A line cannot be imported.", number, last_line) from None
        except DATABASE_AWAY:
            raise self._stopped("The database cannot be used.", number, last_line) from None
        except KeyboardInterrupt:
            raise self._stopped("Stopped.", number, last_line, returncode=130) from None
        self.stdout.write(f"Imported applications: {number}")
        if holds_emails:
            waiting = held_emails.waiting().emails
            self.stdout.write(f"Emails held: {waiting}. To let them leave: manage.py release_emails --number 500")

    def _tell(self, faulty: FaultyLine) -> None:
        for pointer, message in faulty.faults:
            self.stderr.write(f"line {faulty.number}{pointer and ' ' + pointer}: {message}")

    def _stopped(self, why: str, number: int, last_line: int, *, returncode: int = 1) -> CommandError:
        return CommandError(
            f"{why} Imported applications: {number}. Everything up to line {last_line} is stored, and nothing after "
            "it. To go on, run the command again with --resume.",
            returncode=returncode,
        )


@contextlib.contextmanager
def _collected_by_hand() -> Iterator[None]:
    """Keep Python from looking for garbage among the rows of a batch while they are made: 40 % of the time is that."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@contextlib.contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        # The input is read twice, so it is kept in a file without a name, which nobody else can open.
        with tempfile.TemporaryFile() as lines:
            shutil.copyfileobj(sys.stdin.buffer, lines)
            yield lines
    else:
        with Path(file).open("rb") as lines:
            yield lines


def _size(lines: BinaryIO) -> int:
    return os.fstat(lines.fileno()).st_size
