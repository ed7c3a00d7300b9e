"""Whether identification by a broker works, as far as we have seen it ourselves.

Only what the broker owes everybody counts: it did not answer in time, or answered what we cannot use. What it says in
the person's address does not, as anybody can make that up.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.compiled import Compiled
from core.transactions import DATABASE_AWAY
from identity import providers
from identity.models import BrokerOutage
from identity.providers import Provider

logger = logging.getLogger(__name__)

FAILURES = 3  # one after the other: a single one may be a chance
FORGOTTEN_AFTER = dt.timedelta(hours=1)  # without another failure nobody knows any more
_NOTED = Compiled(lambda provider: BrokerOutage.objects.filter(provider=provider))


class Outage(NamedTuple):
    """A broker by which nobody could identify themselves since, and how often that failed."""

    provider: Provider
    since: dt.datetime
    failures: int


def record_failure(provider_id: str) -> None:
    """Count an identification in which the broker did not do what it owes."""
    now = timezone.now()
    with _only_noted(), transaction.atomic(savepoint=False):
        BrokerOutage.objects.filter(provider=provider_id, last_at__lt=now - FORGOTTEN_AFTER).delete()
        begun = {"since": now, "last_at": now, "failures": 0}
        BrokerOutage.objects.get_or_create(provider=provider_id, defaults=begun)
        BrokerOutage.objects.filter(provider=provider_id).update(failures=F("failures") + 1, last_at=now)


def record_success(provider_id: str) -> None:
    """Forget the failures of a broker that has identified somebody. Most have none, which costs one statement."""
    with _only_noted():
        if _NOTED.rows(provider=provider_id):
            BrokerOutage.objects.filter(provider=provider_id).delete()


@contextmanager
def _only_noted() -> Iterator[None]:
    """Let nobody who has been to their bank go there once more because this cannot be written down."""
    try:
        yield
    except DATABASE_AWAY as error:
        logger.warning("how a broker does could not be written down: %s", type(error).__name__)


def present_outages() -> list[Outage]:
    """Return the brokers by which identification does not work now, in one query."""
    found = BrokerOutage.objects.filter(failures__gte=FAILURES, last_at__gte=timezone.now() - FORGOTTEN_AFTER)
    rows = found.order_by("since")
    known = [(providers.find(row.provider), row) for row in rows]
    return [Outage(provider, row.since, row.failures) for provider, row in known if provider]
