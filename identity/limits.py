"""Rate limits over all workers. One statement both counts and answers."""

import hashlib
import ipaddress
import random
import time
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from core.compiled import Compiled
from identity.models import RateCount

MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
MOST_AGAIN = 10  # an hour and user
# Wrong guesses of a secret that people type. An office or a library is one network, and its people make their slips;
# a guesser has many networks.
MOST_GUESSES_OF_NETWORK, MOST_GUESSES_OF_ALL = 30, 60  # a minute
SHARE_OF_GUESSES = 10  # an hour and site, which the limit over everybody never refuses
SWEEP = 0.01  # share of calls that also remove the counts of past windows


class TooMany(Exception):
    """The limit is reached. A page with status 429 follows."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many attempts")
        self.retry_after = retry_after  # seconds


class Left(NamedTuple):
    """How many tries are left, until the count begins anew in so many seconds."""

    tries: int
    seconds: int


def count(what: str, who: str, *, most: int, seconds: int = MINUTE) -> Left:
    """Count one try of `what` by `who`, and return how many are left.

    Only a digest of `who` is stored, because an address is personal data too.
    Raises TooMany after `most` tries within `seconds` from the first of them.
    """
    [(counted, ends_in)] = _add((what, who, seconds))
    if counted > most:
        raise TooMany(retry_after=ends_in)
    return Left(most - counted, ends_in)


def count_shared(what: str, who: str, *, most: int, own: str, share: int) -> None:
    """Count one try of `what` by `who`, with whom others share the limit of `most` a minute.

    Raises TooMany past the limit, but never to an `own` that has not tried more than `share` times within the hour: so
    others may use the limit up, and still shut nobody out.
    """
    (by_own, _), (by_all, left) = _add((f"{what} own", own, HOUR), (what, who, MINUTE))
    if by_all > most and by_own > share:
        raise TooMany(retry_after=left)


def check_guesses(what: str, request: HttpRequest) -> None:
    """Raise TooMany if wrong guesses of `what` have reached a limit: those of this network, or those of everybody.

    The latter never refuses a site that has not guessed wrong more than SHARE_OF_GUESSES times within the hour. So
    whoever types a right secret uses up nothing, and a stranger who guesses shuts out nobody but their neighbours.
    """
    network, site, everybody = (_key(each, who) for each, who, _seconds in _guesses_of(what, request))
    now = int(time.time())
    reached = {row.key: row for row in RateCount.objects.filter(key__in=[network, site, everybody], ends__gt=now)}
    most = {network: MOST_GUESSES_OF_NETWORK, everybody: MOST_GUESSES_OF_ALL}
    if site not in reached or reached[site].count < SHARE_OF_GUESSES:
        del most[everybody]
    waits = [row.ends - now for key, row in reached.items() if key in most and row.count >= most[key]]
    if waits:
        raise TooMany(retry_after=max(waits))


def count_guess(what: str, request: HttpRequest) -> None:
    """Count one wrong guess of `what`, by its network and over everybody."""
    _add(*_guesses_of(what, request))


def _guesses_of(what: str, request: HttpRequest) -> list[tuple[str, str, int]]:
    return [
        (f"{what} network", client_network(request), MINUTE),
        (f"{what} site", client_site(request), HOUR),
        (f"{what} all", "", MINUTE),
    ]


def is_first(what: str, who: str) -> bool:
    """Tell whether nobody has claimed `what` of `who` within a day: of two who ask at once, one may."""
    [(counted, _)] = _add((what, who, DAY))
    return counted == 1


def _add(*tries: tuple[str, str, int]) -> list[tuple[int, int]]:
    """Count one try each of so much by somebody within seconds, in one statement.

    Returns each count, and the seconds until it begins anew. A window begins with its first try: at the turn of an
    hour nobody may try twice as often.
    """
    now = int(time.time())
    rows = [(_key(what, who), now + seconds) for what, who, seconds in tries]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {RateCount._meta.db_table} AS r (key, "window", count)
            VALUES {", ".join(["(%s, %s, 1)"] * len(rows))}
            ON CONFLICT (key) DO UPDATE SET
                "window" = CASE WHEN r."window" > %s THEN r."window" ELSE excluded."window" END,
                count = CASE WHEN r."window" > %s THEN r.count + 1 ELSE 1 END
            RETURNING key, count, "window"
            """,  # noqa: S608  # only our own table name is put in
            [*(value for row in rows for value in row), now, now],
        )
        found = {key: (counted, ends - now) for key, counted, ends in cursor.fetchall()}
    if random.random() < SWEEP:  # noqa: S311  # chance, not a secret
        # In a transaction it would hold others' rows until its end, and wait for those that they hold.
        transaction.on_commit(lambda: past_counts().delete(), robust=True)
    return [found[key] for key, _ in rows]


def past_counts() -> QuerySet[RateCount]:
    """Return the counts whose window is over."""
    return RateCount.objects.filter(ends__lte=int(time.time()))


def count_password_again(user: int) -> None:
    """Count one try of the password within a session, which somebody else may have found open. Raises TooMany."""
    count("password again", str(user), most=MOST_AGAIN, seconds=HOUR)


def is_within(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one try as count() does, and tell whether it is within the limit."""
    try:
        count(what, who, most=most, seconds=seconds)
    except TooMany:
        return False
    return True


def is_reached(what: str, who: str, *, most: int) -> bool:
    """Tell whether `most` tries were counted within the present window, without counting one: for tries that fail."""
    try:
        refuse_if_reached(what, who, most=most)
    except TooMany:
        return True
    return False


def refuse_if_reached(what: str, who: str, *, most: int) -> None:
    """Raise TooMany if `most` tries were counted within the present window, without counting one."""
    now = int(time.time())
    ends = _FULL.first(key=_key(what, who), now=now, most=most)
    if ends is not None:
        raise TooMany(retry_after=ends - now)


_FULL = Compiled(
    lambda key, now, most: RateCount.objects.filter(key=key, ends__gt=now, count__gte=most).values_list(
        "ends", flat=True
    )
)


def _key(what: str, who: str) -> str:
    return f"{what}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"


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
