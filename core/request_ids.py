"""The id of a request: in its log lines, in its answer, and on the page of an error, where a person reads it out."""

import re
import secrets
from contextvars import ContextVar

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
route: ContextVar[str | None] = ContextVar("route", default=None)  # the name of its address, without what is in it

# No digit, so that the log takes no part of an id for a personal identity code and masks it. No vowel, so that no word
# comes out. And of letters that look alike or sound alike on the telephone one only.
LETTERS = "cdfghjkmprsvxz"
SPOKEN = 10  # characters that a person can read out, and that nobody else's id ends with
WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")


def new_request_id() -> str:
    """Return an id that nobody else has. Some letters come a little more often than others."""
    return "".join(LETTERS[byte % len(LETTERS)] for byte in secrets.token_bytes(SPOKEN))


def spoken_id(given: str = "") -> str:
    """Return what a person tells us of the id of this request: all of ours, the end of one that a proxy gave.

    `given` is one that an address brought from another request; it is returned if it looks like one.
    """
    is_one = len(given) <= SPOKEN and WELL_FORMED.fullmatch(given)
    return given if is_one else (request_id.get() or "")[-SPOKEN:]
