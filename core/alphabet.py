"""The order of names in Finnish, Swedish and English, as Unicode's tables (CLDR) have it (ADR 38)."""

import re
import unicodedata

from django.utils.translation import get_language

from core.text import BLANKS, DASHES

# Letters that are read as others. What is one of their own to Finnish and Swedish is a plain letter to English.
_OTHERS = {"đ": "d", "ð": "d", "ł": "l", "ı": "i", "œ": "oe"}
_NORDIC = _OTHERS | {"æ": "ä", "ø": "ö", "ü": "y"}
_READ_AS = {
    "fi": str.maketrans(_NORDIC),
    "sv": str.maketrans(_NORDIC | dict.fromkeys("őœô", "ö") | {"ű": "y", "þ": "th"}),
    "en": str.maketrans(_OTHERS | {"æ": "ae", "ø": "o"}),
}
_AFTER_Z = {"þ": "z0", "å": "z1", "ä": "z2", "ö": "z3"}  # and before the letters of other scripts
_OWN_LETTERS = {"fi": "åäö", "sv": "åäö", "en": ""}
_BLANK, _DASH, _SIGN, _DIGIT, _LETTER = range(5)

Key = tuple[list[tuple[int, str]], str]


def alphabetical(name: str) -> Key:
    """Return the key by which a name is sorted in the language of the page: `sorted(names, key=alphabetical)`.

    Case and marks do not count, except in the letters å, ä and ö of Finnish and Swedish, which follow z. Blanks count
    and come first, then dashes, other signs, digits and letters: "von Essen" is before "Vonkka".
    """
    language = get_language() or "fi"
    lower = unicodedata.normalize("NFC", name).casefold()
    read = lower.translate(_READ_AS[language])
    own = _OWN_LETTERS[language]
    letters = (each for one in read for each in (one if one in own else unicodedata.normalize("NFD", one)))
    return [_rank(each) for each in letters if not unicodedata.combining(each)], lower


def _rank(character: str) -> tuple[int, str]:
    if re.match(f"[{BLANKS}]", character):
        return _BLANK, ""
    if re.match(f"[{DASHES}]", character):
        return _DASH, ""
    if character.isalpha():
        return _LETTER, _AFTER_Z.get(character, character)
    return (_DIGIT if character.isdigit() else _SIGN), character
