"""Horizontal bars drawn on the server, as inline SVG: no script, no style, readable without colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import formats
from django.utils.safestring import SafeString

# In units of the drawing, which is as wide as a small phone and grows no further.
WIDTH = 320
ROW = 44
LABEL_AT = 16  # below the top of the row: the foot of its text
BAR_AT = 22
BAR_HEIGHT = 14


@dataclass(frozen=True)
class Bar:
    """One row as drawn: texts at `label_y`, the bar from `y`, `width` long."""

    label: str
    text: str
    label_y: int
    y: int
    width: float


def bars(name: str, *, title: str, description: str, rows: Sequence[tuple[str, int]]) -> SafeString:
    """Return the SVG of one bar for each label and number, of which none may be below nought.

    `name` tells the drawings of one page apart; `title` and `description` are for who cannot see it.
    """
    largest = max((value for _label, value in rows), default=0) or 1
    drawn = [
        Bar(
            label=label,
            text=number(value),
            label_y=n * ROW + LABEL_AT,
            y=n * ROW + BAR_AT,
            width=round(WIDTH * value / largest, 1),
        )
        for n, (label, value) in enumerate(rows)
    ]
    context = {
        "name": name,
        "title": title,
        "description": description,
        "bars": drawn,
        "width": WIDTH,
        "height": len(rows) * ROW,
        "bar_height": BAR_HEIGHT,
    }
    return render_to_string("counter/_bars.html", context)


def number(value: int) -> str:
    """Return a number as the language of the page writes it."""
    return formats.number_format(value, force_grouping=True)
