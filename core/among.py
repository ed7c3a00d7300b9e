"""Many values in one parameter of a statement.

The driver takes longer over hundreds of parameters than the database takes over their rows.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Lookup


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
