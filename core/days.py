"""Days as people type them in three languages: day, month and year, or year, month and day.

In Finland the day comes first, whichever sign stands between. A month alone, and a year of two digits, are no day:
whoever types them is told what is missing, since the day that they mean is theirs to say. Only where the question
leaves no doubt of the century, as until when a document is valid, is 30 read as 2030.
"""

import datetime as dt
import re

from core.text import in_ascii_digits

EARLIEST_YEAR = 1850  # nobody who applies was born before

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "tammikuu tammikuuta januari january jan tammi",
            "helmikuu helmikuuta februari february feb helmi",
            "maaliskuu maaliskuuta mars march mar maalis",
            "huhtikuu huhtikuuta april apr huhti",
            "toukokuu toukokuuta maj may touko",
            "kesäkuu kesäkuuta juni june jun kesä",
            "heinäkuu heinäkuuta juli july jul heinä",
            "elokuu elokuuta augusti august aug elo",
            "syyskuu syyskuuta september sep sept syys",
            "lokakuu lokakuuta oktober october okt oct loka",
            "marraskuu marraskuuta november nov marras",
            "joulukuu joulukuuta december dec joulu",
        ],
        start=1,
    )
    for name in names.split()
}
_BETWEEN = r"(?: ?[./,\-⁄] ?| )"
_WORD = re.compile(r"[^\W\d_]+")
_DAY_FIRST = re.compile(rf"([0-9]{{1,2}}){_BETWEEN}([0-9]{{1,2}}){_BETWEEN}([0-9]{{4}})")
_YEAR_FIRST = re.compile(rf"([0-9]{{4}}){_BETWEEN}([0-9]{{1,2}}){_BETWEEN}([0-9]{{1,2}})")
_RUN_TOGETHER = re.compile(r"([0-9]{2})([0-9]{2})((?:18|19|20|21)[0-9]{2})")
_MONTH_ONLY = re.compile(rf"([0-9]{{1,2}}){_BETWEEN}([0-9]{{4}})")
_SHORT_YEAR = re.compile(rf"([0-9]{{1,2}}){_BETWEEN}([0-9]{{1,2}}){_BETWEEN}'?([0-9]{{2}})")
_SHORT_RUN_TOGETHER = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})")


class NotADay(ValueError):
    """The text is no day."""


class NoSuchDay(NotADay):
    """The calendar has no such day, or it is too long ago."""


class DayMissing(NotADay):
    """The text is a month and a year; `month` and `year` say which."""

    def __init__(self, *, month: int, year: int) -> None:
        super().__init__("Day missing")
        self.month, self.year = month, year


class ShortYear(NotADay):
    """The year has two digits, so the century is missing."""


def read_day(text: str, *, century: int | None = None) -> dt.date:
    """Return the day that was typed, such as 1.2.1990, 1/2/1990, 1 February 1990 or 1990-02-01.

    Takes any dash, blanks anywhere, a dot at the end and wide digits. With a `century`, such as 2000, a year of two
    digits is of that one: 1.2.30 and 010230. Raises NotADay, or the kind of it that tells what is wrong.
    """
    typed = _in_numbers(in_ascii_digits(text).rstrip(". "))
    if found := _DAY_FIRST.fullmatch(typed) or _RUN_TOGETHER.fullmatch(typed):
        day, month, year = map(int, found.groups())
    elif found := _YEAR_FIRST.fullmatch(typed):
        year, month, day = map(int, found.groups())
    elif (found := _MONTH_ONLY.fullmatch(typed)) and 1 <= int(found[1]) <= 12:
        raise DayMissing(month=int(found[1]), year=int(found[2]))
    elif found := _SHORT_YEAR.fullmatch(typed) or (century and _SHORT_RUN_TOGETHER.fullmatch(typed)) or None:
        if century is None:
            raise ShortYear
        day, month, year = int(found[1]), int(found[2]), century + int(found[3])
    else:
        raise NotADay
    try:
        read = dt.date(year, month, day)
    except ValueError:
        raise NoSuchDay from None
    if read.year < EARLIEST_YEAR:
        raise NoSuchDay
    return read


def _in_numbers(typed: str) -> str:
    """Return the text with the name of a month as its number, and one blank for several."""
    words = _WORD.findall(typed)
    if len(words) == 1 and words[0].casefold() in _MONTHS:
        typed = _WORD.sub(f" {_MONTHS[words[0].casefold()]} ", typed)
        typed = typed.replace(".", " ")
    return " ".join(re.sub(r" ?([./,\-⁄]) ?", r"\1", re.sub(" +", " ", typed)).split())
