"""How many emails wait to leave, since when, and when the last of them leaves at the operator's rate (ADR 51)."""

import datetime as dt
import math
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from mailing.enums import Rank
from mailing.models import HELD, LEAVING, Letter
from mailing.outages import PATIENCE


@dataclass(frozen=True)
class Waiting:
    """The emails of one rank that are to leave; late are those that have waited for PATIENCE."""

    rank: Rank
    number: int
    late: int
    since: dt.datetime
    ends_at: dt.datetime | None  # when the last one leaves, if there is a rate and none comes in between


@dataclass(frozen=True)
class Backlog:
    """The emails that are to leave, by rank in their order, and how many are held besides."""

    ranks: list[Waiting]
    held: int
    rate: int

    @property
    def number(self) -> int:
        """How many are to leave."""
        return sum(each.number for each in self.ranks)

    @property
    def late(self) -> int:
        """How many of them have waited for PATIENCE."""
        return sum(each.late for each in self.ranks)

    @property
    def since(self) -> dt.datetime | None:
        """Since when the oldest of them has waited."""
        return min((each.since for each in self.ranks), default=None)

    @property
    def ends_at(self) -> dt.datetime | None:
        """When the last of them leaves, if there is a rate and none comes in between."""
        return self.ranks[-1].ends_at if self.ranks else None


def present_backlog() -> Backlog:
    """Return what waits now. Two queries, by the indexes of what is to leave and of what is held."""
    now = timezone.now()
    late = Count("pk", filter=Q(created_at__lte=now - PATIENCE))
    by_rank = Letter.objects.filter(LEAVING).values_list("rank").order_by("rank")
    found = by_rank.annotate(number=Count("pk"), late=late, since=Min("created_at"))
    ranks, ahead, rate = [], 0, settings.EMAIL_RATE
    for rank, number, late_ones, since in found:
        ahead += number
        ends_at = now + dt.timedelta(minutes=math.ceil(ahead / rate)) if rate else None
        ranks.append(Waiting(Rank(rank), number, late_ones, since, ends_at))
    return Backlog(ranks, held=Letter.objects.filter(HELD).count(), rate=rate)
