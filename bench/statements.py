"""The statements of one request, and the same for any other row: as a script for pgbench, or with values."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from psycopg.types.json import Jsonb

from applications.references import display
from bench import rows

# What depends on the row, for the rows in Layout.scripted: its value, and how pgbench writes it.
VALUES: dict[str, Callable[[int], Any]] = {
    "n": lambda n: n,
    "reference": rows.scripted_reference,
    "number": lambda n: display(rows.scripted_reference(n)),
    "session_key": rows.session_key,
    "digest": rows.digest,
    "hetu_index": rows.scripted_hetu_index,
}
EXPRESSIONS = {
    "n": ":n::bigint",
    "reference": "lpad(:n::text, 9, '0')",
    "number": "regexp_replace(lpad(:n::text, 9, '0'), '(...)(...)(...)', '\\1-\\2-\\3')",
    "session_key": "lpad(:n::text, 32, '0')",
    "digest": "lpad(:n::text, 64, '0')",
    "hetu_index": "'scripted:' || lpad(:n::text, 64, '0')",
}


@dataclass(frozen=True)
class OfRow:
    """A parameter that is one of VALUES, in the type in which it was sent."""

    name: str
    type: type

    def value(self, n: int) -> Any:
        return self.type(VALUES[self.name](n))

    @property
    def sql(self) -> str:
        return EXPRESSIONS[self.name]


@dataclass(frozen=True)
class TextOfRow:
    """A text, or JSON, that holds some of VALUES: every odd part is a name."""

    parts: Sequence[str]
    json: bool

    def value(self, n: int) -> Any:
        parts = [str(VALUES[part](n)) if odd % 2 else part for odd, part in enumerate(self.parts)]
        return Jsonb(json.loads("".join(parts))) if self.json else "".join(parts)

    @property
    def sql(self) -> str:
        parts = [f"({EXPRESSIONS[part]})::text" if odd % 2 else _quoted(part) for odd, part in enumerate(self.parts)]
        return f"({' || '.join(parts)}){'::jsonb' if self.json else ''}"


@dataclass(frozen=True)
class Statement:
    """One statement as Django sent it. `transaction` is its number within the request; None: on its own."""

    sql: str
    parameters: Sequence[Any]
    transaction: int | None

    def values(self, n: int) -> list[Any]:
        return [_valued(p, n) for p in self.parameters]

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


def _valued(parameter: Any, n: int) -> Any:
    if isinstance(parameter, list):
        return [_valued(one, n) for one in parameter]
    return parameter.value(n) if isinstance(parameter, OfRow | TextOfRow) else parameter


def _written(parameter: Any) -> str:
    match parameter:
        case OfRow() | TextOfRow():
            return parameter.sql
        case list():  # of several rows that are stored at once
            return f"ARRAY[{', '.join(map(_written, parameter))}]"
        case Jsonb():
            return f"{_quoted(json.dumps(parameter.obj, default=str))}::jsonb"
        case None:
            return "NULL"
        case int():
            return str(int(parameter))
        case str() | dt.date():
            return _quoted(str(parameter))
    raise TypeError(f"No SQL for {parameter!r}")


def _quoted(text: str) -> str:
    text = text.replace("\\", r"\\").replace("'", r"\'")
    # pgbench would take what follows a colon for a variable, in a text too.
    return "E'" + text.replace(":", r"\x3a") + "'"
