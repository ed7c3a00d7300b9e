"""Reading the log again: one JSON object a line, as the service writes it (LOG_FORMAT=json)."""

import datetime as dt
import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class LogLine:
    """One line of the log: when, what, and what stands beside it."""

    at: dt.datetime
    message: str
    context: dict[str, Any]


def lines_of(logger: str, files: Iterable[Path]) -> Iterator[LogLine]:
    """Yield what one logger wrote into these files, in their order. A file whose name ends with .gz is unpacked.

    Whatever is no line of the service is passed over, such as one that was cut off. Raises OSError.
    """
    named = f'"{logger}"'
    for path in files:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", errors="replace") as file:
            for text in file:
                line = _read(text) if named in text else None
                if line and line["name"] == logger:
                    yield LogLine(dt.datetime.fromisoformat(line["time"]), line["message"], line["context"])


def _read(text: str) -> dict[str, Any] | None:
    """Return the line; None if it is none. A platform may have put its own words before it."""
    try:
        line = json.loads(text[text.index("{") :])
    except ValueError:
        return None
    return line if isinstance(line, dict) and {"time", "name", "message", "context"} <= line.keys() else None
