"""The embedded broker's pages and endpoints. They set no cookie: the signed request travels in the forms."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from core.requests import act_of
from demo import client, codes, jose, request_objects, tokens
from demo.forms import OtherPersonForm
from demo.models import DemoApplication
from demo.people import BY_KEY, PEOPLE
from demo.request_objects import InvalidRequest, Request
from demo.stories import stories_of
from identity.claims import Identity


def _with_request(
    view: Callable[[HttpRequest, Request], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give a view the checked request object, and answer in the language for which it asks."""

    def read_first(http: HttpRequest) -> HttpResponse:
        try:
            asked = request_objects.read((http.POST if http.method == "POST" else http.GET).get("request", ""))
        except InvalidRequest as error:
            return _refuse(http, error.reason)
        with translation.override(asked.language):
            response = view(http, asked)
        response.headers["Content-Language"] = asked.language
        return response

    return never_cache(read_first)


@require_safe
@_with_request
def authorize(http: HttpRequest, asked: Request) -> HttpResponse:
    # RFC 9101 § 5: it stands beside the request object too.
    if http.GET.get("client_id") != client.provider()["client_id"]:
        return _refuse(http, "client_id")
    return _show(http, asked, OtherPersonForm())


@csrf_exempt
@act_of("root")
@_with_request
def choose_person(http: HttpRequest, asked: Request) -> HttpResponse:
    person = BY_KEY.get(http.POST.get("person", ""))
    return _finish(asked, person.identity) if person else _refuse(http, "person")


@csrf_exempt
@act_of("root")
@_with_request
def other_person(http: HttpRequest, asked: Request) -> HttpResponse:
    form = OtherPersonForm(http.POST)
    return _finish(asked, form.identity) if form.is_valid() else _show(http, asked, form)


@csrf_exempt
@act_of("root")
@_with_request
def cancel(http: HttpRequest, asked: Request) -> HttpResponse:
    return _return_to_client(asked, error="access_denied")


@never_cache
@csrf_exempt
@require_POST
def token(http: HttpRequest) -> HttpResponse:
    try:
        return JsonResponse(tokens.answer(http.POST))
    except tokens.Refused as refused:
        status = 401 if refused.error == "invalid_client" else 400
        return JsonResponse({"error": refused.error}, status=status)


@require_safe
def jwks(http: HttpRequest) -> HttpResponse:
    return JsonResponse(jose.public_jwks())


@require_safe
def housing_system(http: HttpRequest, language: str, key: str) -> HttpResponse:
    """Lead to the person's latest application here, as the housing system's own page would."""
    stories = stories_of(key)
    made = DemoApplication.objects.filter(story__in=stories).order_by("-application__sent_at")
    latest = made.select_related("application").first()
    if latest is None:
        raise Http404
    with translation.override(language):
        return HttpResponseRedirect(reverse("applications:enter", args=[latest.application.reference]))


def _show(http: HttpRequest, asked: Request, form: OtherPersonForm) -> HttpResponse:
    return render(http, "demo/identify.html", {"asked": asked, "people": PEOPLE, "form": form})


def _refuse(http: HttpRequest, reason: str) -> HttpResponse:
    return render(http, "demo/refused.html", {"reason": reason}, status=400)


def _finish(asked: Request, identity: Identity) -> HttpResponse:
    return _return_to_client(asked, code=codes.issue(asked, identity))


def _return_to_client(asked: Request, **answer: str) -> HttpResponse:
    """Send the browser back with an answer, the client's state and our own name (RFC 9207)."""
    query = urlencode({**answer, "state": asked.state, "iss": client.provider()["issuer"]})
    response = HttpResponseRedirect(f"{client.redirect_uri()}?{query}")
    response.status_code = 303
    return response
