"""What deploy/compose.yaml starts works together: with its commands, variables, secrets, roles, sockets and pooler."""

import json
import re
import signal
import threading
import time

import psycopg
import pytest

from tests import cast
from tests.mailing import sink
from tests.running.composed import composed
from tests.running.databases import needs_pgbouncer
from tests.running.proxies import needs_nginx, proxying
from tests.running.visitors import Tally, Visitor

pytestmark = [needs_nginx, needs_pgbouncer]
ARRIVES_SECONDS = 60
GRACE_SECONDS = {"web": 30, "worker": 60}  # stop_grace_period


@pytest.fixture(scope="module")
def mail_server():
    with sink.running() as server:
        yield server


@pytest.fixture(scope="module")
def installation(mail_server):
    # The people of the tests have test codes.
    with composed(f"smtp://127.0.0.1:{mail_server.port}", STAGING="true") as made:
        yield made


@pytest.fixture(scope="module")
def visitor(installation, tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxy")
    with proxying(folder, *(server.port for server in installation.web)) as proxy:
        visitor = Visitor(proxy.port, Tally(), certificate=proxy.certificate, stop=threading.Event())
        yield visitor
        visitor.line.close()


def test_the_check_has_nothing_to_say_of_settings_and_database(installation):
    checked = installation.command("manage", "check", "--deploy", "--database", "default")

    ids = set(re.findall(r"\((\w+\.[EW]\d+)\)", checked.stderr))
    assert (checked.returncode, ids) == (0, {"heka_confirm.W002"})  # STAGING, which the test has switched on


def test_the_pooler_serves_the_role_of_the_service_alone(installation):
    secrets = installation.place("/run/secrets")
    named = {role: (secrets / f"{role}_password").read_text().strip() for role in ("service", "owner")}
    url = (secrets / "database_url").read_text().strip()

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace("heka_service", "heka_owner").replace(named["service"], named["owner"]))


def test_an_application_comes_in_by_the_proxy_and_a_worker_writes_to_its_people(installation, visitor, mail_server):
    issued = installation.command("manage", "api_client", "Housing system")
    token = re.search(r"heka_[\w-]+", issued.stdout)[0]
    kind = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    body = json.dumps(cast.document(cast.MAIJA, cast.OLLI)).encode()

    visitor.ask("send", "/api/v1/applications", expected=201, body=body, **kind)

    until = time.monotonic() + ARRIVES_SECONDS
    while len(mail_server.taken) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    assert {str(message["To"]) for message in mail_server.taken} >= {"maija@example.test", "olli@example.test"}
    assert visitor.ask("front", "/fi/").status == 200


def test_a_nightly_command_runs_as_the_service(installation):
    assert installation.command("manage", "verify_applications", LOG_LEVEL="ERROR").returncode == 0


def test_each_stops_within_its_time_and_the_other_web_server_goes_on(installation, visitor):
    first, worker = installation.web[0].process, installation.workers[0]

    for process, kind in ((first, "web"), (worker, "worker")):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=GRACE_SECONDS[kind]) == 0

    assert visitor.ask("front", "/fi/").status == 200
