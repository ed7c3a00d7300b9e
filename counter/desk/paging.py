"""Pages of a long list. A page knows whether another one follows; no list is ever counted to its end."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)
PAGE_ROWS = 50
LAST_PAGE = 1000  # the database reads all the rows before a page each time
MOST_COUNTED = 99  # a page shows any greater number as "more than 99"


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
    """Return the page that the address asks for, or the first one if it asks for none or an impossible one."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked[:9]) <= LAST_PAGE else 1
    start = (number - 1) * PAGE_ROWS
    rows = list(queryset[start : start + PAGE_ROWS + 1])
    return Rows(rows[:PAGE_ROWS], number, has_next=len(rows) > PAGE_ROWS and number < LAST_PAGE)


def tally(queryset: QuerySet[M]) -> int:
    """Return how many rows there are, or MOST_COUNTED + 1 if there are more than MOST_COUNTED."""
    return queryset.order_by()[: MOST_COUNTED + 1].count()
