"""What cannot be true, whoever typed it: asked where a document is checked, and by the form in its own words.

Only what is surely wrong is refused. What is merely odd may be somebody's life.
"""

import datetime as dt
from collections.abc import Sequence

from applications import dates

OLDEST_YEARS = 120  # nobody in Finland has ever reached it: the oldest lived to be 112
# A pregnancy takes 40 weeks from its first day and 42 at most; a date may be a few weeks wrong.
DUE_AHEAD = dt.timedelta(days=300)
DUE_OVER = dt.timedelta(days=60)
# From a home that somebody had to leave a year ago they have moved; `homeless_since` tells the rest.
MOVE_OVER = dt.timedelta(days=366)
MOVE_AHEAD = dt.timedelta(days=3653)


def is_too_old(born: dt.date) -> bool:
    """Tell whether somebody born on a day would be older than anybody is."""
    today = dates.today()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= OLDEST_YEARS


def is_long_born(due: dt.date) -> bool:
    """Tell whether a child due on a day has surely been born since."""
    return due < dates.today() - DUE_OVER


def is_not_begotten(due: dt.date) -> bool:
    """Tell whether nobody can yet expect a child on a day."""
    return due > dates.today() + DUE_AHEAD


def has_moved(by: dt.date) -> bool:
    """Tell whether a day by which somebody must move is over for long."""
    return by < dates.today() - MOVE_OVER


def is_far_ahead(by: dt.date) -> bool:
    """Tell whether a day by which somebody must move is further ahead than anybody knows."""
    return by > dates.today() + MOVE_AHEAD


def has_twice(values: Sequence[str]) -> bool:
    """Tell whether a list names something more than once."""
    return len(set(values)) < len(values)
