"""The counter, the notices, closed doors and who is at work, for every template. Each is read where it is shown."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from counter.doors import ClosedDoors
from counter.models import Counter
from counter.notices import BOARD

_last_read: dict[str, Counter] = {}


def counter(request: HttpRequest) -> dict[str, Any]:
    return {
        "counter": SimpleLazyObject(_read),
        "notices": SimpleLazyObject(BOARD.shown),
        "closed_doors": ClosedDoors(),
        # To the admin, by the name that it has there. A request that was refused early has no user.
        "has_permission": lambda: hasattr(request, "user") and admin.site.has_permission(request),
    }


def counter_of_letters() -> dict[str, Any]:
    """Return what every letter may say of the counter (MAILING_SHARED_CONTEXT)."""
    return {"counter": SimpleLazyObject(Counter.only)}


def known_counter() -> Counter:
    """Return the counter without asking the database: as this process last showed it, or else as built in."""
    return _last_read.get("counter") or Counter()


def _read() -> Counter:
    _last_read["counter"] = Counter.only()
    return _last_read["counter"]
