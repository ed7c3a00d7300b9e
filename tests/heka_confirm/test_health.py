import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from mailing.models import Letter
from mailing.stops import MANY
from tests.mailing.letters import queued
from tests.mailing.test_stops import refused
from tests.processes import python
from tests.records.tampering import tell

UNKNOWN = {"packageVersion": "", "commitHash": "", "buildTime": ""}
READY = {
    "status": "ok",
    "database": True,
    "migrations": True,
    "writable": True,
    "mail": True,
    "outbox": {"waiting": 0, "oldest_seconds": 0},
    **UNKNOWN,
}


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
    assert response.json() == READY


@pytest.mark.django_db
def test_readiness_says_that_emails_do_not_leave_and_stays_ready(client):
    refused(MANY)

    told = client.get("/readiness")

    assert told.status_code == 200
    outbox = told.json()["outbox"]
    assert told.json() == {**READY, "mail": False, "outbox": outbox}
    assert outbox["waiting"] > 0


@pytest.mark.django_db
def test_readiness_with_a_migration_missing(client):
    MigrationRecorder(connection).record_unapplied("identity", "0001_initial")

    response = client.get("/readiness")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": True, "migrations": False, **UNKNOWN}


@pytest.mark.django_db
def test_readiness_names_the_release_as_the_citys_services_do(client, settings):
    release = {"packageVersion": "2.1.0", "commitHash": "9eb6847", "buildTime": "2026-11-30T03:14:04Z"}
    settings.RELEASE = release

    assert client.get("/readiness").json() == {**READY, **release}


@pytest.mark.django_db
def test_readiness_says_how_long_emails_have_waited(client):
    queued()
    Letter.objects.update(created_at=timezone.now() - dt.timedelta(seconds=90))

    outbox = client.get("/readiness").json()["outbox"]

    assert outbox["waiting"] == 1
    assert 90 <= outbox["oldest_seconds"] < 600


@pytest.mark.django_db
def test_readiness_says_that_the_event_log_is_not_sent_on_and_stays_ready(client, settings):
    settings.AUDIT_LOG = {"ES_URL": "https://audit.example.fi"}
    before = client.get("/readiness")
    with time_machine.travel(timezone.now() - dt.timedelta(minutes=11), tick=False):
        tell(length=1)

    after = client.get("/readiness")

    assert (before.json()["audit_log"], after.json()["audit_log"], after.status_code) == (True, False, 200)


@pytest.mark.django_db
def test_readiness_says_that_the_database_is_read_only_and_people_read_on(client):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA query_only = on")
        else:
            cursor.execute("SET TRANSACTION READ ONLY")
        try:
            response = client.get("/readiness")
        finally:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA query_only = off")

    assert (response.status_code, response.json()) == (200, {**READY, "status": "read-only", "writable": False})


@pytest.mark.django_db
def test_readiness_takes_few_queries(client, settings, django_assert_max_num_queries):
    settings.AUDIT_LOG = {"ES_URL": "https://audit.example.fi"}
    with django_assert_max_num_queries(8):
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
