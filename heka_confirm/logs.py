"""Log lines that can be searched and hold nothing secret.

Every line is masked as a whole, exception and all: personal identity codes in any form (R17), tokens, and
what a broker hands over in a URL. Nothing that a client sends can end a line or forge another.
"""

import datetime as dt
import json
import logging
import re
from contextvars import ContextVar
from typing import Any

from core.hetu import MASK

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

# The attributes that every record has; what a caller adds in `extra` comes besides.
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Objects that Django attaches; their texts would repeat the query string.
OMITTED = frozenset({"request", "server_time", "params", "sql"})

# Wider than a valid code: a mistyped one is just as personal. It begins anywhere, since texts are glued
# together (`%20010594…`), and so codes may overlap. Its sign may be escaped for a URL, JSON, Python or HTML.
SIGNS = (
    "[-+A-FU-Ya-fu-y‐‑‒–—―−﹣－]",
    r"(?:%(?:25)?[0-9A-Fa-f]{2}){1,3}",
    r"(?:\\+x[0-9A-Fa-f]{2}){1,3}",
    r"\\+u[0-9A-Fa-f]{4}",
    r"&#?\w{2,8};",
)
SIGN = f"(?:{'|'.join(SIGNS)})"
CODE = re.compile(rf"(?=\d{{6}}{SIGN}(\s?\d{{3}}[0-9A-Za-z]))")
# In queries and form bodies; a state or code of our own is written without "?" or "&".
SECRET_PARAMETER = re.compile(
    r"(?i)([?&](?:code|state|nonce|request|\w*token|\w*assertion|code_verifier|\w*secret|password)=)[^&\s\"'<>#]+"
)
BEARER = re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]+")
JOSE = re.compile(r"\beyJ[\w-]+(?:\.[\w-]*)+")
# Everything that ends a line, moves the cursor, or turns the direction of reading.
CONTROLS = {
    code: f"\\u{code:04x}"
    for first, last in [(0x00, 0x1F), (0x7F, 0x9F), (0x200E, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069)]
    for code in range(first, last + 1)
}


def mask(text: str) -> str:
    """Return the text without personal identity codes, tokens and secret parameters."""
    characters = list(text)
    for code in CODE.finditer(text):
        characters[slice(*code.span(1))] = "•" * len(code[1])
    text = SECRET_PARAMETER.sub(rf"\1{MASK}", "".join(characters))
    return JOSE.sub(MASK, BEARER.sub(rf"\1{MASK}", text))


def one_line(text: str) -> str:
    """Return the text with every control character and lone surrogate written out as \\uXXXX."""
    return text.encode("utf-8", "backslashreplace").decode().translate(CONTROLS)


def message_of(record: logging.LogRecord) -> str:
    """Return the message; one whose arguments do not fit too, as logging itself would print it unmasked."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args!r}"


def extra_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what the caller added to the record in `extra`."""
    return {key: value for key, value in vars(record).items() if key not in STANDARD | OMITTED}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, name, message, context."""

    def format(self, record: logging.LogRecord) -> str:
        context = {key: _plain(value) for key, value in extra_of(record).items()}
        if record.exc_info:
            context["exception"] = mask(self.formatException(record.exc_info))
        line = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "name": record.name,
            "message": mask(message_of(record)),
            "context": {"request_id": request_id.get(), **context},
        }
        # Controls are escaped by json where they have to be, and by one_line where they may be.
        return one_line(json.dumps(line, ensure_ascii=False))


class PlainFormatter(logging.Formatter):
    """A line for a terminal; an exception follows indented, so that none of its lines passes for a record."""

    def format(self, record: logging.LogRecord) -> str:
        time = f"{dt.datetime.fromtimestamp(record.created, dt.UTC).astimezone():%H:%M:%S}"
        line = one_line(mask(f"{time} {record.levelname:7} {record.name}: {message_of(record)}"))
        if record.exc_info:
            trace = mask(self.formatException(record.exc_info))
            line += "".join(f"\n    {one_line(part)}" for part in trace.split("\n"))
        return line


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else mask(str(value))
