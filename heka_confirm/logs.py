"""Log lines that can be searched and hold nothing secret.

Every line is masked as a whole, with its exception: personal identity codes in any form (R17), tokens, and what a
broker hands over in a URL. Nothing that a client sends can end a line or forge another.
"""

import datetime as dt
import json
import logging
import re

from core.masking import MASK, mask_codes
from core.request_ids import request_id
from core.text import BIDI_CONTROLS, CONTROLS

# The attributes that every record has. All others come from the caller's `extra`.
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Objects that Django attaches. Their texts would repeat the query string.
OMITTED = frozenset({"request", "server_time", "params", "sql"})

# In queries and form bodies; a state or code of our own is written without "?" or "&".
SECRET_PARAMETER = re.compile(
    r"(?i)([?&](?:code|state|nonce|request|\w*token|\w*assertion|code_verifier|\w*secret|pass(?:word)?)=)[^&\s\"'<>#]+"
)
BEARER = re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]+")
JOSE = re.compile(r"\beyJ[\w-]+(?:\.[\w-]*)+")
# Everything that ends a line, moves the cursor, or turns the direction of reading.
UNSAFE = re.compile(f"[{CONTROLS}{BIDI_CONTROLS}]")


def mask_secrets(text: str) -> str:
    """Return the text without personal identity codes, tokens and secret parameters."""
    text = SECRET_PARAMETER.sub(rf"\1{MASK}", mask_codes(text))
    return JOSE.sub(MASK, BEARER.sub(rf"\1{MASK}", text))


def one_line(text: str) -> str:
    """Return the text with every control character and lone surrogate written out as \\uXXXX."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def message_of(record: logging.LogRecord) -> str:
    """Return the message, with its arguments beside it where they do not fit."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # logging itself would print such a message unmasked
        return f"{record.msg} {record.args!r}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, name, message, context."""

    def format(self, record: logging.LogRecord) -> str:
        context = {
            key: value if value is None or isinstance(value, bool | int) else mask_secrets(str(value))
            for key, value in vars(record).items()
            if key not in STANDARD | OMITTED
        }
        if record.exc_info:
            context["exception"] = mask_secrets(self.formatException(record.exc_info))
        line = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "name": record.name,
            "message": mask_secrets(message_of(record)),
            "context": {"request_id": request_id.get(), **context},
        }
        # Controls are escaped by json where they have to be, and by one_line where they may be.
        return one_line(json.dumps(line, ensure_ascii=False))


class PlainFormatter(logging.Formatter):
    """A line for a terminal. An exception follows indented, so that none of its lines looks like a record."""

    def format(self, record: logging.LogRecord) -> str:
        time = f"{dt.datetime.fromtimestamp(record.created, dt.UTC).astimezone():%H:%M:%S}"
        line = one_line(mask_secrets(f"{time} {record.levelname:7} {record.name}: {message_of(record)}"))
        if record.exc_info:
            trace = mask_secrets(self.formatException(record.exc_info))
            line += "".join(f"\n    {one_line(part)}" for part in trace.split("\n"))
        return line
