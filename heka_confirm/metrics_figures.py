"""Figures for Prometheus that are read where they lie: in the database, the file of our keys, the environment.

Every web server gives the same, so rules take the largest or the least of them (deploy/alerts.yaml). All are counted
by an index or in small tables, and kept for some seconds: however often somebody asks, the database has little to do.
"""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models import Count, Min, Q
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from applications.models import Application
from core.last_known import at_a_glance
from identity import entity, keys, outages, providers
from identity.key_file import USES
from mailing.enums import Rank
from mailing.models import HELD, LEAVING, Letter, WorkerHeartbeat
from mailing.outages import present_outage
from mailing.reasons import OURS
from records import audit_sending
from records.enums import Event
from records.models import CommandRun, Entry
from records.runs import NIGHTLY
from upstream.models import UNENDED, WebhookDelivery, WebhookEndpoint

logger = logging.getLogger(__name__)

KEPT_SECONDS = 5.0
DAY = dt.timedelta(days=1)
ALIVE = dt.timedelta(minutes=2)  # a dozen heartbeats of a worker, or one long round
NO_FIGURE = 0.0

Families = Iterator[GaugeMetricFamily]


def gauge(name: str, what: str, values: dict[Any, float], *labels: str) -> GaugeMetricFamily:
    """Return a gauge with a value for each label, or for each tuple of labels; `values` of one without has ()."""
    family = GaugeMetricFamily(f"heka_{name}", what, labels=labels)
    for words, value in values.items():
        family.add_metric([str(word) for word in (words if isinstance(words, tuple) else (words,))], value)
    return family


def email_figures(now: dt.datetime) -> Families:
    """Yield how many emails wait, for how long, and how many were given up. One due is not one that failed before."""
    rows = Letter.objects.filter(LEAVING).values_list("rank").order_by("rank")
    waiting = {rank: (number, due) for rank, number, due in rows.annotate(Count("pk"), Min("due_at"))}
    number = {rank.name.lower(): float(waiting.get(rank, (0, None))[0]) for rank in Rank}
    age = {rank.name.lower(): _seconds(now, waiting.get(rank, (0, None))[1]) for rank in Rank}
    yield gauge("emails_waiting", "Emails that are to leave, also those that are tried again", number, "rank")
    yield gauge("emails_oldest_due_seconds", "How long the oldest email has been due, 0 if none is", age, "rank")
    held = Letter.objects.filter(HELD).count()
    yield gauge("emails_held", "Emails that wait until they are released", {(): held})
    dead = Letter.objects.filter(~Q(failure=""), failed_at__gt=now - DAY, dead_at__isnull=False)
    found = dead.aggregate(
        ours=Count("pk", filter=Q(failure__in=OURS)), theirs=Count("pk", filter=~Q(failure__in=OURS))
    )
    yield gauge("emails_dead", "Emails given up within a day, by whose fault it is", found, "fault")
    is_stopped = present_outage() is not None
    yield gauge("emails_stopped", "1 while no email leaves though some should", {(): is_stopped})


def event_figures(now: dt.datetime) -> Families:
    """Yield how many events wait for each receiver of the housing systems, for how long, and were given up."""
    live = WebhookEndpoint.objects.live().order_by("pk").values_list("pk", "client__name")
    receivers = {pk: (client, str(pk)) for pk, client in live}
    rows = WebhookDelivery.objects.filter(UNENDED, held_at=None).values_list("endpoint").order_by("endpoint")
    waiting = {pk: (number, since) for pk, number, since in rows.annotate(Count("pk"), Min("created_at"))}
    gone = WebhookDelivery.objects.filter(given_up_at__gt=now - DAY).values_list("endpoint").order_by("endpoint")
    dead = dict(gone.annotate(Count("pk")))
    number = {names: float(waiting.get(pk, (0, None))[0]) for pk, names in receivers.items()}
    age = {names: _seconds(now, waiting.get(pk, (0, None))[1]) for pk, names in receivers.items()}
    given_up = {names: float(dead.get(pk, 0)) for pk, names in receivers.items()}
    labels = ("client", "receiver")
    yield gauge("events_waiting", "Events that wait for a receiver", number, *labels)
    yield gauge("events_oldest_waiting_seconds", "How long the oldest event has waited, 0 if none does", age, *labels)
    yield gauge("events_dead", "Events given up within a day", given_up, *labels)


def worker_figures(now: dt.datetime) -> Families:
    """Yield which workers live, and how long their rounds take; those that died stay for an hour."""
    rows = list(WorkerHeartbeat.objects.order_by("name"))
    alive = sum(row.seen_at > now - ALIVE for row in rows)
    seen = {row.name: row.seen_at.timestamp() for row in rows}
    started = {row.name: row.started_at.timestamp() for row in rows}
    longest = {row.name: row.round_seconds for row in rows}
    versions = {(row.name, row.version): 1.0 for row in rows}
    yield gauge("workers", "Workers (manage.py deliver) that gave a sign of life within two minutes", {(): alive})
    yield gauge("worker_last_seen_timestamp_seconds", "When a worker gave its last sign of life", seen, "worker")
    yield gauge("worker_started_timestamp_seconds", "When a worker was started", started, "worker")
    yield gauge("worker_round_seconds", "How long the longest of a worker’s last rounds took", longest, "worker")
    yield gauge("worker_info", "The release of a worker", versions, "worker", "version")
    overdue = Application.objects.filter(due_at__lte=now).aggregate(first=Min("due_at"))["first"]
    what = "How long the oldest reminder, warning or end of an application has been due, 0 if none is"
    yield gauge("deadlines_overdue_seconds", what, {(): _seconds(now, overdue)})


def run_figures(now: dt.datetime) -> Families:
    """Yield when the nightly commands last came to their end, and what they found."""
    rows = {row.command: row for row in CommandRun.objects.filter(command__in=NIGHTLY)}
    ended = {name: rows[name].ended_at.timestamp() if name in rows else NO_FIGURE for name in NIGHTLY}
    faults = {name: float(rows[name].faults) if name in rows else NO_FIGURE for name in NIGHTLY}
    yield gauge("run_ended_timestamp_seconds", "When a nightly command last ended, 0 if never", ended, "command")
    yield gauge("run_faults", "Faults that a nightly command found when it ran last", faults, "command")


def sign_in_figures(now: dt.datetime) -> Families:
    """Yield by which brokers identification fails, and how often the emergency account was used."""
    failing = {outage.provider.id for outage in outages.present_outages()}
    known = {provider.id: float(provider.id in failing) for provider in providers.all_providers()}
    yield gauge("broker_failing", "1 while identification by a broker fails for everybody", known, "provider")
    used = Entry.objects.filter(event=Event.BREAK_GLASS_USED, at__gt=now - DAY).count()
    yield gauge("break_glass_uses", "How often the emergency account of staff was used within a day", {(): used})


def audit_log_figures(now: dt.datetime) -> Families:
    """Yield how many entries of the event log wait for the City's audit log, for how long, and were refused for good.

    Nothing where none is sent on.
    """
    if not (backlog := audit_sending.backlog()):
        return
    waiting, refused, seconds = backlog
    yield gauge("audit_log_waiting", "Entries of the event log that wait for the City’s audit log", {(): waiting})
    what = "How long the oldest entry has waited for the City’s audit log, 0 if none does"
    yield gauge("audit_log_oldest_waiting_seconds", what, {(): seconds})
    yield gauge("audit_log_refused", "Entries that the City’s audit log refused for good", {(): refused})


def key_figures() -> Families:
    """Yield how old our keys towards the brokers are, and when what they sign may end. No database is asked."""
    try:
        held = keys.load_held()
    except keys.NoKeys:
        held = keys.NONE
    in_force = {use: keys.in_force(held[use], time.time()) for use in USES if held[use]}
    made = {use: float(key.made_at) for use, key in in_force.items() if key.made_at}
    is_read = bool(in_force) or not settings.IDENTITY_PROVIDERS
    yield gauge("identity_keys_readable", "0 while the file of our keys towards brokers cannot be read", {(): is_read})
    yield gauge("identity_key_made_timestamp_seconds", "When our key towards brokers in use was made", made, "use")
    ends = {(): made["entity"] + entity.STATEMENT_SECONDS} if "entity" in made else {}
    what = "When the first statement that our entity key may have signed ends"
    yield gauge("entity_statement_ends_timestamp_seconds", what, ends)


OF_DATABASE: tuple[Callable[[dt.datetime], Families], ...] = (
    email_figures,
    event_figures,
    worker_figures,
    run_figures,
    sign_in_figures,
    audit_log_figures,
)


class Figures:
    """A collector of Prometheus. What the database said is kept for KEPT_SECONDS, for all who ask this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at, self._known = float("-inf"), list[GaugeMetricFamily]()

    def collect(self) -> Families:
        """Yield all figures; without those of the database where it does not answer within half a second."""
        with self._lock:
            if time.monotonic() > self._read_at + KEPT_SECONDS:
                self._known = self._read()
                self._read_at = time.monotonic() if len(self._known) > 1 else float("-inf")
            known = self._known
        yield from known
        yield from key_figures()
        release = {(settings.RELEASE["packageVersion"], settings.RELEASE["commitHash"]): 1.0}
        yield gauge("build_info", "The release of this web server", release, "version", "commit")

    def _read(self) -> list[GaugeMetricFamily]:
        is_up, what = 1.0, "1 while the database answers this web server with all of its tables"
        try:
            with at_a_glance():  # not briefly(): pages know nothing of how long a scrape waits, nor it of them
                found = [family for read in OF_DATABASE for family in read(timezone.now())]
        except DatabaseError as error:  # it is away, or not migrated yet
            logger.warning("the database gives no figures: %s", type(error).__name__)
            is_up, found = 0.0, []
        return [gauge("database_up", what, {(): is_up}), *found]


def _seconds(now: dt.datetime, since: dt.datetime | None) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0
