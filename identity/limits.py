"""Rate limits over all workers. One statement both counts and answers."""

import hashlib
import ipaddress
import random
import time

from django.db import connection
from django.http import HttpRequest

from identity.models import RateCount

MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
MOST_AGAIN = 10  # an hour and user
SWEEP = 0.01  # share of calls that also remove the counts of past windows


class TooMany(Exception):
    """The limit is reached. A page with status 429 follows."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many tries")
        self.retry_after = retry_after  # seconds


def count(what: str, who: str, *, most: int, seconds: int = MINUTE) -> None:
    """Count one try of `what` by `who`. Raises TooMany after `most` tries within a window of `seconds`, at most DAY.

    Only a digest of `who` is stored, because an address is personal data too.
    """
    now = time.time()
    key, window = _key(what, who), _window(now, seconds)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {RateCount._meta.db_table} AS r (key, "window", count) VALUES (%s, %s, 1)
            ON CONFLICT (key) DO UPDATE SET "window" = excluded."window",
                count = CASE WHEN r."window" = excluded."window" THEN r.count + 1 ELSE 1 END
            RETURNING count
            """,  # noqa: S608  # only our own table name is put in
            [key, window],
        )
        (tries,) = cursor.fetchone()
    if random.random() < SWEEP:  # noqa: S311  # chance, not a secret
        RateCount.objects.filter(window__lt=int(now // MINUTE) - DAY // MINUTE).delete()
    if tries > most:
        raise TooMany(retry_after=seconds - int(now) % seconds)


def count_password_again(user: int) -> None:
    """Count one try of the password within a session, which somebody else may have found open. Raises TooMany."""
    count("password again", str(user), most=MOST_AGAIN, seconds=HOUR)


def is_reached(what: str, who: str, *, most: int, seconds: int = MINUTE) -> bool:
    """Tell whether `most` tries were counted within this window, without counting one: for tries that fail."""
    return RateCount.objects.filter(
        key=_key(what, who), window=_window(time.time(), seconds), count__gte=most
    ).exists()


def _key(what: str, who: str) -> str:
    return f"{what}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"


def _window(now: float, seconds: int) -> int:
    """Return the minute in which the window began."""
    return int(now // seconds) * seconds // MINUTE


def client_network(request: HttpRequest) -> str:
    """Return the address that RequestContextMiddleware found, or the /64 network of an IPv6 address.

    One subscriber has a /64 network or more, and so any number of addresses.
    """
    address = str(request.META["REMOTE_ADDR"])
    try:
        return str(ipaddress.IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
