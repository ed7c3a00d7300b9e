"""What Prometheus reads: real states of the service, as figures, and to nobody without the token."""

import datetime as dt
import re
import time

import pytest
import time_machine
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from applications.models import Application, Happening
from core import counting, last_known
from core.actors import CLOCK
from core.postgresql import patience
from heka_confirm import metrics
from identity import client, keys, outages
from identity.outages import FAILURES
from mailing.enums import Failure, Rank
from mailing.heartbeat import Heart
from mailing.models import Letter, WorkerHeartbeat
from mailing.stops import MANY
from records.enums import Sending
from records.models import CommandRun, Entry
from records.runs import NIGHTLY
from records.trail import append_event
from tests import cast
from tests.applications.factories import application
from tests.mailing.letters import queued
from tests.mailing.test_stops import refused
from tests.processes import ROOT, python
from upstream import clients, endpoints
from upstream.models import Event, WebhookDelivery

pytestmark = pytest.mark.django_db

TOKEN = "t" * 40
HOUR = dt.timedelta(hours=1)
AUDIT_LOG = {"ES_URL": "https://audit.example.fi"}


@pytest.fixture(autouse=True)
def watched(settings, monkeypatch):
    """The service with METRICS_TOKEN set, and no figure kept from the test before."""
    settings.METRICS_TOKEN = TOKEN
    settings.MIDDLEWARE = _with_metrics(settings.MIDDLEWARE)
    monkeypatch.setattr(metrics, "FIGURES", metrics.Figures())
    monkeypatch.setattr(counting, "_watchers", set())
    monkeypatch.setattr(last_known._Silence, "until", 0.0)


def _with_metrics(middleware):
    place = middleware.index("heka_confirm.health.HealthMiddleware")
    return [*middleware[:place], "heka_confirm.metrics.MetricsMiddleware", *middleware[place:]]


@pytest.fixture
def own_keys(settings, tmp_path):
    settings.IDENTITY_KEYS_FILE = tmp_path / "keys.json"
    keys.make()


def ask(token=TOKEN, **more):
    return Client().get("/metrics", headers={"Authorization": f"Bearer {token}"}, **more)


def samples():
    """Return every sample of a scrape, by its name and the values of its labels in the order of their names."""
    answer = ask()
    assert answer.status_code == 200
    metrics.FIGURES._read_at = float("-inf")  # so that the next scrape of the test reads anew
    return {
        (sample.name.removeprefix("heka_"), *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_metrics_are_told_to_whoever_has_the_token():
    answer = ask()

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert answer.content.decode().count("# HELP heka_") > 30


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "t", "ä"])
def test_nobody_else_is_told_anything(token):
    answer = ask(token)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"heka_" not in answer.content


def test_what_came_by_a_proxy_is_a_page_that_does_not_exist():
    assert ask(HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == 404


def test_metrics_are_answered_under_any_host_and_without_https(settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["confirm.example.fi"], True

    assert ask(HTTP_HOST="10.1.2.3:8000").status_code == 200


def test_without_the_setting_there_is_no_such_page_and_the_library_is_not_loaded(settings):
    code = """
import sys, django
django.setup()
from django.conf import settings
from django.test import Client
import heka_confirm.wsgi
settings.DEBUG = False
print(Client().get("/metrics").status_code, "prometheus_client" in sys.modules)
"""
    common = {
        "DEBUG": "true",
        "DEMO": "true",
        "LOG_LEVEL": "CRITICAL",
        "DATABASE_URL": "sqlite:////nowhere/x",
        "ALLOWED_HOSTS": "testserver,127.0.0.1",
    }

    without = python("-c", code, **common)
    with_token = python("-c", code, **common, METRICS_TOKEN=TOKEN)

    assert without.stdout == "404 False\n", without.stderr
    assert with_token.stdout == "401 True\n", with_token.stderr


# --- What the process counts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "group", "status"),
    [
        ("/healthz", "probe", "2xx"),
        ("/fi/how-to/", "page", "2xx"),
        ("/fi/nowhere/", "page", "4xx"),
        ("/", "page", "3xx"),
        ("/sv/admin/", "staff", "3xx"),
        ("/en/identify/", "identification", "3xx"),
        ("/identification/start/", "identification", "3xx"),
        ("/api/v1/applications", "interface", "4xx"),
        ("/static/nothing.css", "static", "4xx"),
        ("/anymail/x/tracking/", "report", "4xx"),
        ("/staff/logged-out/", "report", "4xx"),
    ],
)
def test_requests_are_counted_by_kind_of_address_and_answer(path, group, status):
    before = samples()

    Client().get(path)

    changed = {key: value - before[key] for key, value in samples().items() if key[0] == "http_requests_total"}
    assert {key: value for key, value in changed.items() if value} == {("http_requests_total", group, status): 1.0}


@pytest.mark.parametrize(("error", "status"), [(OperationalError("away"), "503"), (RuntimeError("a fault"), "5xx")])
def test_refusals_for_want_of_a_database_are_told_from_errors_of_ours(error, status):
    before = samples()
    with connection.execute_wrapper(_failing(error)):
        Client(raise_request_exception=False).get("/fi/applications/", headers={"Cookie": f"session={'x' * 32}"})

    after = samples()

    names = [("http_requests_total", "page", each) for each in ("503", "5xx")]
    assert [after[name] - before[name] for name in names] == [status == "503", status == "5xx"]


def _failing(error):
    def fail(*_):
        raise error

    return fail


def test_answers_are_timed_by_kind_of_address():
    before = samples()
    Client().get("/fi/how-to/")

    after = samples()

    name = "http_request_duration_seconds_count"
    assert after[name, "page"] - before[name, "page"] == 1
    assert ("http_request_duration_seconds_bucket", "page", "2.0") in after


def test_confirmations_and_identifications_are_counted_and_known_before_the_first():
    before = samples()
    for what in (
        ("confirmations", "mobile"),
        ("identifications", "demo", "clock"),
        ("identifications", "demo", "clock"),
    ):
        counting.count(*what)

    after = samples()

    new, words = ("identifications_total", "clock", "demo"), ("confirmations_total", "mobile")
    assert (after[words] - before[words], after[new] - before.get(new, 0)) == (1, 2)
    assert {("confirmations_total", "wallet"), ("identifications_total", "identified", "demo")} <= before.keys()


# --- What stands in the database -------------------------------------------------------------------------


def late(letter, **columns):
    Letter.objects.filter(pk=letter.pk).update(**columns)


def test_email_that_waits_for_an_hour_and_those_that_are_tried_again():
    now = timezone.now()
    late(queued("hello:1"), due_at=now - HOUR)
    late(queued("hello:2"), due_at=now + HOUR, failure=Failure.BUSY, failed_at=now)  # a mailbox that is busy
    late(queued("hello:3", rank=Rank.WAVE), due_at=now - 2 * HOUR)
    late(queued("hello:4"), held_at=now)
    late(queued("hello:5"), sent_at=now)

    found = samples()

    assert [found["emails_waiting", rank] for rank in ("awaited", "news", "wave", "by_clock")] == [0, 2, 1, 0]
    assert 3600 <= found["emails_oldest_due_seconds", "news"] < 3660
    assert 7200 <= found["emails_oldest_due_seconds", "wave"] < 7260
    assert (found["emails_oldest_due_seconds", "awaited"], found["emails_held",]) == (0, 1)


def test_emails_given_up_within_a_day_by_whose_fault_it_is():
    now = timezone.now()
    for number, (failure, ago) in enumerate(
        [(Failure.LOGIN, 1), (Failure.NO_ADDRESS, 1), (Failure.FULL, 23), (Failure.LOGIN, 25)]
    ):
        late(queued(f"hello:{number}"), dead_at=now - ago * HOUR, failed_at=now - ago * HOUR, failure=failure)

    found = samples()

    assert (found["emails_dead", "ours"], found["emails_dead", "theirs"]) == (1, 2)


def test_no_email_leaves():
    before = samples()["emails_stopped",]
    refused(MANY)

    assert (before, samples()["emails_stopped",]) == (0, 1)


def test_events_of_each_receiver(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    system = clients.issue("Housing system")[0]
    receiver = endpoints.add(system, "http://127.0.0.1:9/events")[0]
    other = endpoints.add(system, "http://127.0.0.1:9/more")[0]
    gone = endpoints.add(system, "http://127.0.0.1:9/gone")[0]
    endpoints.disable(gone)
    _deliveries(receiver, waiting=2, given_up=1)

    found = samples()

    names = ("Housing system", str(receiver.pk))
    assert (found["events_waiting", *names], found["events_dead", *names]) == (2, 1)
    assert 3600 <= found["events_oldest_waiting_seconds", *names] < 3660
    assert found["events_waiting", "Housing system", str(other.pk)] == 0
    assert ("events_waiting", "Housing system", str(gone.pk)) not in found


def _deliveries(receiver, *, waiting, given_up):
    now = timezone.now()
    for number in range(waiting + given_up):
        sent = application(cast.MAIJA, reference=f"HS-{number}")
        happening = Happening.objects.filter(application=sent).first()
        event = Event.objects.create(client=receiver.client, application=sent, happening=happening, data={})
        ended = {"given_up_at": now - HOUR, "failure": "status"} if number >= waiting else {}
        delivery = WebhookDelivery.objects.create(
            endpoint=receiver, event=event, application=sent, tried_until=now + HOUR, **ended
        )
        WebhookDelivery.objects.filter(pk=delivery.pk).update(created_at=now - HOUR)


def test_workers_that_live_and_that_died(settings):
    settings.RELEASE = {**settings.RELEASE, "packageVersion": "2"}
    now = timezone.now()
    nobody = samples()["workers",]
    Heart("a:1").beat()
    WorkerHeartbeat.objects.create(
        name="b:1", started_at=now - HOUR, seen_at=now - HOUR / 4, round_seconds=70, version="1"
    )

    found = samples()

    assert (nobody, found["workers",]) == (0, 1)
    assert abs(found["worker_last_seen_timestamp_seconds", "a:1"] - now.timestamp()) < 60
    assert found["worker_last_seen_timestamp_seconds", "b:1"] == pytest.approx((now - HOUR / 4).timestamp())
    assert found["worker_round_seconds", "b:1"] == 70
    assert {("worker_info", "2", "a:1"), ("worker_info", "1", "b:1")} <= found.keys()


def test_deadline_that_nobody_has_kept():
    before = samples()["deadlines_overdue_seconds",]
    sent = application(cast.MAIJA)
    Application.objects.filter(pk=sent.pk).update(due_at=timezone.now() - HOUR)

    assert (before, samples()["deadlines_overdue_seconds",] >= 3600) == (0, True)


def test_nightly_commands_that_never_ran_ran_and_found_faults():
    never = samples()
    now = timezone.now()
    application(cast.MAIJA)
    for command in NIGHTLY:
        call_command(command)
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("records.models.Entry.digested", lambda *_: ["something else"])
        with pytest.raises(CommandError):
            call_command("verify_records")

    found = samples()

    assert {never["run_ended_timestamp_seconds", command] for command in NIGHTLY} == {0}
    assert all(found["run_ended_timestamp_seconds", command] > now.timestamp() - 60 for command in NIGHTLY)
    assert [found["run_faults", command] for command in ("purge", "verify_applications")] == [0, 0]
    assert found["run_faults", "verify_records"] > 0


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("purge", {"dry_run": True}),
        ("verify_applications", {"fault": "seal"}),
        ("verify_records", {"chain": "application 1"}),
    ],
)
def test_run_that_did_not_look_at_all_is_none(command, options):
    sent = application(cast.MAIJA)
    if "chain" in options:
        options = {"chain": f"application {sent.pk}"}

    call_command(command, **options)

    assert not CommandRun.objects.exists()


def test_what_a_command_found_stands_though_it_cannot_be_written_down(caplog):
    def read_only(execute, sql, params, many, context):
        if "records_commandrun" in sql:
            raise OperationalError("read-only")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(read_only):
        call_command("verify_records")

    assert [record.getMessage() for record in caplog.records] == [
        "the end of verify_records could not be written down: OperationalError"
    ]


def test_broker_by_which_nobody_can_identify_themselves():
    before = samples()["broker_failing", "demo"]
    for _ in range(FAILURES):
        outages.record_failure("demo")

    assert (before, samples()["broker_failing", "demo"]) == (0, 1)


def test_use_of_the_emergency_account_within_a_day():
    before = samples()["break_glass_uses",]
    with transaction.atomic():
        append_event("break_glass_used", chain="staff 1", by=CLOCK)

    used = samples()["break_glass_uses",]

    assert (before, used, Entry.objects.filter(event="break_glass_used").count()) == (0, 1, 1)


def test_entries_that_the_citys_audit_log_does_not_have(settings):
    with transaction.atomic():
        for _ in range(3):
            append_event("break_glass_used", chain="staff 1", by=CLOCK)
    Entry.objects.filter(number=1).update(sending=Sending.SENT)
    Entry.objects.filter(number=2).update(sending=Sending.REFUSED)
    names = [("audit_log_waiting",), ("audit_log_refused",), ("audit_log_oldest_waiting_seconds",)]

    nothing_sent_on = samples()
    settings.AUDIT_LOG = AUDIT_LOG
    with time_machine.travel(timezone.now() + HOUR, tick=False):
        waiting, refused, seconds = (samples()[name] for name in names)

    assert not nothing_sent_on.keys() & set(names)
    assert (waiting, refused) == (1, 1)
    assert 3600 <= seconds < 3660


# --- Keys and release ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("own_keys")
def test_age_of_our_keys_and_the_end_of_what_they_sign():
    found, now = samples(), timezone.now().timestamp()

    assert found["identity_keys_readable",] == 1
    for use in ("sig", "enc", "entity"):
        assert abs(found["identity_key_made_timestamp_seconds", use] - now) < 60
    assert abs(found["entity_statement_ends_timestamp_seconds",] - now - 3650 * 86400) < 60


def test_keys_that_cannot_be_read(settings, tmp_path):
    settings.IDENTITY_KEYS_FILE = tmp_path / "gone.json"

    found = samples()

    assert found["identity_keys_readable",] == 0
    assert not [key for key in found if key[0].startswith(("identity_key_made", "entity_statement"))]


def test_end_of_the_keys_that_a_broker_has_signed(monkeypatch):
    stores = {("op", "https://op"): client._KeyStore(ends=2e9), ("telia", "https://telia"): client._KeyStore()}
    monkeypatch.setattr("identity.client._STORES", stores)

    found = samples()

    assert found["broker_keys_end_timestamp_seconds", "op"] == 2e9
    assert ("broker_keys_end_timestamp_seconds", "telia") not in found


def test_release_and_commit(settings):
    settings.RELEASE = {**settings.RELEASE, "packageVersion": "2026.11", "commitHash": "abc123"}

    assert samples()["build_info", "abc123", "2026.11"] == 1


# --- What it costs, and what it says without a database --------------------------------------------------


def test_database_is_asked_a_few_questions_however_much_there_is_and_not_at_each_scrape(
    django_assert_max_num_queries, settings
):
    settings.AUDIT_LOG = AUDIT_LOG
    ask()  # what is read once
    metrics.FIGURES._read_at = float("-inf")
    for number in range(MANY * 3):
        queued(f"hello:{number}")
        Heart(f"worker:{number}").beat()

    with django_assert_max_num_queries(18):
        ask()
    with django_assert_max_num_queries(0):
        assert ask().status_code == 200


@pytest.mark.parametrize("error", [OperationalError("away"), ProgrammingError("no such table")])
def test_without_a_database_the_process_tells_what_it_knows(error):
    with connection.execute_wrapper(_failing(error)):
        found = samples()
    back = samples()

    assert found["database_up",] == 0
    assert {key[0] for key in found} >= {"build_info", "http_requests_total", "confirmations_total"}
    assert not [key for key in found if key[0].startswith(("emails_", "worker", "run_"))]
    assert back["database_up",] == 1


def test_neither_scrapes_nor_pages_go_without_the_database_because_the_others_waited_for_it():
    def say_nothing(*_):
        time.sleep(patience.GLANCE_SECONDS)
        raise OperationalError("silent")

    known = last_known.LastKnown(lambda: "unknown")
    with connection.execute_wrapper(say_nothing):
        unread = samples()
    page = known.now(lambda: "read")
    with connection.execute_wrapper(say_nothing):
        unread_page = known.now(Letter.objects.count)
    scrape = samples()

    assert (unread["database_up",], page) == (0, "read")
    assert (unread_page, scrape["database_up",]) == ("read", 1)


# --- The documents and rules say what is there -----------------------------------------------------------


@pytest.fixture
def told(settings, own_keys):
    """Everything that can be told: a scrape with a row of each kind."""
    settings.WEBHOOK_ALLOW_PRIVATE, settings.AUDIT_LOG = True, AUDIT_LOG
    endpoints.add(clients.issue("Housing system")[0], "http://127.0.0.1:9/events")
    Heart("a:1").beat()
    metrics.BROKER_KEYS_END.labels("demo").set(1.0)
    for gauge in metrics.POOL.values():
        gauge.set(0)
    return ask().content.decode()


def test_every_metric_is_listed_and_explained_in_the_document(told):
    families = {family.name for family in text_string_to_metric_families(told)}
    page = (ROOT / "docs" / "monitoring.md").read_text()
    listed = set(re.findall(r"^\| `(heka_\w+?)(?:\{[\w, ]*\})?`", page, re.MULTILINE))

    assert families == {name.removesuffix("_total") for name in listed}


def test_rules_name_only_what_is_told_by_labels_that_it_has(told):
    samples = [s for family in text_string_to_metric_families(told) for s in family.samples]
    rules = yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text())["groups"][0]["rules"]
    selectors = {s for rule in rules for s in re.findall(r"heka_\w+(?:\{[^}]*\})?", rule["expr"])}

    lost = [selector for selector in selectors if not any(_meets(selector, sample) for sample in samples)]

    assert len(selectors) > 25
    assert lost == []


def _meets(selector, sample):
    name, _, conditions = selector.rstrip("}").partition("{")
    wanted = re.findall(r'(\w+)(=~|!~|!=|=)"([^"]*)"', conditions)
    return sample.name == name and all(
        bool(re.fullmatch(value, sample.labels[label])) == (sign[0] == "=") for label, sign, value in wanted
    )


def test_labels_hold_nothing_of_a_person(told):
    values = {v for family in text_string_to_metric_families(told) for s in family.samples for v in s.labels.values()}

    assert len(values) < 100
    assert [value for value in values if re.search(r"@|\d{6}[-+A-Y]", value)] == []
