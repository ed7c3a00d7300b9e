"""Removing whole chains of the trail after their retention time, so that the rest still verifies (R18)."""

import datetime as dt
from collections.abc import Collection, Iterator

from django.db.models import F

from core.among import Among
from records import append_only
from records.audit_sending import chains_to_send
from records.models import Chain, Entry

BATCH = 500  # chains


def ended_chains(before: dt.datetime) -> Iterator[dict[int, str]]:
    """Return the keys and names of chains whose last entry was written before a moment, in batches, oldest first.

    A chain whose row and entries do not fit is left out: verify_records reports it. So is one that the City's
    audit log does not have whole yet.
    """
    after = 0
    while batch := dict(Chain.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "name")[:BATCH]):
        after = max(batch)
        ended = _chains_ended(batch, before)
        yield {key: name for key, name in batch.items() if key in ended}


def remove_chains(chains: Collection[int], *, before: dt.datetime) -> tuple[int, set[int]]:
    """Remove the chains to which nobody has written since. Return their number, and the users in their entries."""
    with append_only.permit():
        locked = set(Chain.objects.select_for_update().filter(pk__in=chains).values_list("pk", flat=True))
        ended = _chains_ended(locked, before)
        entries = Entry.objects.filter(chain__in=ended)
        users = set(entries.filter(user__isnull=False).values_list("user_id", flat=True))
        entries.delete()
        Chain.objects.filter(pk__in=ended).delete()
    return len(ended), {user for user in users if user is not None}


def _chains_ended(chains: Collection[int], before: dt.datetime) -> set[int]:
    last = Entry.objects.filter(Among("chain", chains), number=F("chain__length"), at__lt=before)
    return set(last.values_list("chain_id", flat=True)) - chains_to_send(chains)
