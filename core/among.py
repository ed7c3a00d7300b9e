"""Other ways to say `IN`: many values in one parameter of a statement, and rows that are looked for first.

The driver takes longer over hundreds of parameters than the database takes over their rows.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Lookup, QuerySet, Subquery


class Among(Lookup):
    """`filter(Among("pk", keys))` finds what `filter(pk__in=keys)` does.

    The values are whole numbers or words of our own. What people wrote might need the escapes of each database.
    """

    prepare_rhs = False

    def __init__(self, name: str, values: Iterable[int | str]) -> None:
        super().__init__(F(name), list(values))

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        values = "SELECT value FROM json_each(%s)"
        return f"{column} IN ({values})", [*parameters, json.dumps(self.rhs)]

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        array = f"{{{json.dumps(self.rhs)[1:-1]}}}"
        return f"{column} = ANY(%s::{self.lhs.output_field.db_type(connection)}[])", [*parameters, array]


class AmongFound(Lookup):
    """`filter(AmongFound("version", rows))` finds what `filter(version__in=rows)` does, and looks for them first.

    PostgreSQL joins many tables in the order in which they are written (`join_collapse_limit`). It would begin with
    all rows, and leave it to the end which of them are meant.
    """

    prepare_rhs = False

    def __init__(self, name: str, rows: "QuerySet[Any, Any]") -> None:
        super().__init__(F(name), Subquery(rows))

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        rows, of_rows = compiler.compile(self.rhs)
        return f"{column} IN {rows}", [*parameters, *of_rows]

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        rows, of_rows = compiler.compile(self.rhs)
        return f"{column} = ANY(ARRAY{rows})", [*parameters, *of_rows]
