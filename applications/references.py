"""The number of an application: short, unambiguous when read aloud or by hand, with a check character.

Nine characters without vowels (no words), 0, 1 and what looks like them; the last is an ISO 7064 hybrid
check character, which finds every single wrong one and every swap of neighbours.
"""

import re
import secrets

from stdnum.iso7064 import mod_37_36

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 9


def new() -> str:
    """Return a fresh random number, as stored."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + mod_37_36.calc_check_digit(body, ALPHABET)


def normalise(text: str) -> str | None:
    """Return a typed number as stored, whatever its case, spaces and dashes; None when it cannot be one."""
    number = re.sub(r"[\s\-‐‑–—]", "", text).upper()
    valid = len(number) == LENGTH and mod_37_36.is_valid(number, ALPHABET)
    return number if valid else None


def display(number: str) -> str:
    """Return the number grouped for reading, `K7M-P3X-Q4T`."""
    return "-".join(number[i : i + 3] for i in range(0, LENGTH, 3))


class ReferenceConverter:
    """The number in a URL. What cannot be a number is a page not found."""

    regex = r"[0-9A-Za-z\-]{9,11}"

    def to_python(self, value: str) -> str:
        number = normalise(value)
        if number is None:
            raise ValueError("Not an application number")
        return number

    def to_url(self, value: str) -> str:
        return display(value)
