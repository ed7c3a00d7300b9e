import datetime as dt
import json

import pytest
import time_machine
from django.core.management import CommandError, call_command

from core.actors import Actor, Role, Source
from records import export, trail
from records.enums import ACCESS_EVENTS, Event
from records.models import Entry
from tests import cast
from tests.applications.factories import person
from tests.records.tampering import ADVISER


def test_every_event_has_its_operation():
    assert export.OPERATIONS.keys() == set(Event)
    assert {export.OPERATIONS[event] for event in ACCESS_EVENTS} == {"READ"}


@pytest.fixture
def _told(db):
    for moment in (
        "2026-10-24T20:59:59.999999Z",  # 23:59 in Helsinki, before the day that has 25 hours
        "2026-10-24T21:00:00.000000Z",  # 0:00 in summer time
        "2026-10-25T21:59:59.123456Z",  # 23:59 in winter time
        "2026-10-25T22:00:00.000000Z",
    ):
        with time_machine.travel(dt.datetime.fromisoformat(moment), tick=False):
            trail.append_event(Event.CODE_SHOWN, chain="application 17", by=ADVISER, subject="applicant 55")
            trail.append_event(Event.SEARCH_BY_NAME, chain="staff 4", by=ADVISER, found=2)


def printed(capsys, *options):
    call_command("export_records", *options)
    return [json.loads(line)["audit_event"] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.django_db
def test_an_entry_is_an_audit_event_of_the_city(capsys):
    user = person(cast.MAIJA).user
    with time_machine.travel(dt.datetime(2026, 11, 21, 9, 5, 7, 123999, tzinfo=dt.UTC), tick=False):
        trail.append_event(
            Event.PERSON_CONFIRMED,
            chain="application 17",
            by=Actor(Role.APPLICANT, Source.PERSON, user=user),
            subject="applicant 55",
            method="bank",
            näin=True,
        )

    assert printed(capsys) == [
        {
            "origin": "HEKA-CONFIRM",
            "status": "SUCCESS",
            "date_time_epoch": 1795251907123,
            "date_time": "2026-11-21T09:05:07.123Z",
            "actor": {"role": "APPLICANT", "user_id": str(user.pk), "user_name": ""},
            "operation": "CREATE",
            "target": {"type": "applicant", "id": "55"},
            "additional_information": {
                "event": "person_confirmed",
                "chain": "application 17",
                "number": 1,
                "mac": Entry.objects.get().mac,
                "facts": {"method": "bank", "näin": True},
            },
        }
    ]


@pytest.mark.usefixtures("_told")
def test_target_of_an_entry_about_nobody_is_its_chain(capsys):
    searched = printed(capsys, "--chain", "staff 4")

    assert [event["target"] for event in searched] == [{"type": "staff", "id": "4"}] * 4
    assert searched[0]["actor"] == {"role": "ADVISER", "user_id": "", "user_name": "Aino"}
    assert searched[0]["operation"] == "READ"


@pytest.mark.usefixtures("_told")
@pytest.mark.parametrize(
    ("options", "moments"),
    [
        ([], [0, 1, 2, 3]),
        (["--since", "2026-10-25"], [1, 2, 3]),
        (["--until", "2026-10-25"], [0, 1, 2]),
        (["--since", "2026-10-25", "--until", "2026-10-25"], [1, 2]),
        (["--since", "2026-10-26"], [3]),
        (["--until", "2026-10-23"], []),
    ],
)
@pytest.mark.parametrize("batch", [2000, 3, 1])
def test_days_are_those_of_helsinki(capsys, monkeypatch, options, moments, batch):
    monkeypatch.setattr(export, "BATCH", batch)
    times = sorted({event["date_time"] for event in printed(capsys)})

    found = printed(capsys, *options)

    assert [event["date_time"] for event in found] == [times[moment] for moment in moments for _ in range(2)]


@pytest.mark.django_db
def test_nothing_told_prints_nothing(capsys):
    assert printed(capsys) == []


def test_a_day_that_is_none_is_refused():
    with pytest.raises(CommandError, match="'yesterday' is not a date such as 2026-11-30"):
        call_command("export_records", "--since", "yesterday")
