"""The number of an application: short, unambiguous when read aloud or by hand, with a check character.

Nine characters without vowels (so no words), 0, 1 and what looks like them. The last character makes the number,
read to the base 2, leave 1 when divided by 29 (a pure system as in ISO 7064). Because 29 is a prime above the 28
characters, every single wrong character and every swap of neighbours is found.

New numbers have 24 of these characters: of S and 5, B and 8, Z and 2, G and 6 the digit only (ADR 35). Those with the
letters were made before, and are valid as they are.
"""

import secrets

from core.text import UNAMBIGUOUS, compact, without_lookalikes

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 9
MODULUS = 29


def new() -> str:
    """Return a fresh random number, as stored."""
    while True:
        body = "".join(secrets.choice(UNAMBIGUOUS) for _ in range(LENGTH - 1))
        check = (1 - 2 * _remainder(body)) % MODULUS
        if check < len(ALPHABET) and ALPHABET[check] in UNAMBIGUOUS:  # the 29th value has no character
            return body + ALPHABET[check]


def normalise_reference(text: str) -> str | None:
    """Return a typed number as stored, in capitals without spaces and dashes; None when it cannot be one.

    A letter that looks like a digit is read as the digit, unless the number is right with the letter: so no number
    is taken for another one.
    """
    typed = compact(text).upper()
    for number in (typed, without_lookalikes(typed)):
        if len(number) == LENGTH and set(number) <= set(ALPHABET) and _remainder(number) == 1:
            return number
    return None


def _remainder(number: str) -> int:
    remainder = 0
    for character in number:
        remainder = (2 * remainder + ALPHABET.index(character)) % MODULUS
    return remainder


def display(number: str) -> str:
    """Return the number grouped for reading, `K7M-P3X-Q4T`."""
    return "-".join(number[i : i + 3] for i in range(0, LENGTH, 3))


def display_digest(digest: str) -> str:
    """Return the digest of a receipt or certificate, its check code, grouped for reading."""
    return " ".join(digest[i : i + 4] for i in range(0, len(digest), 4))


class ReferenceConverter:
    """The number in a URL. What cannot be a number is a page not found."""

    regex = r"[0-9A-Za-z\-]{9,11}"

    def to_python(self, value: str) -> str:
        number = normalise_reference(value)
        if number is None:
            raise ValueError("Not an application number")
        return number

    def to_url(self, value: str) -> str:
        return display(value)
