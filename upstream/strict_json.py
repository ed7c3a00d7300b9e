"""JSON as RFC 8259 means it: nothing that two readers could understand differently."""

import json
from typing import Any, NoReturn

from core.text import has_control


class NotJson(Exception):
    """The text is not JSON; the message says where, and repeats nothing of it."""


def loads(raw: bytes) -> Any:
    """Return the value of a JSON text.

    Raises NotJson, also for a name that stands twice in one object or holds control characters, for NaN and
    Infinity, for numbers of thousands of digits, for nesting past the interpreter's limit, and for anything
    but UTF-8.
    """
    try:
        return json.loads(raw.decode(), object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise NotJson(f"Not JSON at character {error.pos + 1}") from None
    except UnicodeDecodeError:
        raise NotJson("Not UTF-8") from None
    except RecursionError:
        raise NotJson("Nested too deeply") from None
    except ValueError:  # the interpreter's limit on the digits of an integer
        raise NotJson("A number has too many digits") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise NotJson("A name stands twice in one object")
    if any(map(has_control, members)):
        raise NotJson("A name holds control characters")
    return members


def _no_number(_name: str) -> NoReturn:
    raise NotJson("NaN and Infinity are not JSON")
