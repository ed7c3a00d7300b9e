"""The least that Django can do for the same: what our own code is compared with.

Everything around it (server, middleware, session, user, CSRF) is the service's own.
"""

import pickle
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST

from bench import replay
from heka_confirm.urls import urlpatterns as ours

STATEMENTS = replay.of_view(pickle.loads(Path(settings.BARE_FOLDER, "recorded.pickle").read_bytes()).confirming)


@require_POST
def confirm(request: HttpRequest, n: int) -> HttpResponse:
    """Run the statements of the confirm view, and nothing else of it."""
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    replay.run(STATEMENTS, n)
    return HttpResponseRedirect("/fi/")


def page(request: HttpRequest, template: str) -> HttpResponse:
    """A page of fixed text for somebody signed in."""
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    return render(request, f"{template}.html")


urlpatterns = [
    path("fi/bare/confirm/<int:n>/", confirm),
    path("fi/bare/<slug:template>/", page),
    *ours,  # base.html links to them
]
