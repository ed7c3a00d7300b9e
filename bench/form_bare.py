"""Bare views that do to the database what the form does: what bench.form compares it with."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST

from bench import replay
from heka_confirm.urls import urlpatterns as ours

STATEMENTS: dict[str, replay.Groups] = {}  # by the name of what is posted; bench.form puts them in


@require_POST
def post(request: HttpRequest, name: str) -> HttpResponse:
    """Run the statements of saving a step, or of sending, and nothing else of it."""
    replay.run(STATEMENTS[name])
    return HttpResponseRedirect("/fi/")


urlpatterns = [path("fi/bare/form/<slug:name>/", post), *ours]
