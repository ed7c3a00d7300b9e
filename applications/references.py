"""The number of an application: short, unambiguous when read aloud or by hand, with a check character.

Nine characters without vowels (so no words), 0, 1 and what looks like them. The last character makes the number,
read to the base 2, leave 1 when divided by 29 (a pure system as in ISO 7064). Because 29 is a prime above the 28
characters, every single wrong character and every swap of neighbours is found.
"""

import secrets

from core.text import compact

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 9
MODULUS = 29


def new() -> str:
    """Return a fresh random number, as stored."""
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
        check = (1 - 2 * _remainder(body)) % MODULUS
        if check < len(ALPHABET):  # the 29th value has no character
            return body + ALPHABET[check]


def normalise_reference(text: str) -> str | None:
    """Return a typed number as stored, in capitals without spaces and dashes; None when it cannot be one."""
    number = compact(text).upper()
    is_number = len(number) == LENGTH and set(number) <= set(ALPHABET) and _remainder(number) == 1
    return number if is_number else None


def _remainder(number: str) -> int:
    remainder = 0
    for character in number:
        remainder = (2 * remainder + ALPHABET.index(character)) % MODULUS
    return remainder


def display(number: str) -> str:
    """Return the number grouped for reading, `K7M-P3X-Q4T`."""
    return "-".join(number[i : i + 3] for i in range(0, LENGTH, 3))


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
