"""Moments as operators give them to commands."""

import datetime as dt
from argparse import ArgumentTypeError

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime


def read_moment(text: str) -> dt.datetime:
    """Return the moment of 2026-11-21 or 2026-11-21T10:00+02:00, without a zone as in Helsinki (R22).

    Raises ArgumentTypeError.
    """
    try:
        moment, day = parse_datetime(text), parse_date(text)
    except ValueError:
        moment = day = None
    if moment is None and day is not None:
        moment = dt.datetime.combine(day, dt.time())
    if moment is None or not 1 < moment.year < dt.MAXYEAR:  # the others leave the calendar in another zone
        raise ArgumentTypeError(f"{text} is neither a date nor a time")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
