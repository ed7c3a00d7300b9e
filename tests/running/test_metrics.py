"""What Prometheus reads of a web server with two workers, one of which dies, and of a database that says nothing."""

import json
import os
import re
import signal
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests import postgres
from tests.running.databases import needs_postgres
from tests.running.silence import Line
from tests.running.web import command, serving

pytestmark = needs_postgres

TOKEN = "t" * 40
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
PAGES = ("heka_http_requests_total", "page", "2xx")
ASKED = 20  # often enough for both workers to be asked
POOL = 8  # connections of each worker
WITHIN = 1  # seconds for a scrape
ROOM = 4  # more seconds, as the machine may be busy with other tests
PATIENCE = 60  # seconds for a worker to start


@pytest.fixture(scope="module")
def line():
    with postgres.cluster() as url:
        command(url, "manage.py", "migrate", "-v0")
        with Line(url) as line:
            yield line


@pytest.fixture(scope="module")
def server(line):
    with serving(line.url, workers=2, METRICS_TOKEN=TOKEN, APP_RELEASE="7") as server:
        wait_until(lambda: scrape(server)["heka_pool_limit",] == 2 * POOL)
        yield server


def scrape(server):
    """Return every sample as Prometheus reads it: by http, without a proxy, by the address of the machine."""
    asked = urllib.request.Request(f"{server.url}/metrics", headers=AUTHORIZED)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        text = answer.read().decode()
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def ask(server):
    for _ in range(ASKED):
        assert server.get("/fi/how-to/")[0] == 200


def folder(server):
    """Return the folder in which the workers count, from the files that they have open; None if they have none yet."""
    for pid in server.workers():
        with suppress(FileNotFoundError, ProcessLookupError):  # a worker that ends while it is looked at
            if found := re.search(r"(/\S*/heka-metrics-\w+)/", Path(f"/proc/{pid}/maps").read_text()):
                return Path(found[1])
    return None


def files(server, kind):
    place = folder(server)
    return sorted(file.name for file in place.glob(f"{kind}_*.db")) if place else []


def wait_until(condition):
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


def test_one_worker_tells_what_all_have_counted_and_nothing_is_lost_with_one_that_dies(server):
    ask(server)
    before, [killed, _] = scrape(server), server.workers()
    pools = ("heka_pool_limit",)

    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: len(files(server, "counter")) == 3 and scrape(server)[pools] == 2 * POOL)
    ask(server)
    after = scrape(server)

    assert before[PAGES] == ASKED
    assert (before[pools], before["heka_database_up",], before["heka_build_info", "", "7"]) == (2 * POOL, 1, 1)
    assert after[PAGES] == 2 * ASKED
    assert f"gauge_livesum_{killed}.db" not in files(server, "gauge_livesum")
    assert f"counter_{killed}.db" in files(server, "counter")


def test_reload_adds_workers_and_counts_go_on(server):
    before = scrape(server)
    former = set(server.workers())

    server.reload()
    wait_until(lambda: former.isdisjoint(server.workers()) and len(server.workers()) == 2)
    wait_until(lambda: scrape(server)["heka_pool_limit",] == 2 * POOL)

    assert scrape(server)[PAGES] == before[PAGES]


def test_while_the_database_says_nothing_the_server_tells_what_it_knows(server, line):
    scrape(server)
    line.swallows = True
    try:
        time.sleep(5.5)  # what was read before is kept for five seconds
        started = time.monotonic()
        found = scrape(server)
        took = time.monotonic() - started
    finally:
        line.swallows = False

    assert took < WITHIN + ROOM
    assert found["heka_database_up",] == 0
    assert found[PAGES] > 0
    assert ("heka_workers",) not in found


def test_scrapes_are_not_for_the_public_and_leave_no_line_in_the_log(server):
    by_proxy = server.get("/metrics", **AUTHORIZED)  # as the proxy would ask
    refused = urllib.request.Request(f"{server.url}/metrics", headers={"Authorization": "Bearer wrong"})
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(refused, timeout=30)

    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]

    assert by_proxy[0] == 404
    assert [line["message"] for line in lines if "/metrics 200" in line["message"]] == []
    assert TOKEN not in server.log.read_text()


def test_folder_goes_with_the_server(server):
    place = folder(server)
    assert place.is_dir()

    server.stop()

    assert not place.exists()
