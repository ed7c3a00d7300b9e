"""Comparing the trail with the log: what is lost, what differs, and what is neither (ADR 57)."""

import datetime as dt
import logging

import pytest
from django.utils import timezone

from core.actors import CLOCK
from core.log_lines import LogLine
from heka_confirm.logs import JsonFormatter
from records import trail
from records.enums import Event
from records.log_comparison import logged_entries, missed_entries
from tests.records.tampering import by_hand

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - dt.timedelta(days=2000)


@pytest.fixture
def written(caplog, django_capture_on_commit_callbacks):
    """Return the lines of the log of two entries of one chain."""
    caplog.set_level(logging.INFO, "records")
    with django_capture_on_commit_callbacks(execute=True):
        for event in (Event.SENT, Event.PERSON_CONFIRMED):
            trail.append_event(event, chain="application 17", by=CLOCK, subject="applicant 55")
    made = [r for r in caplog.records if r.name == "records"]
    return [LogLine(_time(r), r.getMessage(), {"event": r.event, "subject": r.subject}) for r in made]


def _time(record):
    return dt.datetime.fromtimestamp(record.created, dt.UTC)


def missed(lines, purged_before=LONG_AGO):
    found = missed_entries(logged_entries(lines), purged_before=purged_before)
    return [(each.entry.number, each.entry.event, each.is_lost) for each in found]


def test_trail_that_is_as_logged_misses_nothing(written):
    assert missed(written) == []


def test_line_of_the_log_names_event_and_subject_and_no_fact(caplog, django_capture_on_commit_callbacks):
    caplog.set_level(logging.INFO, "records")
    with django_capture_on_commit_callbacks(execute=True):
        trail.append_event(
            Event.ERASED, chain="application 17", by=CLOCK, subject="applicant 55", reason="Maija Meikäläinen asked"
        )

    [line] = [JsonFormatter().format(record) for record in caplog.records if record.name == "records"]

    assert '"event": "erased", "subject": "applicant 55"' in line
    assert "Maija" not in line


def test_entry_after_the_end_of_a_chain_is_lost_and_so_is_a_whole_chain(written):
    later = LogLine(timezone.now(), written[1].message.replace("Entry 2", "Entry 3"), written[1].context)
    other = LogLine(timezone.now(), written[0].message.replace("application 17", "application 18"), {})

    assert missed([*written, later, other]) == [(3, "person_confirmed", True), (1, "", True)]


def test_entry_that_was_changed_differs(written):
    by_hand("UPDATE records_entry SET mac = %s WHERE number = 2", "0" * 64)

    assert missed(written) == [(2, "person_confirmed", False)]


def test_number_that_was_given_again_is_lost(written):
    """After a restore the chain goes on; its entry is younger than the line of the lost one."""
    lost = LogLine(written[1].at - dt.timedelta(hours=1), written[1].message[:-4] + "0000", written[1].context)

    assert missed([lost]) == [(2, "person_confirmed", True)]


def test_chain_that_retention_removed_is_not_missed(written):
    by_hand("DELETE FROM records_entry")
    by_hand("DELETE FROM records_chain")

    assert missed(written, purged_before=timezone.now() + dt.timedelta(hours=1)) == []
    assert len(missed(written)) == 2


def test_other_lines_of_the_logger_are_passed_over():
    line = LogLine(timezone.now(), "The seal of application 1 does not fit; run verify_records", {})

    assert list(logged_entries([line])) == []
