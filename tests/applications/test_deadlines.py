import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications import deadlines
from applications.models import Application, StateChange
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.factories import application, confirm, state

pytestmark = pytest.mark.django_db

SENT, LAST_DAY, DAY_AFTER = (
    "2026-11-16T12:00:00+02:00",
    "2027-02-14T23:59:00+02:00",
    "2027-02-15T00:01:00+02:00",
)


@pytest.mark.parametrize(("confirmed", "ended"), [(False, "lapsed"), (True, "expired")])
def test_end_after_the_last_day_and_not_on_it(confirmed, ended, time_machine):
    """R5"""
    time_machine.move_to(SENT)
    sent = application(cast.MAIJA)
    if confirmed:
        confirm(sent, cast.MAIJA)
    before = state(sent)

    time_machine.move_to(LAST_DAY)
    deadlines.end(sent)
    assert state(sent) == before

    time_machine.move_to(DAY_AFTER)
    deadlines.end(sent)
    assert state(sent) == ended


def test_end_twice_writes_one_row(time_machine):
    time_machine.move_to(SENT)
    sent = application(cast.MAIJA)
    time_machine.move_to(DAY_AFTER)

    deadlines.end(sent)
    deadlines.end(sent)

    assert StateChange.objects.get(application=sent, transition="lapsed").source == "clock"


def test_many_end_by_as_many_statements_as_one(time_machine, django_assert_num_queries):
    """Each has a row, an entry of the trail, and letters of its own."""
    time_machine.move_to(SENT)
    alone, *others = [application(who) for who in (cast.MAIJA, cast.OLLI, cast.VERA, cast.VILLE)]
    time_machine.move_to(DAY_AFTER)
    with CaptureQueriesContext(connection) as captured:
        deadlines.end(alone)

    with django_assert_num_queries(len(captured)):
        deadlines.end(*others)

    assert [state(each) for each in (alone, *others)] == ["lapsed"] * 4
    assert StateChange.objects.filter(transition="lapsed").count() == 4
    assert Entry.objects.filter(event="lapsed").values("chain").distinct().count() == 4
    assert Letter.objects.filter(message="lapsed").count() == 4
    assert not Application.objects.exclude(due_at=None).exists()
