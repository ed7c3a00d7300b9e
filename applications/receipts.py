"""Receipts as evidence: whoever holds one can check that it is genuine, and whether it still counts.

A receipt is known by its number, which holds nothing of the person, together with the digest of what was
confirmed. Nobody guesses the two: the digest is over a random salt too.
"""

import re
import secrets
from enum import StrEnum
from typing import NamedTuple, TypeVar

from django.db.models import QuerySet

from applications.models import Application, Certificate, Confirmation
from core.text import compact

# What is read for a hexadecimal digit. B is one too: that it looks like 8 is seen to where the two are compared.
LOOKALIKES = str.maketrans("oilszg", "011526")
G = TypeVar("G", Confirmation, Certificate)
SHORTEST, LONGEST = 16, 64  # hexadecimal characters of a digest that are asked for: 64 bits, and all of it


class Standing(StrEnum):
    """Whether the confirmation on a genuine receipt still counts; if not, the reason that its holder may know."""

    COUNTS = "counts"
    ENDED = "ended"  # the application
    CHANGED = "changed"  # the application, since
    UNDONE = "undone"


class Checked(NamedTuple):
    """A genuine receipt: how it stands, its application and its confirmation."""

    standing: Standing
    application: Application
    confirmation: Confirmation


def normalise_check_code(text: str) -> str | None:
    """Return a typed check code in the form of a digest, without spaces and dashes; None if it cannot be one.

    Letters that no digest has are read as the digits that they look like.
    """
    code = compact(text).lower().translate(LOOKALIKES)
    return code if re.fullmatch(rf"[0-9a-f]{{{SHORTEST},{LONGEST}}}", code) else None


def find_genuine(rows: QuerySet[G], *, number: str, check_code: str) -> G | None:
    """Return the row with this number and this beginning of its digest, and its application; None if there is none.

    A wrong number and a wrong digest both take one query and one comparison.
    """
    known = rows.select_related("applicant__version__application")
    found = known.defer("applicant__hetu", "applicant__version__content").filter(number=number).first()
    digest = found.digest if found else "-" * LONGEST  # which no digest is
    # B counts as 8, which it looks like. That leaves the shortest code 61 bits.
    is_same = secrets.compare_digest(digest[: len(check_code)].replace("b", "8"), check_code.replace("b", "8"))
    return found if is_same else None


def check(*, number: str, check_code: str) -> Checked | None:
    """Return how a receipt stands, given its number and check code; None if there is no such receipt."""
    found = find_genuine(Confirmation.objects.all(), number=number, check_code=check_code)
    if found is None:
        return None
    version = found.applicant.version
    if not version.application.is_open:
        standing = Standing.ENDED
    elif version.pk != version.application.current_id:
        standing = Standing.CHANGED
    else:
        standing = Standing.UNDONE if found.undone_at else Standing.COUNTS
    return Checked(standing, version.application, found)
