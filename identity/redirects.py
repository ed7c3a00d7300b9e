"""Addresses to go on to: within this service, unless they are a broker's."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

LONGEST_URL = 500  # characters; a cookie carries the address


def safe_next(request: HttpRequest) -> str:
    """Return the path that the request's `next` names within this service, or else an empty text.

    The path is in the language in use: whoever changes the language on the way does not come back to the other one.
    """
    return within((request.POST if request.method == "POST" else request.GET).get("next", ""))


def leads_to_desk(request: HttpRequest) -> bool:
    """Tell whether the request's `next` names a page of staff, who log in with a user name."""
    return is_of_staff(safe_next(request))


def is_of_staff(path: str) -> bool:
    """Tell whether a path, in the language in use, is that of a page of staff: of the admin, or of their factors."""
    language = f"/{get_language()}/"
    return path.startswith((f"{language}admin/", f"{language}staff/", f"{language}log-in/code/"))


def within(url: str) -> str:
    """Return a path within this service in the language in use, and an empty text for any other address."""
    if not is_within(url):
        return ""
    _, first, *rest = url.split("/")
    return "/".join(["", get_language() or first, *rest]) if first in dict(settings.LANGUAGES) else url


def is_within(url: str) -> bool:
    """Tell whether an address is a path within this service, and not too long."""
    is_path = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return is_path and len(url) <= LONGEST_URL


def with_next(name: str, next_url: str, *args: str, **more: str) -> str:
    """Return the address of a page that goes on to `next_url`, in the language in use, with more parameters."""
    url = reverse(name, args=args)
    query = QueryDict(mutable=True)
    query.update({key: value for key, value in {**more, "next": next_url}.items() if value})
    return f"{url}?{query.urlencode(safe='/')}" if query else url


def with_query(address: str, query: Mapping[str, str]) -> str:
    """Return the address with more parameters, beside those that it may have."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def after_identification(next_url: str) -> str:
    return next_url or reverse(settings.IDENTIFIED_URL)
