"""What leaves for Sentry, byte by byte, when everything fails that can (R17)."""

import gzip
import json

import brotli
import pytest
from django.db import connection

from tests import egress, servers
from tests.heka_confirm.failing import ADDRESS, CODE, NAME, TOKEN
from tests.mailing.conftest import database_url
from tests.processes import python

PERSONAL = [CODE, CODE[-4:], NAME, TOKEN, ADDRESS, "hetu", "aino"]


class Reporter(servers.Handler):
    def do_POST(self):
        body = {"br": brotli.decompress, "gzip": gzip.decompress}[self.headers["Content-Encoding"]](self.body())
        self.server.taken.append((f"{self.path} {self.headers}", body.decode()))
        self.answer(200)


def sentry():
    """Play Sentry on this machine; `taken` holds what came: path and headers, and the body."""
    server = servers.Server(Reporter)
    server.taken = []
    return servers.running(server)


def failed(server, **environment):
    """Let everything fail in a process of its own; return the process, and the reports."""
    url = database_url() if connection.vendor == "postgresql" else "sqlite://:memory:"
    own = {"DEBUG": "true", "PUBLIC_URL": "http://testserver", "DATABASE_URL": url, **environment}
    dsn = f"http://public@127.0.0.1:{server.server_port}/1"
    done = python("-m", "tests.heka_confirm.failing", SENTRY_DSN=dsn, **own)
    lines = [json.loads(line) for _, body in server.taken for line in body.splitlines()]
    return done, [line for line in lines if "event_id" in line and "level" in line]


@pytest.fixture(scope="module")
def reported(django_db_setup):
    with sentry() as server:
        environment = {"SENTRY_ENVIRONMENT": "production", "APP_RELEASE": "2.1.0"}
        done, events = failed(server, **environment)
        return done, events, list(server.taken)


@pytest.mark.django_db  # PostgreSQL repeats in its texts what was typed
def test_nothing_of_anybody_leaves(reported):
    _, events, taken = reported

    assert len(events) == 6
    for head, body in taken:
        assert [word for word in PERSONAL if word in head + body] == []


def test_without_being_emptied_the_same_reports_would_hold_people():
    with sentry() as server:
        failed(server, CONTROL="true")
        sent = "".join(body for _, body in server.taken)

    assert [word for word in (CODE, NAME, TOKEN, ADDRESS) if word not in sent] == []


def test_report_has_what_finds_the_fault(reported):
    done, events, _ = reported
    view = next(event for event in events if event["tags"].get("route") == "odd-view")

    [error] = view["exception"]["values"]
    frame = error["stacktrace"]["frames"][-1]
    assert (error["type"], error["module"], "value" in error) == ("Odd", "__main__", False)
    assert (frame["function"], frame["filename"]) == ("fail_in_view", "failing.py")
    assert frame["lineno"] > 0
    assert (view["release"], view["environment"], view["level"]) == ("2.1.0", "production", "error")
    assert view["tags"]["request_id"] in done.stdout.splitlines()


def test_fault_of_the_worker_is_told_by_its_kinds_and_places(reported):
    _, events, _ = reported
    [fault] = [event for event in events if event.get("logger") == "core.worker"]

    cause, error = fault["exception"]["values"]
    assert [each["type"] for each in (cause, error)] == ["ValueError", "Odd"]
    assert error["stacktrace"]["frames"][-1]["function"] == "work"


def test_line_of_the_log_is_told_by_its_place(reported):
    _, events, _ = reported

    [entry] = [event["logentry"] for event in events if event.get("logger") == "applications.example"]

    assert entry.keys() == {"message"}
    assert entry["message"].startswith("applications.example: failing.main, line ")


def test_reports_leave_by_the_proxy_and_by_no_other():
    with sentry() as server, egress.running() as proxy:
        failed(server, EGRESS_PROXY=proxy.url, HTTP_PROXY="http://127.0.0.1:1", http_proxy="http://127.0.0.1:1")

        assert len(server.taken) == 6
        assert {method for method, *_ in proxy.asked} == {"POST"}


def test_without_an_address_the_library_is_not_even_imported():
    script = "import sys, django\ndjango.setup()\nprint('sentry_sdk' in sys.modules)"

    done = python("-c", script, DEBUG="true")

    assert done.stdout == "False\n", done.stderr
