"""The pages of mailed links, before sign-in.

The secret stands in the query, which is in no access log and goes to no other site, and its forms are sent to an
address with it: so whatever they are answered with is there in the other languages too. Reading changes nothing,
however often: mail scanners open links.
"""

import functools

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control

from identity.origin import P, View, same_origin_forms


def secret_of(request: HttpRequest, name: str = "token") -> str:
    """Return the secret of an address, or an empty text. Pages of the release before sent it in a field."""
    return request.GET.get(name) or request.POST.get(name, "")


def secret_page(view: View[P]) -> View[P]:
    """Keep the address of a page to whoever has it; its form may be sent from our own pages only."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        # Browsers take the last policy that they know. Under the second they still tell our guard the origin.
        response.headers["Referrer-Policy"] = "no-referrer, strict-origin"
        return response

    return same_origin_forms(guarded)
