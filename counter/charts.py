"""Horizontal bars drawn on the server as inline SVG, without script or style, and readable without colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import formats
from django.utils.safestring import SafeString

# In units of the drawing, which is as wide as a small phone and never wider.
WIDTH = 320
ROW_HEIGHT = 44
LABEL_AT = 16  # the baseline of the text, from the top of its row
BAR_AT = 22  # the top of the bar, from the top of its row
BAR_HEIGHT = 14


@dataclass(frozen=True)
class Bar:
    """One row as it is drawn: its texts at `label_y`, and a bar from `y` on that is `width` long."""

    label: str
    text: str
    label_y: int
    y: int
    width: float


def bars(name: str, *, title: str, description: str, rows: Sequence[tuple[str, int]]) -> SafeString:
    """Return an SVG with one bar for each label and number. The numbers are 0 or more.

    `name` is the drawing's own on its page; `title` and `description` are for people who cannot see it.
    """
    largest = max((value for _label, value in rows), default=0) or 1
    drawn = [
        Bar(
            label=label,
            text=formats.number_format(value, force_grouping=True),
            label_y=n * ROW_HEIGHT + LABEL_AT,
            y=n * ROW_HEIGHT + BAR_AT,
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
        "height": len(rows) * ROW_HEIGHT,
        "bar_height": BAR_HEIGHT,
    }
    return render_to_string("counter/_bars.html", context)
