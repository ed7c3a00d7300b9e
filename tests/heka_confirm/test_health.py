import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from mailing.stops import MANY
from tests.mailing.test_stops import refused
from tests.processes import python


def test_healthz_answers_without_the_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.parametrize("path", ["/healthz", "/readiness"])
@pytest.mark.django_db
def test_probe_is_answered_under_any_host_and_without_https(client, settings, path):
    settings.ALLOWED_HOSTS = ["confirm.example.fi"]
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(path, HTTP_HOST="10.1.2.3:8000").status_code == 200


@pytest.mark.django_db
def test_probe_sets_no_cookie_and_carries_the_headers(client):
    response = client.get("/readiness")

    assert dict(response.cookies) == {}
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_readiness_with_database_and_migrations(client):
    response = client.get("/readiness")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": True, "migrations": True, "mail": True}


@pytest.mark.django_db
def test_readiness_says_that_emails_do_not_leave_and_stays_ready(client):
    refused(MANY)

    response = client.get("/readiness")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": True, "migrations": True, "mail": False}


@pytest.mark.django_db
def test_readiness_with_a_migration_missing(client):
    MigrationRecorder(connection).record_unapplied("identity", "0001_initial")

    response = client.get("/readiness")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": True, "migrations": False}


@pytest.mark.django_db
def test_readiness_takes_few_queries(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        client.get("/readiness")


# A process of its own, whose database is not there: nothing of ours is replaced.
WITHOUT_DATABASE = """
import time, django
django.setup()
from django.conf import settings
from django.test import Client
from django.urls import reverse
settings.DEBUG = False
client = Client(raise_request_exception=False)
session = {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}=abcdefghijklmnopqrstuvwxyz012345"}
for what, address, more in [
    ("healthz", "/healthz", {}),
    ("readiness", "/readiness", {}),
    ("a page without a query", reverse("identity:cookies"), {}),
    ("a page with one", reverse("applications:terms"), {}),
    ("the same, signed in", reverse("how_to"), session),
    ("the API", "/api/v1/applications/B2B2B2B2B", {"HTTP_AUTHORIZATION": "Bearer x"}),
]:
    started = time.monotonic()
    response = client.get(address, **more)
    quick, again = time.monotonic() - started < 20, response.has_header("Retry-After")
    print(what, response.status_code, quick, again, bool(response.cookies))
"""


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody@127.0.0.1:1/heka",  # nothing listens there
        "sqlite:////nowhere/heka.sqlite3",
    ],
)
def test_database_down_answers_503_within_seconds_and_other_pages_as_ever(url):
    done = python("-c", WITHOUT_DATABASE, DEBUG="true", PUBLIC_URL="http://testserver", DATABASE_URL=url)

    assert done.stdout.splitlines() == [
        "healthz 200 True False False",
        "readiness 503 True False False",
        "a page without a query 200 True False False",
        "a page with one 503 True True False",
        "the same, signed in 503 True True False",
        "the API 503 True True False",
    ]
