"""Many applications in one file, one JSON object on each line: all are taken in, or none."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from applications import document
from applications.document import Document, InvalidDocument
from upstream import intake, strict_json
from upstream.models import ApiClient, Intake
from upstream.strict_json import NotJson

Advance = Callable[[int], object]  # told the size in bytes of each line that is done


class FaultyLine(Exception):
    """The line is not an application that can be taken in; `faults` are as in InvalidDocument."""

    def __init__(self, number: int, faults: list[tuple[str, str]]) -> None:
        super().__init__(f"line {number}")
        self.number = number
        self.faults = faults


def check(lines: BinaryIO, *, client: ApiClient, advance: Advance) -> Iterator[FaultyLine]:
    """Yield the faults of each line of the file that cannot be taken in."""
    sent = set(Intake.objects.filter(client=client).values_list("reference", flat=True))
    for number, line in _lines(lines, advance=advance):
        try:
            reference = _parse(number, line).reference
        except FaultyLine as faulty:
            yield faulty
            continue
        if reference in sent:
            yield FaultyLine(number, [(document.pointer("reference"), "Sent before, or in a line above")])
        sent.add(reference)


@transaction.atomic
def take_in(lines: BinaryIO, *, client: ApiClient, advance: Advance) -> int:
    """Take in every line of the file or none; return how many. Raises FaultyLine or intake.AlreadySent."""
    taken = 0
    for number, line in _lines(lines, advance=advance):
        intake.receive(_parse(number, line), client=client)
        taken += 1
    return taken


def _lines(lines: BinaryIO, *, advance: Advance) -> Iterator[tuple[int, bytes]]:
    lines.seek(0)
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, line
        advance(len(line))


def _parse(number: int, line: bytes) -> Document:
    if len(line) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise FaultyLine(number, [("", "The line is larger than 256 KB")])
    try:
        return document.parse(strict_json.loads(line))
    except NotJson as error:
        raise FaultyLine(number, [("", str(error))]) from None
    except InvalidDocument as error:
        raise FaultyLine(number, error.faults) from None
