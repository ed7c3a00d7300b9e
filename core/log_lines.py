"""Reading the log again: one JSON object a line, as the service writes it (LOG_FORMAT=json)."""

import datetime as dt
import errno
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Of a log with LOG_FORMAT=plain, in which an address that somebody asked for may look like a line of ours.
PLAIN = re.compile(r"\d\d:\d\d:\d\d (?:DEBUG|INFO|WARNING|ERROR|CRITICAL) +[\w.]+: ")
DAMAGED = "packed, and damaged. Unpack what can be read (zcat), and give that"


@dataclass(frozen=True)
class LogLine:
    """One line of the log: when, what, and what stands beside it."""

    at: dt.datetime
    message: str
    context: dict[str, Any]

    def number(self, name: str) -> int | None:
        """Return a number of the context that can be the key of a row; None if there is none of that name."""
        value = self.context.get(name)
        return value if type(value) is int and 0 < value < 2**63 else None


def lines_of(logger: str, files: Iterable[Path]) -> Iterator[LogLine]:
    """Yield what one logger wrote into these files, in their order. A file whose name ends with .gz is unpacked.

    Whatever is no line of the service is passed over, such as one that was cut off. Raises OSError, also for a packed
    file that is damaged.
    """
    named = f'"{logger}"'
    for path in files:
        try:
            with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", errors="replace") as file:
                for text in file:
                    line = _read(text) if named in text else None
                    if line and line[0] == logger:
                        yield line[1]
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:  # lines are missing, and so perhaps an erasure
            raise OSError(errno.EIO, DAMAGED, str(path)) from error


def _read(text: str) -> tuple[str, LogLine] | None:
    """Return the line and its logger; None if it is none. A platform may have put its own words before it."""
    words, brace, rest = text.partition("{")
    if PLAIN.search(words) or "\\u0000" in rest:  # which no database takes
        return None
    try:
        line = json.loads(brace + rest)
        name, message, context = (line[key] for key in ("name", "message", "context"))
        at = dt.datetime.fromisoformat(line["time"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    is_ours = isinstance(message, str) and isinstance(context, dict) and at.tzinfo is not None
    # What stands in the context of ours is one word or number, which may be looked for.
    is_flat = is_ours and not any(isinstance(value, dict | list) for value in context.values())
    return (str(name), LogLine(at, message, context)) if is_flat else None
