"""deploy/alerts.yaml: each rule fires when it should and is silent in calm, and docs/monitoring.md has a line for it.

promtool, of Prometheus, evaluates the rules as Prometheus does.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass, field

import pytest
import yaml

from tests.conftest import must_not_skip
from tests.processes import ROOT

PROMTOOL = shutil.which("promtool")
FILE = ROOT / "deploy" / "alerts.yaml"
RULES = {rule["alert"]: rule for group in yaml.safe_load(FILE.read_text())["groups"] for rule in group["rules"]}
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None and not must_not_skip(), reason="promtool, of Prometheus, is not installed"
)


@dataclass
class Case:
    """Series with what they say at each interval; a moment before the alert, one at which it fires, and its labels."""

    series: dict[str, str]
    calm: str
    fires: str
    labels: dict[str, str] = field(default_factory=dict)
    interval: str = "1m"


CASES = {
    "WebServersAway": Case({"heka_build_info{version='1'}": "1x9 stale _x9"}, "9m", "14m", {}),
    "DatabaseAway": Case(
        {"heka_database_up{instance='a'}": "1x19", "heka_database_up{instance='b'}": "1x9 0x9"}, "10m", "12m"
    ),
    "RequestsRefused": Case({"heka_http_requests_total{group='page',status='503'}": "0+0.1x9 1+3x9"}, "9m", "15m"),
    "ConnectionsScarce": Case(
        {"heka_pool_waiting{instance='a'}": "0x9 4x19", "heka_pool_refusals_total{instance='a'}": "0x30"},
        "10m",
        "20m",
        {"instance": "a"},
    ),
    "FaultOfTheService": Case(
        {"heka_http_requests_total{group='staff',status='5xx'}": "3x9 4x9"}, "9m", "11m", {"group": "staff"}
    ),
    "PagesSlow": Case(
        {
            "heka_http_request_duration_seconds_bucket{group='page',le='2.0'}": "0+100x14 1400+1x29",
            "heka_http_request_duration_seconds_bucket{group='page',le='6.0'}": "0+100x14 1400+100x29",
            "heka_http_request_duration_seconds_bucket{group='page',le='+Inf'}": "0+100x14 1400+100x29",
        },
        "14m",
        "40m",
        {"group": "page"},
    ),
    "NothingConfirmed": Case(
        {"heka_confirmations_total{method='bank'}": "0+1x6 6x30", "heka_confirmations_total{method='mobile'}": "0x36"},
        "26h",
        "32h",
        interval="1h",
    ),
    "BrokerFails": Case(
        {"heka_broker_failing{provider='op'}": "0x5 1x9", "heka_broker_failing{provider='telia'}": "0x14"},
        "7m",
        "9m",
        {"provider": "op"},
    ),
    "IdentificationsFail": Case(
        {
            "heka_identifications_total{provider='op',outcome='identified'}": "0+2x60",
            "heka_identifications_total{provider='op',outcome='cancelled'}": "0+9x60",
            "heka_identifications_total{provider='op',outcome='clock'}": "0+1x29 29+6x30",
        },
        "29m",
        "55m",
        {"provider": "op"},
    ),
    "NoWorker": Case({"heka_workers": "2x4 0x9"}, "7m", "9m"),
    "WorkerSilent": Case(
        {
            "heka_worker_last_seen_timestamp_seconds{worker='a:1'}": "0+60x30",
            "heka_worker_last_seen_timestamp_seconds{worker='b:1'}": "0+60x4 240x25",
        },
        "9m",
        "10m",
        {"worker": "b:1"},
    ),
    "WorkerSlow": Case({"heka_worker_round_seconds{worker='a:1'}": "5x4 90x15"}, "14m", "16m", {"worker": "a:1"}),
    "DeadlinesLate": Case({"heka_deadlines_overdue_seconds": "0+90x60"}, "49m", "52m"),
    "EmailsDoNotLeave": Case({"heka_emails_stopped": "0x4 1x9"}, "9m", "11m"),
    "EmailsLate": Case(
        {
            "heka_emails_oldest_due_seconds{rank='news'}": "0+60x60",
            "heka_emails_oldest_due_seconds{rank='wave'}": "86400x60",
        },
        "34m",
        "37m",
        {"rank": "news"},
    ),
    "EmailsGivenUp": Case(
        {"heka_emails_dead{fault='ours'}": "0x4 1x5", "heka_emails_dead{fault='theirs'}": "90x9"}, "4m", "5m"
    ),
    "EventsLate": Case(
        {"heka_events_oldest_waiting_seconds{client='H',receiver='1'}": "0+60x80"},
        "64m",
        "67m",
        {"client": "H", "receiver": "1"},
    ),
    "EventsGivenUp": Case(
        {"heka_events_dead{client='H',receiver='1'}": "0x4 2x5"}, "4m", "5m", {"client": "H", "receiver": "1"}
    ),
    "TrailBroken": Case(
        {"heka_run_faults{command='verify_records'}": "0x4 1x5", "heka_run_faults{command='purge'}": "1x9"},
        "4m",
        "5m",
    ),
    "AuditLogLate": Case({"heka_audit_log_oldest_waiting_seconds": "0x4 0+60x30"}, "20m", "22m"),
    "AuditLogRefuses": Case({"heka_audit_log_refused": "0x4 1x5", "heka_audit_log_waiting": "0x9"}, "4m", "5m"),
    "ApplicationsUnsound": Case({"heka_run_faults{command='verify_applications'}": "0x4 3x5"}, "4m", "5m"),
    "NightlyRunMissing": Case(
        {
            "heka_run_ended_timestamp_seconds{command='purge'}": "0+3600x40",
            "heka_run_ended_timestamp_seconds{command='verify_records'}": "0x40",
        },
        "36h",
        "38h",
        {"command": "verify_records"},
        interval="1h",
    ),
    "BreakGlassUsed": Case({"heka_break_glass_uses": "0x4 1x5"}, "4m", "5m"),
    "IdentityKeysUnreadable": Case(
        {"heka_identity_keys_readable{instance='a'}": "1x9", "heka_identity_keys_readable{instance='b'}": "1x4 0x5"},
        "5m",
        "7m",
    ),
    "IdentityKeyOld": Case(
        {
            "heka_identity_key_made_timestamp_seconds{use='sig'}": "0x410",
            "heka_identity_key_made_timestamp_seconds{use='entity'}": "-400000000x410",
        },
        "399d",
        "402d",
        {"use": "sig"},
        interval="1d",
    ),
    "EntityStatementEnds": Case(
        {"heka_entity_statement_ends_timestamp_seconds": "31536000x200"}, "184d", "187d", interval="1d"
    ),
    "ReleasesDiffer": Case(
        {
            "heka_build_info{version='2',commit='b'}": "1x400",
            "heka_worker_info{worker='a:1',version='2'}": "1x60 _x340",
            "heka_worker_info{worker='b:1',version='1'}": "_x60 1x340",
        },
        "170m",
        "190m",
    ),
}
# All is well for a day, on two servers.
CALM = {
    "heka_build_info{version='1',commit='a',instance='%s'}": "1x750",
    "heka_database_up{instance='%s'}": "1x750",
    "heka_http_requests_total{group='page',status='2xx',instance='%s'}": "0+60x750",
    "heka_http_requests_total{group='page',status='4xx',instance='%s'}": "0+9x750",
    "heka_http_requests_total{group='page',status='5xx',instance='%s'}": "0x750",
    "heka_http_requests_total{group='page',status='503',instance='%s'}": "0x750",
    "heka_http_requests_total{group='probe',status='503',instance='%s'}": "0+5x750",
    "heka_http_requests_total{group='report',status='503',instance='%s'}": "0+5x750",
    "heka_http_request_duration_seconds_bucket{group='page',le='0.5',instance='%s'}": "0+60x750",
    "heka_http_request_duration_seconds_bucket{group='page',le='+Inf',instance='%s'}": "0+60x750",
    "heka_http_request_duration_seconds_bucket{group='identification',le='6.0',instance='%s'}": "0+1x750",
    "heka_http_request_duration_seconds_bucket{group='identification',le='+Inf',instance='%s'}": "0+60x750",
    "heka_pool_waiting{instance='%s'}": "0x750",
    "heka_pool_refusals_total{instance='%s'}": "0x750",
    "heka_confirmations_total{method='bank',instance='%s'}": "0+3x750",
    "heka_broker_failing{provider='op',instance='%s'}": "0x750",
    "heka_identifications_total{provider='op',outcome='identified',instance='%s'}": "0+6x750",
    "heka_identifications_total{provider='op',outcome='cancelled',instance='%s'}": "0+9x750",
    "heka_identifications_total{provider='op',outcome='clock',instance='%s'}": "0+1x750",
    "heka_workers{instance='%s'}": "2x750",
    "heka_worker_last_seen_timestamp_seconds{worker='a:1',instance='%s'}": "0+120x750",
    "heka_worker_round_seconds{worker='a:1',instance='%s'}": "5x750",
    "heka_worker_info{worker='a:1',version='1',instance='%s'}": "1x750",
    "heka_deadlines_overdue_seconds{instance='%s'}": "1700x750",
    "heka_emails_stopped{instance='%s'}": "0x750",
    "heka_emails_oldest_due_seconds{rank='news',instance='%s'}": "1000x750",
    "heka_emails_oldest_due_seconds{rank='wave',instance='%s'}": "80000x750",
    "heka_emails_dead{fault='ours',instance='%s'}": "0x750",
    "heka_emails_dead{fault='theirs',instance='%s'}": "20x750",
    "heka_events_oldest_waiting_seconds{client='H',receiver='1',instance='%s'}": "500x750",
    "heka_events_dead{client='H',receiver='1',instance='%s'}": "0x750",
    "heka_run_faults{command='verify_records',instance='%s'}": "0x750",
    "heka_run_faults{command='verify_applications',instance='%s'}": "0x750",
    "heka_run_ended_timestamp_seconds{command='verify_records',instance='%s'}": "0x750",
    "heka_audit_log_oldest_waiting_seconds{instance='%s'}": "300x750",
    "heka_audit_log_refused{instance='%s'}": "0x750",
    "heka_break_glass_uses{instance='%s'}": "0x750",
    "heka_identity_keys_readable{instance='%s'}": "1x750",
    "heka_identity_key_made_timestamp_seconds{use='sig',instance='%s'}": "-20000000x750",
    "heka_entity_statement_ends_timestamp_seconds{instance='%s'}": "100000000x750",
}


def group(series, interval, checks):
    """Return a group of promtool's tests; `checks` says what fires at which moments."""
    return {
        "interval": interval,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [
            {"eval_time": at, "alertname": alert, "exp_alerts": firing} for alert, at, firing in checks
        ],
    }


def firing(alert, labels):
    rule = RULES[alert]
    return [{"exp_labels": {**rule["labels"], **labels}, "exp_annotations": rule["annotations"]}]


def promtool(folder, *groups):
    """Return the exit code of promtool, and what it says. Groups of one interval are evaluated at that interval."""
    code, told = 0, ""
    for interval in sorted({one["interval"] for one in groups}):
        tests = [one for one in groups if one["interval"] == interval]
        file = folder / "tests.yaml"
        file.write_text(yaml.safe_dump({"rule_files": [str(FILE)], "evaluation_interval": interval, "tests": tests}))
        done = subprocess.run([PROMTOOL, "test", "rules", file], capture_output=True, text=True, check=False)
        code, told = max(code, done.returncode), told + done.stdout + done.stderr
    return code, told


@needs_promtool
def test_every_rule_fires_when_it_should_and_not_a_moment_before(tmp_path):
    groups = [
        group(case.series, case.interval, [(alert, case.calm, []), (alert, case.fires, firing(alert, case.labels))])
        for alert, case in CASES.items()
    ]

    code, told = promtool(tmp_path, *groups)

    assert CASES.keys() == RULES.keys()
    assert code == 0, told


@needs_promtool
def test_no_rule_fires_in_calm(tmp_path):
    series = {name % server: values for name, values in CALM.items() for server in "ab"}
    moments = ("5m", "70m", "6h", "24h50m")

    code, told = promtool(tmp_path, group(series, "2m", [(alert, at, []) for alert in RULES for at in moments]))

    assert code == 0, told


@needs_promtool
def test_a_rule_that_is_silent_where_it_should_fire_is_found(tmp_path):
    """So that the two tests above say something."""
    case = CASES["NoWorker"]

    code, told = promtool(tmp_path, group(case.series, "1m", [("NoWorker", case.fires, [])]))

    assert code == 1
    assert "NoWorker" in told


@needs_promtool
def test_prometheus_takes_the_rules():
    done = subprocess.run([PROMTOOL, "check", "rules", FILE], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_each_line_of_what_to_watch_has_its_rule_and_each_rule_its_line():
    section = (ROOT / "docs" / "monitoring.md").read_text().partition("\n## What to watch\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+?) \| (.+?) \|$", section, re.MULTILINE)

    assert [line[:3] for line in lines] == [
        (alert, rule["labels"]["severity"], rule["annotations"]["summary"]) for alert, rule in RULES.items()
    ]
    assert [alert for alert, _, _, what_to_do in lines if len(what_to_do) < 30] == []
