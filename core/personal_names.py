"""What the name of a person may look like, and the one form in which it is stored, compared and shown.

Names come from anywhere in the world, so there is no list of letters: letters and their marks are taken in every
script, with the signs that stand in names. What makes an address of the web, a number or a list out of a text is
refused, since whoever writes a name may be unidentified, and others read it. Letters alone are no guard: a sentence of
a few words is still taken for a name, so emails quote names and never have them in a subject.
"""

import re
import unicodedata

from core.text import DASHES, INVISIBLE, JOINERS

LONGEST_NAME = 200  # characters
MOST_WORDS = 8
MOST_MARKS = 6  # on one letter: no script needs more, and a tower of marks covers the lines around it

# Each character becomes one that stands for its kind, so that the rule can be a regular expression.
_LETTER, _MARK, _DASH, _APOSTROPHE, _JOINER, _OTHER = "LM-'j?"
_SIGNS = dict.fromkeys("'’ʼ‘`´", _APOSTROPHE) | dict.fromkeys(JOINERS, _JOINER) | {each: each for each in "·. "}
_DASHES = re.compile(f"[{DASHES}]")
_STRAY = re.compile(f"(?![{JOINERS}])[{INVISIBLE}]+")
_NAME = re.compile(
    rf"""
    (?: L (?: j? M ){{0,{MOST_MARKS}}} (?: j (?=L) )?  # a letter and its marks, joined to the next letter or not
        (?: \. (?=[ -]|$) )?  # J. R., but not foo.fi
      | [-'\ ]
      | (?<=[LM]) · (?=L)  # Gal·la
    )+
    """,
    re.VERBOSE,
)


class NotAName(ValueError):
    """The text cannot be the name of a person."""


def personal_name(text: str) -> str:
    """Return a typed name in its one form: composed (NFC), with single spaces, without invisible characters.

    Raises NotAName for a text without letters, for one with digits or signs that are in no name, such as `/`, `:`, `@`
    and `,`, for a dot between letters, and for one of more than 8 words or 200 characters.
    """
    words = [word.strip(JOINERS) for word in _STRAY.sub("", text).split()]
    name = unicodedata.normalize("NFC", " ".join(filter(None, words)))
    kinds = "".join(map(_kind, name))
    is_short = len(name) <= LONGEST_NAME and name.count(" ") < MOST_WORDS
    if not (is_short and _LETTER in kinds and _NAME.fullmatch(kinds)):
        raise NotAName
    return name


def joined_name(first_names: str | None, last_name: str | None) -> str:
    """Return first names and last name as one text; some people have only one of them, and babies may have neither."""
    return " ".join(filter(None, (first_names, last_name)))


def _kind(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if _DASHES.match(character):
        return _DASH
    category = unicodedata.category(character)
    if category.startswith("L") or category == "Nl":
        return _LETTER
    return _MARK if category.startswith("M") else _OTHER
