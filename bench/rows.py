"""What the n-th row of every table holds, so that a client knows it without asking the database.

Application, version, main applicant, person and user number n all have the id n. Keys are numbers written
with leading noughts, which pgbench can write too.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import product

from applications.references import ALPHABET, LENGTH, display, normalise_reference

FIRST = 1001  # above every other number that a statement may hold
CO_APPLICANT = 10_000_000  # added to the id of the main applicant

CSRF_SECRET = "benchmarkbenchmarkbenchmarkbench"
CODES_A_DAY = 100  # individual numbers 900 to 999 are test codes
CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


@dataclass(frozen=True)
class Layout:
    """Which rows of a database of that many applications are for what."""

    size: int

    def _part(self, start: float, end: float) -> range:
        return range(FIRST + int(self.size * start), FIRST + int(self.size * end))

    @property
    def confirmable(self) -> range:
        """Applications of one adult who has not confirmed."""
        return self._part(0, 0.5)

    @property
    def scripted(self) -> range:
        """The same with keys that pgbench can write, for pgbench and for the bare view."""
        return self._part(0.5, 0.7)

    @property
    def waiting(self) -> range:
        """The same as confirmable, of people who read and do not confirm."""
        return self._part(0.7, 0.85)

    @property
    def half_confirmed(self) -> range:
        """Applications of two adults of whom the first has confirmed."""
        return self._part(0.85, 1)


def session_key(n: int) -> str:
    return f"{n:032d}"


def digest(n: int) -> str:
    return f"{n:064d}"


def scripted_hetu_index(n: int) -> str:
    return f"scripted:{n:064d}"


def scripted_reference(n: int) -> str:
    return f"{n:0{LENGTH}d}"


def reference(n: int) -> str:
    """Return an application number that the service takes for one."""
    body = ""
    for _ in range(LENGTH - 2):
        n, place = divmod(n, len(ALPHABET))
        body = ALPHABET[place] + body
    # Not every body has a check character, and what is none is read with digits for letters that look like them.
    numbers = (body + "".join(ending) for ending in product(ALPHABET, repeat=2))
    return next(number for number in numbers if normalise_reference(number) == number)


def page(n: int, action: str = "") -> str:
    """Return the path of a page of application n."""
    return f"/fi/applications/{display(reference(n))}/{action}"


def hetu(n: int) -> str:
    """Return the personal identity code, a test code, of an adult."""
    days, number = divmod(n - FIRST, CODES_A_DAY)
    return _hetu(dt.date(1950, 1, 1) + dt.timedelta(days=days), number)


def co_applicant_hetu(n: int) -> str:
    days, number = divmod(n - FIRST, CODES_A_DAY)
    return _hetu(dt.date(1970, 1, 1) + dt.timedelta(days=days), number)


def _hetu(born: dt.date, number: int) -> str:
    digits = f"{born:%d%m%y}{900 + number}"
    return f"{digits[:6]}-{digits[6:]}{CHECK_CHARACTERS[int(digits) % 31]}"
