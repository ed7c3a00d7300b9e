"""The least that Django can do for the same: what our own code is compared with.

Everything around it (server, middleware, session, user, CSRF) is the service's own.
"""

import pickle
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST

from bench.statements import Statement
from heka_confirm.urls import urlpatterns as ours

# What session and user middleware already run for every request.
BY_MIDDLEWARE = ('"django_session"', 'FROM "identity_user"')


def _view_statements() -> list[tuple[int | None, list[Statement]]]:
    recorded = pickle.loads(Path(settings.BARE_FOLDER, "recorded.pickle").read_bytes())
    mine = [s for s in recorded.confirming if not any(part in s.sql for part in BY_MIDDLEWARE)]
    return [(number, list(group)) for number, group in groupby(mine, key=lambda s: s.transaction)]


STATEMENTS = _view_statements()


@require_POST
def confirm(request: HttpRequest, n: int) -> HttpResponse:
    """Run the statements of the confirm view, and nothing else of it."""
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    for number, group in STATEMENTS:
        if number is None:
            _run(group, n)
        else:
            with transaction.atomic():
                _run(group, n)
    return HttpResponseRedirect("/fi/")


def page(request: HttpRequest, template: str) -> HttpResponse:
    """A page of fixed text for somebody signed in."""
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    return render(request, f"{template}.html")


def _run(statements: list[Statement], n: int) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.sql, statement.values(n))
            if cursor.description:
                cursor.fetchall()


urlpatterns = [
    path("fi/bare/confirm/<int:n>/", confirm),
    path("fi/bare/<slug:template>/", page),
    *ours,  # base.html links to them
]
