"""Days as people in Helsinki count them (R2, R5, R22)."""

import datetime as dt
import functools
import time

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext_lazy

ADULT_YEARS = 18
QUARTER_SECONDS = 15 * 60
# As each language says on which day something happens; in Finnish "maanantaina", which no format of Django's gives.
WEEKDAYS = (
    pgettext_lazy("on a day", "Monday %(date)s"),
    pgettext_lazy("on a day", "Tuesday %(date)s"),
    pgettext_lazy("on a day", "Wednesday %(date)s"),
    pgettext_lazy("on a day", "Thursday %(date)s"),
    pgettext_lazy("on a day", "Friday %(date)s"),
    pgettext_lazy("on a day", "Saturday %(date)s"),
    pgettext_lazy("on a day", "Sunday %(date)s"),
)


def today() -> dt.date:
    """Return today in Helsinki. A page asks fifty times, and a time zone takes a while to say."""
    return _day_of(int(time.time()) // QUARTER_SECONDS)


@functools.lru_cache(maxsize=1)
def _day_of(quarter: int) -> dt.date:
    """Return the day in Helsinki of a quarter of an hour since 1970: a day begins with one, in every time zone."""
    return timezone.localdate(dt.datetime.fromtimestamp(quarter * QUARTER_SECONDS, dt.UTC))


def start_of_today() -> dt.datetime:
    """Return the moment at which today began in Helsinki."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def valid_until(sent_at: dt.datetime) -> dt.date:
    """Return the last day of validity, counted from a sending, change or renewal (R5)."""
    return timezone.localdate(sent_at) + dt.timedelta(days=settings.APPLICATION_VALID_DAYS)


def renewable_from(last_day: dt.date) -> dt.date:
    """Return the first day on which renewing would give a later last day of validity than this one (R7)."""
    return last_day - dt.timedelta(days=settings.APPLICATION_VALID_DAYS - 1)


def is_adult(birth_date: dt.date, *, on: dt.date) -> bool:
    """Tell whether somebody has 18 full years on a day (R2). Born on 29 February: on 1 March."""
    return birth_date <= youngest_adult_born(on=on)


def youngest_adult_born(*, on: dt.date) -> dt.date:
    """Return the latest birth date of somebody who has 18 full years on a day (R2)."""
    try:
        return on.replace(year=on.year - ADULT_YEARS)
    except ValueError:  # 29 February, and no such day 18 years ago
        return dt.date(on.year - ADULT_YEARS, 2, 28)


def adult_on(birth_date: dt.date) -> dt.date:
    """Return the day on which somebody has 18 full years (R2)."""
    try:
        return birth_date.replace(year=birth_date.year + ADULT_YEARS)
    except ValueError:  # born on 29 February
        return dt.date(birth_date.year + ADULT_YEARS, 3, 1)


def with_weekday(day: dt.date) -> str:
    """Return the day on which something happens, with its weekday, in the language of the moment (R22)."""
    return str(WEEKDAYS[day.weekday()]) % {"date": date_format(day)}
