"""Queues in tables: a lease says which worker holds a row and until when, by the database's clock.

When a worker dies, its lease ends and another worker takes the row. A worker that comes back late finds that the
lease is no longer its own, and changes nothing. So workers and their clocks may fail at any moment.
"""

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

FREE = Q(leased_until=None) | Q(leased_until__lte=Now())  # by the database's clock
JITTER = (0.8, 1.2)  # what failed together does not come back together

# One statement, which is its own transaction: several times as fast as the statements of the ORM. On PostgreSQL
# workers skip the rows that others are just taking; on SQLite they take turns. The columns are named: a prepared
# statement that returns all of them fails once a migration has added one.
CLAIM = """
    UPDATE {table} SET lease = %s, leased_until = {until}, attempts = attempts + 1
    WHERE id = ({due} {skip}) RETURNING {columns}
"""
DIALECTS = {
    "postgresql": {
        "until": "statement_timestamp() + make_interval(secs => %s)",
        "skip": "FOR UPDATE SKIP LOCKED",
    },
    "sqlite": {"until": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', %s || ' seconds')", "skip": ""},
}


class Leased(models.Model):
    """A row of a queue. Whoever holds the lease works on the row, until they give it back or the lease ends."""

    lease = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveIntegerField(_("tries"), db_default=0)

    class Meta:
        abstract = True


L = TypeVar("L", bound=Leased)


def lease_constraint(unended: Q, *, name: str) -> models.CheckConstraint:
    """Return the constraint that both columns of a lease are set or neither, and that only unended rows have one."""
    held = Q(lease__isnull=False, leased_until__isnull=False)
    return models.CheckConstraint(condition=Q(lease=None, leased_until=None) | held & unended, name=name)


def claim_first(due: QuerySet[L], *, seconds: float) -> L | None:
    """Take the first row of `due`, hold it for so many seconds, and return it; None if there is none.

    `due` holds only rows that are FREE, is ordered, and joins no other table.
    """
    first, values = due.values("pk")[:1].query.sql_with_params()
    quoted, meta = connection.ops.quote_name, due.model._meta
    columns = ", ".join(quoted(str(field.column)) for field in meta.concrete_fields)
    claim = CLAIM.format(table=quoted(meta.db_table), due=first, columns=columns, **DIALECTS[connection.vendor])
    lease = models.UUIDField().get_db_prep_value(uuid.uuid4(), connection)
    claimed = list(due.raw(claim, [lease, seconds, *values]))
    return claimed[0] if claimed else None


def renew_lease(row: Leased, *, seconds: float) -> bool:
    """Hold a row for so many seconds from now; tell whether it was still ours."""
    return _ours(row).update(leased_until=Now() + dt.timedelta(seconds=seconds)) == 1


def give_back(row: Leased, **changes: Any) -> bool:
    """End the lease of a row, and store what became of it; tell whether it was still ours."""
    return _ours(row).update(lease=None, leased_until=None, **changes) == 1


def retry_delay(delays: Sequence[float], *, attempts: int) -> float:
    """Return the seconds to wait after so many attempts: the delay of that attempt, or the last one, with JITTER."""
    return delays[min(attempts, len(delays)) - 1] * random.uniform(*JITTER)  # noqa: S311  # no secret


def is_exhausted(row: Leased, *, tries: int) -> bool:
    """Tell whether a row was claimed more than `tries` times: then its workers died over it."""
    return row.attempts > tries


def _ours(row: L) -> QuerySet[L]:
    return type(row)._default_manager.filter(pk=row.pk, lease=row.lease)
