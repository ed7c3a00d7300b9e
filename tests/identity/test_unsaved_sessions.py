"""A session that cannot be written: on a read-only database, or one that has gone away within the request."""

import datetime as dt
from contextlib import contextmanager

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import InternalError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from heka_confirm import urls as project_urls
from identity import sessions
from tests.applications import factories
from tests.cast import MAIJA


def write(request):
    request.session["something"] = "the answer rests on it"
    return HttpResponse("done")


urlpatterns = [path("write/", write), *project_urls.urlpatterns]
handler400, handler500 = project_urls.handler400, project_urls.handler500

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
PAGE = "/fi/applications/"
NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


@contextmanager
def sessions_unwritten(error):
    def refuse(execute, sql, params, many, context):
        if "django_session" in sql and not sql.startswith("SELECT"):
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture(params=[InternalError("read-only"), OperationalError("no connection")], ids=["read-only", "away"])
def unwritten(request):
    return lambda: sessions_unwritten(request.param)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def maija(clock):
    client = factories.sign_in(Client(raise_request_exception=False), MAIJA)
    client.get(PAGE)
    return client


def seen(client):
    return client.session[sessions.SEEN]


def test_page_is_read_though_the_visit_cannot_be_noted(maija, clock, unwritten, caplog):
    clock.shift(60)
    with unwritten():
        response = maija.get(PAGE)

    assert response.status_code == 200
    assert [r.message for r in caplog.records if r.name == sessions.__name__] != []


def test_visit_is_noted(maija, clock):
    before = seen(maija)
    clock.shift(sessions.GRAIN_SECONDS)

    maija.get(PAGE)

    assert seen(maija) == before + sessions.GRAIN_SECONDS


def test_session_that_must_be_saved_is_a_503_and_no_400(maija, unwritten):
    with unwritten():
        response = maija.post("/write/")

    assert (response.status_code, response["Retry-After"]) == (503, "10")


def test_session_that_was_ended_meanwhile_is_no_fault_of_the_database(maija, monkeypatch):
    real = sessions.SessionStore.save

    def save(self, must_create=False):
        Session.objects.all().delete()
        real(self, must_create)

    monkeypatch.setattr(sessions.SessionStore, "save", save)
    response = maija.post("/write/")

    assert response.status_code == 400


def test_idle_session_ends_though_its_row_stays(maija, clock, unwritten):
    clock.shift(21 * 60)
    with unwritten():
        page = maija.get("/fi/")

    assert (page.status_code, page.cookies[settings.SESSION_COOKIE_NAME].value) == (200, "")
    assert Session.objects.count() == 1


def test_idle_session_whose_row_stays_lets_nobody_in(maija, clock, unwritten):
    cookies = maija.cookies.copy()
    clock.shift(21 * 60)
    with unwritten():
        maija.get("/fi/")
    maija.cookies = cookies

    assert maija.get("/fi/session/extend/")["Location"].startswith("/fi/session/ended/")
