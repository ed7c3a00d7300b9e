"""Who is sending a letter: a lease by the database's clock, so that workers and their clocks may fail at will.

A worker that dies leaves its letter to the others when the lease is over. One that comes back late finds that
the lease is no longer its own, and changes nothing.
"""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from mailing.models import Letter

# One statement, which is its own transaction: several times the speed of what the ORM would say. On PostgreSQL
# workers skip what others are just taking, on SQLite they take turns.
CLAIM = """
    UPDATE mailing_letter SET lease = %s, leased_until = {until}, attempts = attempts + 1 WHERE id = (
        SELECT id FROM mailing_letter
        WHERE sent_at IS NULL AND dead_at IS NULL AND dropped_at IS NULL
            AND due_at <= {now} AND (leased_until IS NULL OR leased_until <= {now})
        ORDER BY due_at, id LIMIT 1 {skip}
    ) RETURNING *
"""
SQLITE_TIME = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now'"
CLAIMS = {
    "postgresql": CLAIM.format(
        now="statement_timestamp()",
        until="statement_timestamp() + make_interval(secs => %s)",
        skip="FOR UPDATE SKIP LOCKED",
    ),
    "sqlite": CLAIM.format(now=f"{SQLITE_TIME})", until=f"{SQLITE_TIME}, %s || ' seconds')", skip=""),
}


def claim() -> Letter | None:
    """Take the letter that has been due for longest, and return it; None when there is none."""
    lease = Letter._meta.get_field("lease").get_db_prep_value(uuid.uuid4(), connection)
    claimed = list(Letter.objects.raw(CLAIMS[connection.vendor], [lease, settings.MAILING_LEASE]))
    return claimed[0] if claimed else None


def renew(letter: Letter) -> bool:
    """Hold a letter for another whole lease; tell whether it was still ours."""
    return Letter.objects.filter(pk=letter.pk, lease=letter.lease).update(leased_until=_until()) == 1


def finish(letter: Letter, **changes: Any) -> bool:
    """Give a letter back with what became of it; tell whether it was still ours."""
    ours = Letter.objects.filter(pk=letter.pk, lease=letter.lease)
    return ours.update(lease=None, leased_until=None, **changes) == 1


def _until() -> Any:
    return Now() + dt.timedelta(seconds=settings.MAILING_LEASE)
