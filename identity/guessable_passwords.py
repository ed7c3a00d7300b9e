"""Passwords that are easy to guess are refused, however long they are (J5).

Two estimates, and the lower one counts. zxcvbn knows English, names, keyboards, repetitions and dates, and next to
nothing of Finnish and Swedish. Ours knows words of all three languages (common_words/, and the list of Django), the
person's own name and address and the service's, whatever year or sign is put behind them.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from zxcvbn_rs_py import zxcvbn

from identity.models import User

LEAST_ORDER = 9  # a thousand million guesses, as a power of ten: three common words, or nine digits
WORD_ORDER = 3  # a common word is one of a thousand or so
LONGEST_JUDGED = 72  # characters; the time of zxcvbn grows with their square, and is 3 ms then
SHORTEST_WORD, SHORTEST_OWN_PART = 4, 3  # letters
WORD_FILES = sorted(Path(__file__).with_name("common_words").glob("*.txt"))
KEYBOARD_ROWS = ["qwertyuiopå", "asdfghjklöä", "zxcvbnm"]
SERVICE = ["heka", "confirm", "hekaconfirm", "helsinki", "helsingfors"]

_LOOK_ALIKES = str.maketrans("013457@$", "oieastas")
_REPETITION = re.compile(r"(.{3,}?)\1+")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_COUNTING = re.compile("|".join("01234567890"[start:end] for end in range(11, 2, -1) for start in range(end - 2)))


class GuessablePasswordValidator(CommonPasswordValidator):
    """Refuses the 20,000 passwords of Django's list, and what takes few guesses in any of the three languages.

    A refusal may depend on the person's name and address, so it may tell them to whoever has a link. It never depends
    on a personal identity code.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        super().validate(password, user)
        judged, own = password[:LONGEST_JUDGED], own_parts(user)
        if self._order(judged, frozenset()) < LEAST_ORDER:
            raise ValidationError(self.get_error_message(), code="password_too_common")
        if own and self._order(judged, own) < LEAST_ORDER:
            raise ValidationError(
                _("The password is made of your own name or address. Choose one that nobody can guess."),
                code="password_of_own",
            )

    def get_error_message(self) -> str:
        return gettext("The password is too common. Choose one that nobody can guess.")

    def get_help_text(self) -> str:
        return gettext("Do not use a common password, a row of keys on the keyboard, or your own name or address.")

    def _order(self, password: str, own: frozenset[str]) -> float:
        """Return the power of ten of the guesses that a password takes, by the lower of both estimates."""
        by_zxcvbn = zxcvbn(password, list(own)).guesses_log10 if password else 0.0
        return min(by_zxcvbn, _order_by_words(password, self._words, own))

    @functools.cached_property
    def _words(self) -> frozenset[str]:
        """Common words as _letters() has them, and pieces of the rows of a keyboard in both directions."""
        english = (each for each in self.passwords if each.isalpha())
        listed = (word for path in WORD_FILES for word in _words_in(path))
        words = {_letters(word) for word in (*english, *listed, *SERVICE)}
        rows = {_letters(piece) for row in KEYBOARD_ROWS for piece in (row, row[::-1])}
        pieces = {
            row[start:end] for row in rows for start in range(len(row)) for end in range(start + 1, len(row) + 1)
        }
        return frozenset(word for word in words | pieces if len(word) >= SHORTEST_WORD)


def own_parts(user: User | None) -> frozenset[str]:
    """Return the parts of somebody's names and addresses, as _letters() has them."""
    if not isinstance(user, User):
        return frozenset()
    person, account = getattr(user, "person", None), getattr(user, "account", None)
    texts = [user.first_name, user.last_name, user.email, user.username if user.is_staff else ""]
    texts += [person.first_names, person.last_name] if person else []
    texts += [account.email] if account else []
    parts = {_letters(part) for text in texts for part in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text))}
    return frozenset(part for part in parts if len(part) >= SHORTEST_OWN_PART)


def _order_by_words(password: str, words: frozenset[str], own: frozenset[str]) -> int:
    """Return the power of ten of the guesses that a password takes, by its letters and digits alone."""
    rest = _COUNTING.sub("", _YEAR.sub("", _REPETITION.sub(r"\1", _folded(password))))
    return min(
        _letters_order(_REPETITION.sub(r"\1", _letters(each)), words, own) + len(re.findall("[0-9]", each))
        for each in (rest, rest.translate(_LOOK_ALIKES))
    )


def _letters_order(letters: str, words: frozenset[str], own: frozenset[str]) -> int:
    """Return the least sum over all ways to cut letters into words, own parts and single letters."""
    least = [0]
    for end in range(1, len(letters) + 1):
        cuts = [least[end - 1] + 1]
        for start in range(end - SHORTEST_OWN_PART + 1):
            piece = letters[start:end]
            if piece in own:
                cuts.append(least[start])
            elif piece in words:
                cuts.append(least[start] + WORD_ORDER)
        least.append(min(cuts))
    return least[-1]


def _words_in(path: Path) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return (word for line in lines if not line.startswith("#") for word in line.split())


def _folded(text: str) -> str:
    """Return a text without case and diacritics: whoever guesses tries `paivakoti` too."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, _folded(text)))
