"""What is for today: each list of the desk with its number and its first rows, on the first pages of staff."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counter import tellings
from counter.desk import lists
from counter.desk.paging import MOST_COUNTED, tally
from counter.desk.without_password import accounts_without_password, with_holders
from identity.models import User

IN_SHORT = 5  # rows of each list on the first page


@dataclass(frozen=True)
class ShortList:
    """A list of the desk: the name of its page in the admin, its title, and how many rows it has."""

    page: str
    title: str | Promise
    number: int
    query: str = ""
    rows: Sequence[Any] = ()

    @property
    def address(self) -> str:
        """The name of the page for the url tag."""
        return f"admin:{self.page}"


@dataclass(frozen=True)
class Kind:
    """A kind of list: its page with its query and its title, and how its rows are found and prepared for a table."""

    page: str
    title: str | Promise
    find: Callable[[User], QuerySet[Any]]
    prepare: Callable[[list[Any]], Sequence[Any]] = list
    query: str = ""


# In the order in which they are for today.
KINDS = {
    "checks": Kind("desk_checks", _("Your ID checks today"), lists.checks_today, query="?whose=own"),
    "second_looks": Kind("desk_second_looks", _("Checks waiting for second review"), lists.second_looks_for),
    "accepted": Kind(
        "desk_accepted",
        _("Check accepted, application not confirmed yet"),
        lambda _reader: lists.accepted_not_confirmed(),
    ),
    "to_tell": Kind(
        "desk_to_tell",
        _("People to call"),
        lambda _reader: tellings.untold(lists.not_arrived()),
        lists.with_applicants,
    ),
    "undeliverable": Kind(
        "desk_undeliverable",
        _("Emails that did not arrive"),
        lambda _reader: lists.not_reached(),
        lists.with_applicants,
    ),
    "without_password": Kind(
        "desk_without_password",
        _("Accounts without a password"),
        lambda _reader: accounts_without_password(),
        with_holders,
    ),
}
WAITING = Kind("desk_waiting", _("Applications waiting for confirmation"), lambda _reader: lists.that_wait())


def numbers_of_today(reader: User) -> dict[str, list[ShortList]]:
    """Return the lists that a member of staff sees at the desk, without rows: the `full` and the `empty` ones."""
    return _split([_short_list(kind, reader) for kind in (*KINDS.values(), WAITING)])


def lists_of_today(reader: User) -> dict[str, Any]:
    """Return each list by its name with its first rows, and all of them as the `full` and the `empty` ones."""
    short = {name: _short_list(kind, reader, rows=IN_SHORT) for name, kind in KINDS.items()}
    return {**short, **_split([*short.values(), _short_list(WAITING, reader)])}


def _short_list(kind: Kind, reader: User, *, rows: int = 0) -> ShortList:
    found = kind.find(reader)
    if not rows:
        return ShortList(kind.page, kind.title, tally(found), kind.query)
    counted = list(found[: MOST_COUNTED + 1])  # at once: to find some of them costs as much as the first ones
    return ShortList(kind.page, kind.title, len(counted), kind.query, kind.prepare(counted[:rows]))


def _split(lists_: list[ShortList]) -> dict[str, list[ShortList]]:
    return {
        "full": [each for each in lists_ if each.number],
        "empty": [each for each in lists_ if not each.number],
    }
