"""Our public keys, with which brokers check our signatures and encrypt for us."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from identity import entity, keys

KEPT_SECONDS = 15 * 60  # by caches on the way


@require_safe
@cache_control(public=True, max_age=KEPT_SECONDS)
def jwks(request: HttpRequest) -> JsonResponse:
    try:
        return JsonResponse(keys.load().public())
    except keys.NoKeys:
        raise Http404 from None


@require_safe
@cache_control(public=True, max_age=KEPT_SECONDS)
def signed_jwks(request: HttpRequest) -> HttpResponse:
    """Publish the same keys as a set that our entity key signs, for brokers that take no other."""
    try:
        return HttpResponse(entity.signed_set(), content_type="application/jwk-set+jwt")
    except keys.NoKeys:
        raise Http404 from None
