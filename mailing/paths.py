"""Reading what providers post and answer, where any part may be missing or something else."""

from collections.abc import Mapping
from typing import Any


def text_at(value: Any, path: str) -> str:
    """Return the text at a path such as `errors.0.code`, in small letters; empty if there is none.

    `*` stands for the first value of an object, whatever its key.
    """
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = next(iter(value.values()), None) if step == "*" else value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ""
    return str(value).strip().lower() if isinstance(value, str | int | float) else ""
