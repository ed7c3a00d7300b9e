"""The statements of one request, and the same for any other row: as a script for pgbench, or with values."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bench import rows

# What depends on the row, for the rows in Layout.scripted: its value, and how pgbench writes it.
VALUES: dict[str, Callable[[int], Any]] = {
    "n": lambda n: n,
    "reference": rows.scripted_reference,
    "session_key": rows.session_key,
    "digest": rows.digest,
    "hetu_index": rows.scripted_hetu_index,
}
EXPRESSIONS = {
    "n": ":n",
    "reference": "lpad(:n::text, 9, '0')",
    "session_key": "lpad(:n::text, 32, '0')",
    "digest": "lpad(:n::text, 64, '0')",
    "hetu_index": "'scripted:' || lpad(:n::text, 64, '0')",
}


@dataclass(frozen=True)
class OfRow:
    """A parameter that depends on the row, and the type in which it was sent."""

    name: str
    type: type

    def value(self, n: int) -> Any:
        return self.type(VALUES[self.name](n))


@dataclass(frozen=True)
class Statement:
    """One statement as Django sent it. `transaction` is its number within the request; None: on its own."""

    sql: str
    parameters: Sequence[Any]
    transaction: int | None

    def values(self, n: int) -> list[Any]:
        return [p.value(n) if isinstance(p, OfRow) else p for p in self.parameters]

    @property
    def script(self) -> str:
        return self.sql.replace("%s", "{}").format(*map(_written, self.parameters))


@dataclass(frozen=True)
class Recorded:
    """What record.py found out about the pages."""

    confirming: list[Statement]
    queries: dict[str, int]  # by page, BEGIN and COMMIT apart
    csrf_token: str


def script(statements: Sequence[Statement]) -> str:
    """Return the pgbench script that runs the statements for a row of its own each time.

    It wants the variables i (0), first, and span (rows for each client).
    """
    lines = [r"\set i :i + 1", r"\set n :first + :client_id * :span + :i"]
    for number, group in groupby(statements, key=lambda s: s.transaction):
        within = [f"{s.script};" for s in group]
        lines += within if number is None else ["BEGIN;", *within, "COMMIT;"]
    return "\n".join(lines) + "\n"


def _written(parameter: Any) -> str:
    match parameter:
        case OfRow():
            return EXPRESSIONS[parameter.name]
        case None:
            return "NULL"
        case int():
            return str(int(parameter))
        case str() | dt.date():
            text = str(parameter).replace("\\", r"\\").replace("'", r"\'")
            # pgbench would take what follows a colon for a variable, in a text too.
            return "E'" + text.replace(":", r"\x3a") + "'"
    raise TypeError(f"No SQL for {parameter!r}")
