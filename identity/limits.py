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
    if _add((what, who, seconds))[0] > most:
        raise too_many_within(seconds)


def count_shared(what: str, who: str, *, most: int, own: str, share: int) -> None:
    """Count one try of `what` by `who`, with whom others share the limit of `most` a minute.

    Raises TooMany past the limit, but never to an `own` that has not tried more than `share` times within the hour: so
    others may use the limit up, and still shut nobody out.
    """
    by_own, by_all = _add((f"{what} own", own, HOUR), (what, who, MINUTE))
    if by_all > most and by_own > share:
        raise too_many_within(MINUTE)


def is_first(what: str, who: str) -> bool:
    """Tell whether nobody has claimed `what` of `who` before, for a day at least: of two who ask at once, one may."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {RateCount._meta.db_table} (key, "window", count) VALUES (%s, %s, 1)
            ON CONFLICT (key) DO NOTHING
            """,  # noqa: S608  # only our own table name is put in
            [_key(what, who), _window(time.time(), MINUTE)],
        )
        return bool(cursor.rowcount == 1)


def too_many_within(seconds: int) -> TooMany:
    """Return the refusal of a limit that begins anew with the next window."""
    return TooMany(retry_after=seconds - int(time.time()) % seconds)


def _add(*tries: tuple[str, str, int]) -> list[int]:
    """Count one try each of so much by somebody within seconds, in one statement, and return the counts."""
    now = time.time()
    rows = [(_key(what, who), _window(now, seconds)) for what, who, seconds in tries]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {RateCount._meta.db_table} AS r (key, "window", count)
            VALUES {", ".join(["(%s, %s, 1)"] * len(rows))}
            ON CONFLICT (key) DO UPDATE SET "window" = excluded."window",
                count = CASE WHEN r."window" = excluded."window" THEN r.count + 1 ELSE 1 END
            RETURNING key, count
            """,  # noqa: S608  # only our own table name is put in
            [value for row in rows for value in row],
        )
        counts = dict(cursor.fetchall())
    if random.random() < SWEEP:  # noqa: S311  # chance, not a secret
        RateCount.objects.filter(window__lt=int(now // MINUTE) - DAY // MINUTE).delete()
    return [counts[key] for key, _ in rows]


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


def client_site(request: HttpRequest) -> str:
    """Return the network that one sender may have in hand: the /48 of an IPv6 address, the /24 of an IPv4 one."""
    address = str(request.META["REMOTE_ADDR"]).partition("%")[0]
    try:
        width = 48 if ":" in address else 24
        return str(ipaddress.ip_network((address, width), strict=False))
    except ValueError:
        return address


def client_network(request: HttpRequest) -> str:
    """Return the address that RequestContextMiddleware found, or the /64 network of an IPv6 address.

    One subscriber has a /64 network or more, and so any number of addresses.
    """
    address = str(request.META["REMOTE_ADDR"])
    try:
        return str(ipaddress.IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
