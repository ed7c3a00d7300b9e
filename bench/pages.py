"""The pages that are measured, and who reads them."""

import random
from dataclasses import dataclass

from bench import rows

READERS = 150


@dataclass(frozen=True)
class Page:
    """One page: a path of its own, or the action under an application's path."""

    name: str
    address: str
    people: str = ""  # the part of Layout whose people read it; none: anybody, without a cookie

    def readers(self, layout: rows.Layout) -> list[int]:
        """Return some people who read the page, spread over the whole table; 0 is anybody."""
        if not self.people:
            return [0]
        return random.Random(self.name).sample(getattr(layout, self.people), READERS)

    def path(self, n: int) -> str:
        return self.address if self.address.startswith("/") else rows.page(n, self.address)


PAGES = [
    Page("choose", "/fi/applications/", "waiting"),
    Page("confirm", "confirm/", "waiting"),
    Page("status", "", "half_confirmed"),
    Page("receipt", "receipt/", "half_confirmed"),
    Page("front", "/fi/"),
    Page("counter", "/fi/counter/"),
]
CONFIRM_POST = "confirm (POST)"
