import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from upstream import bulk
from upstream.intake import AlreadySent
from upstream.models import ApiClient


class Command(BaseCommand):
    help = "Take in applications from a file, one JSON object a line as the API takes them: all or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the file, or - for standard input")
        parser.add_argument("--client", required=True, help="name of the API client whose applications these are")

    def handle(self, *, file: str, client: str, **options: Any) -> None:
        owner = ApiClient.objects.filter(name=client, revoked_at=None).first()
        if owner is None:
            raise CommandError(f"There is no client named {client}, or it is revoked")
        try:
            with _opened(file) as lines:
                self._check(lines, client=owner)
                with _progress("Importing", lines) as bar:
                    number = bulk.take_in(lines, client=owner, advance=bar.update)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        except (bulk.FaultyLine, AlreadySent):
            raise CommandError(
                "The file changed, or one of its applications was sent meanwhile. Nothing was imported."
            ) from None
        self.stdout.write(f"Imported applications: {number}")

    def _check(self, lines: BinaryIO, *, client: ApiClient) -> None:
        with _progress("Checking", lines) as bar:
            faulty_lines = list(bulk.check(lines, client=client, advance=bar.update))
        for faulty in faulty_lines:
            for pointer, message in faulty.faults:
                self.stderr.write(f"line {faulty.number}{pointer and ' ' + pointer}: {message}")
        if faulty_lines:
            raise CommandError(f"Lines with faults: {len(faulty_lines)}. Nothing was imported.")


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


def _progress(what: str, lines: BinaryIO) -> "tqdm[Any]":
    size = os.fstat(lines.fileno()).st_size
    return tqdm(desc=what, total=size, unit="B", unit_scale=True, disable=None, file=sys.stderr)
