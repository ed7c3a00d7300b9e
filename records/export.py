"""The trail in the format of the audit log of the City of Helsinki's services (`audit_event`)."""

import datetime as dt
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Max, Min, Q

from records.enums import ACCESS_EVENTS, Event
from records.models import Entry
from records.names import parse_name

ORIGIN = "HEKA-CONFIRM"
EPOCH, MILLISECOND = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.timedelta(milliseconds=1)
BATCH = 2000  # keys looked at by one statement: none takes long, and memory stays the same
CREATE, READ, UPDATE, DELETE = "CREATE", "READ", "UPDATE", "DELETE"
MANUAL = "MANUAL"  # an event of a later release, after a step back

OPERATIONS: Mapping[str, str] = {
    Event.SENT: CREATE,
    Event.CONFIRMED: UPDATE,
    Event.CHANGED: UPDATE,
    Event.UNDONE: UPDATE,
    Event.RENEWED: UPDATE,
    Event.LAPSED: UPDATE,
    Event.EXPIRED: UPDATE,
    Event.WITHDRAWN: UPDATE,
    Event.REPLACED: UPDATE,
    Event.PERSON_CONFIRMED: CREATE,
    Event.PERSON_DECLINED: UPDATE,
    Event.DECLINING_UNDONE: UPDATE,
    Event.CONFIRMATION_UNDONE: UPDATE,
    Event.CONTACT_DETAILS_CHANGED: UPDATE,
    Event.ERROR_REPORTED: CREATE,
    Event.INVITATION_SENT: CREATE,
    Event.INVITATION_OPENED: UPDATE,
    Event.INVITATION_UNDELIVERABLE: UPDATE,
    Event.ADDRESS_CHANGED: UPDATE,
    Event.CERTIFICATE_ISSUED: CREATE,
    Event.CHECK_RECORDED: CREATE,
    Event.CODE_MISMATCHED: READ,
    Event.CODE_LEARNED: UPDATE,
    Event.CODE_TAKEN_BACK: UPDATE,
    Event.CHECK_ACCEPTED: UPDATE,
    Event.CHECK_REJECTED: UPDATE,
    Event.CHECK_SETTLED: UPDATE,
    Event.CHECK_UNDONE: UPDATE,
    Event.ACCOUNT_ISSUED: CREATE,
    Event.ACCOUNT_ADDRESS_CHANGED: UPDATE,
    Event.ACCOUNT_LINK_SENT: UPDATE,
    Event.ACCOUNT_PASSWORD_SET: UPDATE,
    Event.ACCOUNT_CLOSED: UPDATE,
    Event.PROTECTION_SET: UPDATE,
    Event.PROTECTION_REMOVED: UPDATE,
    Event.FEEDBACK_ANSWERED: UPDATE,
    Event.PERSON_TOLD: CREATE,
    Event.LETTER_SENT_AGAIN: UPDATE,
    Event.STAFF_CHANGED: UPDATE,
    Event.STAFF_CHANGE_ASKED: CREATE,
    Event.STAFF_CHANGE_CONFIRMED: UPDATE,
    Event.STAFF_CHANGE_REJECTED: UPDATE,
    Event.STAFF_LINK_SENT: CREATE,
    Event.STAFF_PASSWORD_SET: UPDATE,
    Event.STAFF_FROM_DIRECTORY: UPDATE,
    Event.STAFF_LINKED: UPDATE,
    Event.BREAK_GLASS_USED: READ,
    Event.EXPORTED: READ,
    Event.PURGED: DELETE,
    Event.ERASED: DELETE,
    Event.RESTORED: UPDATE,
    **dict.fromkeys(ACCESS_EVENTS, READ),
}


def audit_events(
    *, since: dt.datetime | None = None, until: dt.datetime | None = None, chain: str | None = None
) -> Iterator[dict[str, Any]]:
    """Return the entries from `since` on and before `until`, of all chains or one, as audit events, oldest first."""
    wanted = Q()
    if since:
        wanted &= Q(at__gte=since)
    if until:
        wanted &= Q(at__lt=until)
    if chain is not None:
        wanted &= Q(chain__name=chain)
    keys = Entry.objects.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = keys["first"] or 1, keys["last"] or 0
    for before in range(first - 1, last, BATCH):
        batch = Entry.objects.filter(wanted, pk__gt=before, pk__lte=min(before + BATCH, last))
        for entry in batch.select_related("chain").order_by("pk"):
            yield {"audit_event": audit_event(entry)}


def audit_event(entry: Entry) -> dict[str, Any]:
    """Return one entry as an audit event. Facts that have no field in the City's format are additional information."""
    at = entry.at.astimezone(dt.UTC)
    kind, key = parse_name(entry.subject or entry.chain.name)
    return {
        "origin": ORIGIN,
        "status": "SUCCESS",
        "date_time_epoch": (at - EPOCH) // MILLISECOND,
        "date_time": at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z",
        "actor": {
            "role": entry.role.upper(),
            "user_id": "" if entry.user_id is None else str(entry.user_id),
            "user_name": entry.name,
        },
        "operation": OPERATIONS.get(entry.event, MANUAL),
        "target": {"type": kind, "id": key},
        "additional_information": {
            "event": entry.event,
            "chain": entry.chain.name,
            "number": entry.number,
            "mac": entry.mac,
            "facts": entry.facts,
        },
    }


def audit_document(entry: Entry) -> dict[str, Any]:
    """Return one entry as django-resilient-logger would store it in the City's Elasticsearch."""
    told = audit_event(entry)
    named = {name: told[name] for name in ("actor", "date_time", "operation", "origin", "target")}
    own = {"environment": settings.AUDIT_LOG["ENV"], "message": entry.event, "level": logging.INFO}
    extra = {**told["additional_information"], "status": told["status"], "source_pk": entry.pk}
    return {"@timestamp": told["date_time"], "audit_event": {**named, **own, "extra": extra}}
