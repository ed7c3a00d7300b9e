"""Finding people by parts of their names, without regard to order, case and diacritics."""

import re
import unicodedata
from collections.abc import Iterable

from django.db.models import QuerySet

from applications.models import Applicant, NamePart
from core import stored
from core.text import typed_text

LONGEST_BYTES = 40  # of a part that count
AFTER = b"\xff"  # sorts after whatever may follow a part: no text in UTF-8 holds this byte
LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})


def parts(text: str) -> list[bytes]:
    """Return the parts of a name as they are compared, each once: "Öhman-Lindqvist" is `ohman` and `lindqvist`."""
    plain = unicodedata.normalize("NFKD", typed_text(text).casefold()).translate(LETTERS)
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return list(dict.fromkeys(part.encode()[:LONGEST_BYTES] for part in re.findall(r"[^\W_]+", letters)))


def write(applicants: Iterable[Applicant]) -> None:
    """Store the parts of the names of new applicants."""
    stored.insert(
        NamePart(applicant=applicant, part=part) for applicant in applicants for part in parts(str(applicant))
    )


def find(text: str) -> QuerySet[Applicant]:
    """Return the applicants of current versions whose name has, for each part of the text, one that begins with it.

    Return nobody for a text without letters. The order is that of the longest part, which is the rarest, so that the
    database reads no more than is shown.
    """
    wanted = sorted(parts(text), key=len, reverse=True)
    found = Applicant.objects.filter(version__current_of__isnull=False)
    if not wanted:
        return found.none()
    for part in wanted[1:]:
        others = NamePart.objects.filter(part__gte=part, part__lt=part + AFTER)
        found = found.filter(pk__in=others.values("applicant"))
    first = wanted[0]
    return found.filter(name_parts__part__gte=first, name_parts__part__lt=first + AFTER).order_by(
        "name_parts__part", "pk"
    )
