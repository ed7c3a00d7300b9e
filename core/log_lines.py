"""Reading the log again: one JSON object a line, as the service writes it (LOG_FORMAT=json)."""

import datetime as dt
import errno
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FACTS = {"time", "name", "message", "context"}


@dataclass(frozen=True)
class LogLine:
    """One line of the log: when, what, and what stands beside it."""

    at: dt.datetime
    message: str
    context: dict[str, Any]


def lines_of(logger: str, files: Iterable[Path]) -> Iterator[LogLine]:
    """Yield what one logger wrote into these files, in their order. A file whose name ends with .gz is unpacked.

    Whatever is no line of the service is passed over, such as one that was cut off. Raises OSError, also for a packed
    file that is damaged.
    """
    named = f'"{logger}"'
    for path in files:
        for text in _texts(path):
            if named not in text:
                continue
            try:
                line = json.loads(text[text.index("{") :])  # a platform may have put its own words before it
            except ValueError:
                continue
            if line.keys() >= FACTS and line["name"] == logger:
                yield LogLine(dt.datetime.fromisoformat(line["time"]), line["message"], line["context"])


def _texts(path: Path) -> Iterator[str]:
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", errors="replace") as file:
            yield from file
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:  # lines are missing, and so perhaps an erasure
        raise OSError(errno.EIO, "it is packed, and damaged", str(path)) from error
