"""Where two contents of an application differ, as places only: no value of theirs."""

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from applications.document import pointer

MOST = 50


def pointers(before: str, after: str) -> list[str]:
    """Return JSON pointers (RFC 6901) to what differs between two JSON texts, in their order; at most 50.

    A pointer leads into `after`, or to where something of `before` is missing in it.
    """
    found = _differing(json.loads(before), json.loads(after), ())
    return [pointer(*path) for path, _ in zip(found, range(MOST), strict=False)]


def _differing(before: Any, after: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            yield from _differing(before.get(name), after.get(name), (*path, name))
    elif _holds_objects(before) and _holds_objects(after):
        for number, (one, other) in enumerate(zip_longest(before, after)):
            yield from _differing(one, other, (*path, number))
    elif before != after:
        yield path


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)
