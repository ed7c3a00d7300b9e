"""The shape of what is held about somebody, from which both a page and a file are made."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Text = str | Promise
Value = str | int | bool | dt.date | dt.datetime | None


@dataclass(frozen=True)
class Fact:
    """One fact: its name in the file, its label on the page, its value, and the value in words if it needs any."""

    name: str
    label: Text
    value: Value
    words: Text = ""

    @property
    def shown(self) -> str:
        """The value as the page shows it, in its language and in Helsinki's time (R22)."""
        if self.words or self.value is None:
            return str(self.words)
        if isinstance(self.value, bool):
            return _("yes") if self.value else _("no")
        if isinstance(self.value, dt.datetime):
            return formats.date_format(timezone.localtime(self.value), "DATETIME_FORMAT")
        return formats.date_format(self.value) if isinstance(self.value, dt.date) else str(self.value)

    @property
    def stored(self) -> str | int | bool | None:
        """The value as the file has it, with times in UTC."""
        if isinstance(self.value, dt.datetime):
            return self.value.astimezone(dt.UTC).isoformat(timespec="seconds")
        return self.value.isoformat() if isinstance(self.value, dt.date) else self.value


Facts = Sequence[Fact]


@dataclass(frozen=True)
class Part:
    """Facts under a heading, rows of a table with the same facts in each, and further parts."""

    name: str
    title: Text
    facts: Facts = ()
    rows: Sequence[Facts] = ()
    parts: Sequence["Part"] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.facts or self.rows or self.parts)

    @property
    def filled(self) -> list[Fact]:
        """The facts that have something to show."""
        return [fact for fact in self.facts if fact.shown]

    @property
    def data(self) -> dict[str, Any]:
        """The part as the file has it, ready for JSON."""
        rows = [{fact.name: fact.stored for fact in row} for row in self.rows]
        parts = [part.data for part in self.parts]
        return {
            "title": str(self.title),
            **{fact.name: fact.stored for fact in self.facts},
            **({"rows": rows} if rows else {}),
            **({"parts": parts} if parts else {}),
        }
