"""Receipts as evidence: whoever holds one can check that it is genuine, and whether it still counts.

A receipt is known by its number, which holds nothing of the person, together with the digest of what was
confirmed. Nobody guesses the two: the digest is over a random salt too.
"""

import re
import secrets
from enum import StrEnum
from typing import NamedTuple

from applications.models import Application, Confirmation
from core.text import compact

SHORTEST, LONGEST = 16, 64  # hexadecimal characters of a digest that are asked for: 64 bits, and all of it


class Standing(StrEnum):
    """Whether what a genuine receipt tells of still counts; if not, why, as far as its holder may know."""

    COUNTS = "counts"
    ENDED = "ended"  # the application
    CHANGED = "changed"  # the application, since
    UNDONE = "undone"


class Checked(NamedTuple):
    """A genuine receipt: how it stands, and the application it is of."""

    standing: Standing
    application: Application


def normalise_check_code(text: str) -> str | None:
    """Return a typed check code as digests are stored, whatever its case, spaces and dashes; None if it is none."""
    code = compact(text).lower()
    return code if re.fullmatch(rf"[0-9a-f]{{{SHORTEST},{LONGEST}}}", code) else None


def check(*, number: str, check_code: str) -> Checked | None:
    """Return how the receipt stands that has this number and a digest that begins so; None if there is none.

    A wrong number and a wrong digest take one query and one comparison alike.
    """
    known = Confirmation.objects.select_related("applicant__version__application")
    found = known.defer("applicant__hetu", "applicant__version__content").filter(number=number).first()
    digest = found.digest if found else "-" * LONGEST  # which no digest is
    is_genuine = secrets.compare_digest(digest[: len(check_code)], check_code)
    if not (found and is_genuine):
        return None
    return Checked(_standing(found), found.applicant.version.application)


def _standing(confirmation: Confirmation) -> Standing:
    version = confirmation.applicant.version
    if not version.application.is_open:
        return Standing.ENDED
    if version.pk != version.application.current_id:
        return Standing.CHANGED
    return Standing.UNDONE if confirmation.undone_at else Standing.COUNTS
