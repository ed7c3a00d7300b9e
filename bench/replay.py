"""The statements of a request, run again without what our code does around them."""

from collections.abc import Sequence
from itertools import groupby

from django.db import connection, transaction

from bench.statements import Statement

# What session and user middleware already run for every request.
BY_MIDDLEWARE = ('"django_session"', 'FROM "identity_user"')

Groups = list[tuple[int | None, list[Statement]]]  # by transaction; None: each on its own


def of_view(statements: Sequence[Statement]) -> Groups:
    """Return the statements without those of the middleware, which a bare view has around it too."""
    mine = [s for s in statements if not any(part in s.sql for part in BY_MIDDLEWARE)]
    return [(number, list(group)) for number, group in groupby(mine, key=lambda s: s.transaction)]


def run(groups: Groups, n: int = 0) -> None:
    """Run the statements for row n, in transactions as they were."""
    for number, group in groups:
        if number is None:
            _execute(group, n)
        else:
            with transaction.atomic():
                _execute(group, n)


def _execute(statements: list[Statement], n: int) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.sql, statement.values(n))
            if cursor.description:
                cursor.fetchall()
