"""The counter and the notices for every template. They are read only on pages, and for letters, that show them."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from counter.models import Counter
from counter.notices import BOARD


def counter(request: HttpRequest) -> dict[str, Any]:
    return {"counter": SimpleLazyObject(Counter.only), "notices": SimpleLazyObject(BOARD.shown)}


def counter_of_letters() -> dict[str, Any]:
    """Return what every letter may say of the counter (MAILING_SHARED_CONTEXT)."""
    return {"counter": SimpleLazyObject(Counter.only)}
