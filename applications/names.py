"""Finding people by parts of their names, whatever their order, case and diacritics."""

import re
import unicodedata
from collections.abc import Iterable

from django.db.models import QuerySet

from applications.models import Applicant, NamePart
from core.text import typed_text

LONGEST = 40  # bytes of a part that count
LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})


def parts(text: str) -> list[bytes]:
    """Return the parts of a name as they are compared, each once: "Öhman-Lindqvist" is `ohman` and `lindqvist`."""
    plain = unicodedata.normalize("NFKD", typed_text(text).casefold()).translate(LETTERS)
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return list(dict.fromkeys(part.encode()[:LONGEST] for part in re.findall(r"[^\W_]+", letters)))


def write(applicants: Iterable[Applicant]) -> None:
    """Store the parts of the names of new applicants."""
    NamePart.objects.bulk_create(
        NamePart(applicant=applicant, part=part) for applicant in applicants for part in parts(str(applicant))
    )


def find(text: str) -> QuerySet[Applicant]:
    """Return the applicants of current versions whose name has, for each part of the text, one that begins with it.

    Nobody for a text without letters. In the order of the longest part, which is the rarest, so that the database
    reads no more than is shown.
    """
    wanted = sorted(parts(text), key=len, reverse=True)
    found = Applicant.objects.filter(version__current_of__isnull=False)
    if not wanted:
        return found.none()
    for part in wanted[1:]:
        found = found.filter(pk__in=_with(part).values("applicant"))
    first, last = wanted[0], _end(wanted[0])
    return found.filter(name_parts__part__gte=first, name_parts__part__lt=last).order_by("name_parts__part", "pk")


def _with(part: bytes) -> QuerySet[NamePart]:
    return NamePart.objects.filter(part__gte=part, part__lt=_end(part))


def _end(part: bytes) -> bytes:
    """Return what comes after everything that begins so: no text in UTF-8 holds this byte."""
    return part + b"\xff"
