"""A database that is silent, read-only, or has too few connections, behind a web server as in production."""

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import psycopg
import pytest

from tests import postgres
from tests.processes import PRODUCTION, ROOT
from tests.running.databases import needs_postgres
from tests.running.silence import Line, paused
from tests.running.web import HEADERS, command, serving

pytestmark = needs_postgres

CLIENTS = 100  # a worker has 64 threads
PEOPLE = 4
WITHIN = 6  # seconds for a page of ours
ROOM = 4  # more seconds, as the machine may be busy with other tests
BACK_WITHIN = 1 + ROOM
PUBLIC_PAGES = ("/fi/", "/sv/how-to/", "/en/cookies/", "/en/counter/", "/robots.txt")

# Prints what the people need who are to confirm their applications.
ARRANGE = f"""
import django, json
django.setup()
from django.conf import settings
from django.test import Client
from applications.references import display
from bench import rows
from identity import cookies
from tests.applications import factories

people = []
for number in range({PEOPLE}):
    who = {{"first_names": "Maija", "last_name": "M" + "abcd"[number], "hetu": rows.hetu(rows.FIRST + number)}}
    sent = factories.application(who, reference=f"HS-{{number}}")
    session = factories.sign_in(Client(), who).session
    session["_csrftoken"] = rows.CSRF_SECRET
    session.save()
    kept = {{settings.SESSION_COOKIE_NAME: session.session_key, cookies.acceptance_name(): cookies.VERSION}}
    people.append({{
        "cookie": "; ".join(f"{{name}}={{value}}" for name, value in kept.items()),
        "page": f"/fi/applications/{{display(sent.reference)}}/confirm/",
        "form": {{"csrfmiddlewaretoken": rows.CSRF_SECRET, "version": sent.version.digest}},
    }})
print(json.dumps(people))
"""


@dataclass
class Answer:
    status: int
    headers: dict
    text: str
    seconds: float


def ask(server, path, *, cookie="", form=None):
    """Return the answer to one request as the proxy would send it."""
    started = time.monotonic()
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {**HEADERS, "Cookie": cookie, "Origin": PRODUCTION["PUBLIC_URL"]}
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    line.request("POST" if form else "GET", path, urlencode(form) if form else None, headers)
    response = line.getresponse()
    content = response.read().decode()
    line.close()
    return Answer(response.status, dict(response.getheaders()), content, time.monotonic() - started)


def read(server, person):
    return ask(server, person["page"], cookie=person["cookie"])


def confirm(server, person):
    return ask(server, person["page"], cookie=person["cookie"], form=person["form"])


@pytest.fixture(scope="module")
def database():
    with postgres.cluster() as url:
        command(url, "manage.py", "migrate", "-v0")
        yield url


@pytest.fixture(scope="module")
def people(database):
    return json.loads(command(database, "-c", ARRANGE))


@pytest.fixture(scope="module")
def line(database):
    with Line(database) as line:
        yield line


@pytest.fixture(scope="module")
def server(line):
    with serving(line.url, workers=1) as server:
        yield server


@contextmanager
def swallowed(line):
    line.swallows = True
    try:
        yield
    finally:
        line.swallows = False


@pytest.fixture(params=["paused", "swallowed"])
def silence(request, database, line):
    return lambda: paused(database) if request.param == "paused" else swallowed(line)


@contextmanager
def crowd(server, people, *, clients=CLIENTS):
    """Let clients ask for pages of theirs for two seconds; by default more clients than there are threads."""

    def come(number):
        until, answers = time.monotonic() + 2, []
        while not answers or time.monotonic() < until:
            answers.append(read(server, people[number % len(people)]))
            time.sleep(0.3)
        return answers

    with ThreadPoolExecutor(clients) as threads:
        coming = [threads.submit(come, number) for number in range(clients)]
        yield lambda: [answer for one in coming for answer in one.result()]


def probed(server):
    """Return the answers to the probes of an orchestrator meanwhile."""
    answers = []
    for _ in range(15):
        answers.append(ask(server, "/healthz"))
        time.sleep(0.1)
    return answers


def test_silent_database(server, people, silence):
    assert read(server, people[0]).status == 200
    workers = server.workers()

    with silence(), crowd(server, people) as answers:
        probes = probed(server)
        public = [ask(server, page) for page in PUBLIC_PAGES]
        pages = answers()
    fell_back, back = None, time.monotonic()
    while (page := read(server, people[0])).status != 200 and time.monotonic() < back + 60:
        fell_back = page

    assert {(page.status, page.headers["Retry-After"]) for page in pages} == {(503, "10")}
    assert max(page.seconds for page in pages) < WITHIN + ROOM
    assert {probe.status for probe in probes} == {200}
    assert sorted(probe.seconds for probe in probes)[len(probes) // 2] < 0.1
    assert max(probe.seconds for probe in probes) < 1
    assert [page.status for page in public] == [200] * len(PUBLIC_PAGES)
    assert fell_back is None or fell_back.status == 503
    assert time.monotonic() - back < BACK_WITHIN
    assert server.workers() == workers


def test_without_a_bound_on_waiting_threads_probes_wait_too(database, people, line, tmp_path):
    # The control: without it the test above tests nothing.
    (tmp_path / "sitecustomize.py").write_text(
        "from core.postgresql.crowd import Crowd\nCrowd.__init__.__defaults__ = (1000,)\n"
    )
    with serving(line.url, workers=1, PYTHONPATH=f"{tmp_path}:{ROOT}") as unbounded:
        assert read(unbounded, people[0]).status == 200
        with swallowed(line), crowd(unbounded, people):
            probes = probed(unbounded)

    assert max(probe.seconds for probe in probes) > 1


def test_outcome_of_a_commit_without_an_answer_is_called_unknown(server, people, line):
    line.loses_commit_of = b'INSERT INTO "applications_confirmation"'

    lost = confirm(server, people[1])
    again = confirm(server, people[1])

    assert (lost.status, line.loses_commit_of) == (503, b"")
    assert "tarkista silloin, tallentuiko vahvistus" in lost.text
    assert (again.status, "receipt" in again.headers["Location"]) == (302, True)


@contextmanager
def read_only(url):
    def make(state):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {state}")
            connection.execute("SELECT pg_reload_conf()")
        with psycopg.connect(url) as connection:
            while connection.execute("SHOW default_transaction_read_only").fetchone()[0] != state:
                time.sleep(0.05)

    make("on")
    try:
        yield
    finally:
        make("off")


def test_read_only_database_can_be_read(server, people, database):
    with read_only(database):
        time.sleep(0.5)  # until all processes of the server have read it
        page = read(server, people[2])
        sent = confirm(server, people[2])
        public = [ask(server, page) for page in PUBLIC_PAGES]
    again = confirm(server, people[2])

    assert [page.status, sent.status, again.status] == [200, 503, 302]
    assert [page.status for page in public] == [200] * len(PUBLIC_PAGES)


def test_too_few_connections_are_given_back(database, people):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE ROLE few LOGIN CONNECTION LIMIT 6 IN ROLE pg_read_all_data, pg_write_all_data")
    url = database.replace("heka@", "few@")
    with serving(url, workers=2) as server:  # which want sixteen
        with crowd(server, people, clients=30) as answers:
            pages = answers()
        until = time.monotonic() + 60
        while used_by_few(database) > 4 and time.monotonic() < until:  # two for each worker
            time.sleep(0.2)
        command(url, "manage.py", "emails")
        later = [read(server, people[3]) for _ in range(20)]
        log = server.log.read_text()

    assert {page.status for page in pages} <= {200, 302, 503}  # whoever has confirmed is led on
    assert max(page.seconds for page in pages) < WITHIN + ROOM
    assert {page.status for page in later} == {200}
    assert "too many connections for role" in log


def used_by_few(database):
    with psycopg.connect(database) as connection:
        return connection.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'few'").fetchone()[0]
