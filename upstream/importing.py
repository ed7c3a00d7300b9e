"""Many applications in one file, one JSON object on each line, taken in batches (ADR 46).

Each batch is one transaction: all of its lines are taken or none. What is stored tells how far an import has come, so
a run that was stopped in whatever way is resumed by leaving out what is here already.
"""

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from django.conf import settings
from django.db import DataError, IntegrityError, transaction

import applications.intake
from applications import announcing, contact_details, document
from applications.document import Document, InvalidDocument
from applications.models import Version
from core.transactions import atomically
from upstream import intake, strict_json
from upstream.models import ApiClient, Intake
from upstream.strict_json import NotJson

Advance = Callable[[int], object]  # told the size in bytes of each line that is done

BATCH_LINES = 500  # taken together: few enough that nobody waits for long, many enough that each costs little


class FaultyLine(Exception):
    """The line is not an application that can be taken in; `faults` are as in InvalidDocument."""

    def __init__(self, number: int, faults: list[tuple[str, str]]) -> None:
        super().__init__(f"line {number}")
        self.number = number
        self.faults = faults


@dataclass
class Checked:
    """What a check of the whole file found."""

    faulty: list[FaultyLine] = field(default_factory=list)
    new: int = 0  # applications to be taken
    known: int = 0  # here already
    emails: int = 0


@dataclass(frozen=True)
class Taken:
    """What became of one batch: how many applications were taken, and how many were here already."""

    last_line: int
    new: int
    known: int


def check(lines: BinaryIO, *, client: ApiClient, resumes: bool, advance: Advance) -> Checked:
    """Check each line of the file, also against what the client has sent; change nothing.

    With `resumes` a line that was sent before with the same content is no fault.
    """
    checked = Checked()
    line_of: dict[str, int] = {}
    for batch in _batches(lines, advance=advance):
        documents: dict[int, Document] = {}
        for number, line in batch:
            try:
                parsed = documents[number] = _parse(number, line)
            except FaultyLine as faulty:
                checked.faulty.append(faulty)
                continue
            if (above := line_of.setdefault(parsed.reference, number)) != number:
                checked.faulty.append(_faulty_reference(number, f"The same reference as in line {above}"))
                del documents[number]
        new, sent_before = _sorted_out(documents, client=client, resumes=resumes)
        checked.faulty += sent_before
        checked.new += len(new)
        checked.known += len(documents) - len(new) - len(sent_before)
        checked.emails += sum(map(announcing.emails_of, new.values()))
    checked.faulty.sort(key=lambda faulty: faulty.number)
    return checked


def take_in(
    lines: BinaryIO, *, client: ApiClient, resumes: bool, holds_emails: bool, advance: Advance
) -> Iterator[Taken]:
    """Take in the lines of the file in batches; yield what became of each once it is committed.

    Nothing of the batch is taken in which a line is found that cannot be: then this raises FaultyLine, and what was
    taken before stays.
    """
    for batch in _batches(lines, advance=advance):
        documents = {number: _parse(number, line) for number, line in batch}
        new, faulty = _sorted_out(documents, client=client, resumes=resumes)
        if faulty:
            raise faulty[0]
        try:
            _store([*new.values()], client=client, holds_emails=holds_emails)
        except (IntegrityError, DataError):
            raise _refused(new, client=client) from None
        yield Taken(last_line=batch[-1][0], new=len(new), known=len(documents) - len(new))


@atomically
def _store(documents: Sequence[Document], *, client: ApiClient, holds_emails: bool = False) -> None:
    by = intake.actor_of(client)
    sent = applications.intake.send_many(documents, by=by, origin=client.origin, holds_emails=holds_emails)
    Intake.objects.bulk_create(
        Intake(client=client, reference=one.reference, application=application)
        for one, application in zip(documents, sent, strict=True)
    )


def _refused(documents: Mapping[int, Document], *, client: ApiClient) -> FaultyLine:
    """Return the line for whose sake the database refused a batch: most often one that was sent meanwhile."""
    _new, faulty = _sorted_out(documents, client=client, resumes=False)
    if faulty:
        return faulty[0]
    for number, one in documents.items():
        try:
            with transaction.atomic():
                _store([one], client=client)
                transaction.set_rollback(True)
        except (IntegrityError, DataError):
            return FaultyLine(number, [("", "The database refuses this application")])
    return FaultyLine(min(documents), [("", "The database refuses this line and those after it together")])


def _sorted_out(
    documents: Mapping[int, Document], *, client: ApiClient, resumes: bool
) -> tuple[dict[int, Document], list[FaultyLine]]:
    """Return the documents that are new, and the lines that were sent before and should not have been."""
    references = [one.reference for one in documents.values()]
    intakes = Intake.objects.filter(client=client, reference__in=references).values_list("reference", flat=True)
    known = {reference for reference in intakes if reference}
    alike = _sent_alike(documents.values(), client=client) if resumes else set()
    new: dict[int, Document] = {}
    faulty: list[FaultyLine] = []
    for number, one in documents.items():
        if one.reference not in known:
            new[number] = one
        elif not resumes:
            faulty.append(_faulty_reference(number, "Sent before"))
        elif one.reference not in alike:
            faulty.append(_faulty_reference(number, "Sent before with another content"))
    return new, faulty


def _sent_alike(documents: Iterable[Document], *, client: ApiClient) -> set[str]:
    """Return the references under which the client sent these very documents, whatever became of them since."""
    sent = {one.reference: one for one in documents}
    own = Version.objects.filter(number=1, application__intake__client=client, application__intake__reference__in=sent)
    alike = set()
    for version in own.select_related("application__intake").prefetch_related("applicants"):
        one = sent[version.application.intake.reference or ""]
        given = applications.intake.new_slots(one, version)
        contact_details.remember_given(given, version.application)
        details = {slot.position: slot.given_details for slot in version.applicants.all()}
        is_same = version.created_at == one.sent_at and version.content == document.canonical(one)
        if is_same and all(slot.given_details == details.get(slot.position) for slot in given):
            alike.add(one.reference)
    return alike


def _batches(lines: BinaryIO, *, advance: Advance) -> Iterator[list[tuple[int, bytes]]]:
    """Yield the lines with their numbers, without blank ones. `advance` is called once the batch is done."""
    lines.seek(0)
    batch: list[tuple[int, bytes]] = []
    size = 0
    for number, line in enumerate(lines, 1):
        size += len(line)
        text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line  # editors of Windows write one
        if text.strip():
            batch.append((number, text))
        if len(batch) == BATCH_LINES:
            yield batch
            advance(size)
            batch, size = [], 0
    if batch:
        yield batch
    advance(size)


def _parse(number: int, line: bytes) -> Document:
    if len(line) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise FaultyLine(number, [("", "The line is larger than 256 KB")])
    try:
        return document.parse(strict_json.loads(line))
    except NotJson as error:
        raise FaultyLine(number, [("", str(error))]) from None
    except InvalidDocument as error:
        raise FaultyLine(number, error.faults) from None


def _faulty_reference(number: int, text: str) -> FaultyLine:
    return FaultyLine(number, [(document.pointer("reference"), text)])
