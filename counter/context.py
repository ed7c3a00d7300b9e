"""The counter for any page that names it; asked from the database only where a page does."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from counter.models import Counter


def counter(request: HttpRequest) -> dict[str, Any]:
    return {"counter": SimpleLazyObject(Counter.only)}
