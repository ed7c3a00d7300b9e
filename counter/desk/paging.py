"""Pages of a long list, told apart by whether there is another one: nothing is ever counted to its end."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)
LENGTH = 50  # rows of a page
FARTHEST = 1000  # pages: the rows before are read each time
MANY = 99  # above this it is "more than"


@dataclass(frozen=True)
class Rows(Generic[M]):
    """One page of a list."""

    rows: list[M]
    number: int
    has_next: bool

    @property
    def previous_number(self) -> int:
        return self.number - 1

    @property
    def next_number(self) -> int:
        return self.number + 1


def rows_of(queryset: QuerySet[M], request: HttpRequest) -> Rows[M]:
    """Return the page that the address asks for, the first one if it asks for none that can be."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked[:9]) <= FARTHEST else 1
    start = (number - 1) * LENGTH
    rows = list(queryset[start : start + LENGTH + 1])
    return Rows(rows[:LENGTH], number, has_next=len(rows) > LENGTH and number < FARTHEST)


def tally(queryset: QuerySet[M]) -> int:
    """Return how many there are, MANY + 1 for any number above."""
    return queryset.order_by()[: MANY + 1].count()
