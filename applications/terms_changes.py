"""What new terms of use change: the difference to the ones in force, and how many people accept them anew."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db.models import Exists, OuterRef

from applications import dates
from applications.enums import State
from applications.models import Applicant, Confirmation, Terms, TermsAcceptance

PARAGRAPH = re.compile(r"[^\n]+\n*")
WORD = re.compile(r"\S+[^\S\n]*|\s+")  # with the spaces after it, so that three new words are one piece


@dataclass(frozen=True)
class Piece:
    """A stretch of text that is in both texts ("same"), only in the former ("gone") or only in the new ("added")."""

    kind: str
    text: str


@dataclass(frozen=True)
class Readers:
    """How many people have accepted the terms in force, and how many adults have an application to confirm."""

    accepted: int
    waiting: int


def differences(former: str, new: str) -> list[Piece]:
    """Return the new text in pieces, with what is gone of the former one where it stood: word by word."""
    pieces: list[Piece] = []
    for piece in _compare(PARAGRAPH.findall(in_lines(former)), PARAGRAPH.findall(in_lines(new))):
        if pieces and pieces[-1].kind == piece.kind:
            pieces[-1] = Piece(piece.kind, pieces[-1].text + piece.text)
        else:
            pieces.append(piece)
    return pieces


def in_lines(text: str) -> str:
    """Return a text as it is compared: without the ends of lines that a browser sends and spaces around it."""
    return text.replace("\r\n", "\n").strip()


def readers_of(current: Terms) -> Readers:
    """Count whom terms that follow `current` concern."""
    waiting = Applicant.objects.filter(
        ~Exists(Confirmation.objects.filter(applicant=OuterRef("pk"), undone_at=None)),
        version__current_of__state=State.AWAITING,
        version__current_of__valid_until__gte=dates.today(),
        birth_date__lte=dates.youngest_adult_born(on=dates.today()),
    )
    return Readers(TermsAcceptance.objects.filter(terms=current).count(), waiting.count())


def _compare(former: list[str], new: list[str]) -> Iterator[Piece]:
    """Compare by paragraphs first: by words at once, long texts would take minutes."""
    for kind, at, end, new_at, new_end in SequenceMatcher(None, former, new, autojunk=False).get_opcodes():
        before, after = "".join(former[at:end]), "".join(new[new_at:new_end])
        if kind == "replace":
            words, new_words = WORD.findall(before), WORD.findall(after)
            for kind_, a, b, new_a, new_b in SequenceMatcher(None, words, new_words).get_opcodes():
                yield from _pieces(kind_, "".join(words[a:b]), "".join(new_words[new_a:new_b]))
        else:
            yield from _pieces(kind, before, after)


def _pieces(kind: str, before: str, after: str) -> Iterator[Piece]:
    if kind == "equal":
        yield Piece("same", after)
        return
    if before:
        yield Piece("gone", before)
    if after:
        yield Piece("added", after)
