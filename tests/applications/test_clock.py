"""The whole calendar of letters: days go by, each with its tick and more, and each letter comes on its day."""

import datetime as dt
from io import StringIO
from itertools import groupby

import pytest
from anymail.signals import AnymailTrackingEvent
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import changes, clock, document, intake, invitations, undeliverable
from applications.models import Applicant, Application, StateChange
from mailing import stops, tracking, tries
from mailing.letters import NoLongerDue
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, confirm, state
from tests.applications.households import fresh, invitation, letter, posted, sent, slot, written
from tests.applications.test_concurrency import at_once

pytestmark = pytest.mark.django_db

START = dt.datetime(2027, 1, 11, 10, tzinfo=dt.UTC)
REMINDERS = [3, 10, 17, 24, 31]
LAST_DAY, WARNING, END = 90, 83, 91  # days from the sending
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _start(time_machine):
    time_machine.move_to(START, tick=False)


@pytest.fixture
def calendar(time_machine):
    """Return a function that lets days go by and returns what was posted on which."""

    def live(days=100, *, acts=None, missed=(), first=1):
        posts = {0: posted()} if first == 1 else {}
        for day in range(first, days + 1):
            time_machine.move_to(START + day * DAY, tick=False)
            for act in (acts or {}).get(day, []):
                act()
            if day not in missed:
                clock.tick()
                clock.tick()
            posts[day] = posted()
        return {day: found for day, found in posts.items() if found}

    return live


def both(message):
    return [(message, "maija"), (message, "olli")]


# --- Calendars -------------------------------------------------------------------------------------------


def test_calendar_when_nobody_confirms(calendar):
    """R5, R14"""
    application = sent(cast.MAIJA, cast.OLLI)

    assert calendar() == {
        0: [("arrived", "maija"), ("invitation", "olli")],
        **{day: both("reminder") for day in REMINDERS},
        WARNING: both("about_to_lapse"),
        END: both("lapsed"),
    }
    assert state(application) == "lapsed"
    assert fresh(application).due_at is None


def test_calendar_of_one_who_confirms(calendar):
    """R5"""
    application = sent(cast.MAIJA)

    assert calendar(acts={2: [lambda: confirm(application, cast.MAIJA)]}) == {
        0: [("arrived", "maija")],
        2: [("receipt", "maija")],
        WARNING: [("about_to_expire", "maija")],
        END: [("expired", "maija")],
    }
    assert state(application) == "expired"


def test_calendar_when_all_confirm(calendar):
    application = sent(cast.MAIJA, cast.OLLI)
    acts = {5: [lambda: confirm(application, cast.OLLI)], 12: [lambda: confirm(application, cast.MAIJA)]}

    assert calendar(acts=acts) == {
        0: [("arrived", "maija"), ("invitation", "olli")],
        3: both("reminder"),
        5: [("receipt", "olli"), ("confirmed", "maija")],
        10: [("reminder", "maija")],
        12: [("receipt", "maija"), ("valid", "olli")],
        WARNING: both("about_to_expire"),
        END: both("expired"),
    }


def test_calendar_when_the_co_applicant_does_not_confirm(calendar):
    """R14: the main applicant, who has confirmed, is told who is missing."""
    application = sent(cast.MAIJA, cast.OLLI)

    assert calendar(acts={1: [lambda: confirm(application, cast.MAIJA)]}) == {
        0: [("arrived", "maija"), ("invitation", "olli")],
        1: [("receipt", "maija"), ("confirmed", "olli")],
        **{day: both("reminder") for day in REMINDERS},
        WARNING: both("about_to_lapse"),
        END: both("lapsed"),
    }


def test_reminder_of_the_main_applicant_who_has_confirmed_says_who_is_missing(time_machine):
    application = sent(cast.MAIJA, cast.OLLI, language="en")
    confirm(application, cast.MAIJA)
    time_machine.move_to(START + 3 * DAY, tick=False)

    clock.tick()

    assert "We are waiting for “Olli Öhman” to confirm" in written(letter("reminder", cast.MAIJA))[1]
    assert written(letter("reminder", cast.OLLI))[0].endswith(": Your application is not valid yet. Confirm it.")


def test_calendar_when_somebody_declines(calendar):
    """R10: nobody is reminded of whom the application does not wait for; it waits to be changed."""
    application = sent(cast.MAIJA, cast.OLLI)
    acts = {
        2: [lambda: confirm(application, cast.MAIJA)],
        4: [lambda: invitations.decline(slot(application, cast.OLLI))],
    }

    assert calendar(acts=acts) == {
        0: [("arrived", "maija"), ("invitation", "olli")],
        2: [("receipt", "maija"), ("confirmed", "olli")],
        3: both("reminder"),
        4: [("declined", "maija")],
        WARNING: [("about_to_lapse", "maija")],
        END: [("lapsed", "maija")],
    }


def test_calendar_begins_anew_when_the_application_is_changed(calendar):
    """R5, R6, R14"""
    application = sent(cast.MAIJA, cast.OLLI)
    digest = application.version.digest

    def change():
        anew = document.parse(cast.changed(cast.MAIJA, cast.OLLI))
        changes.put(application, anew, tag=digest, by=HOUSING_SYSTEM)

    assert calendar(60, acts={20: [change]}) == {
        0: [("arrived", "maija"), ("invitation", "olli")],
        **{day: both("reminder") for day in (3, 10, 17)},
        20: [("arrived", "maija"), ("invitation", "olli")],
        **{20 + day: both("reminder") for day in REMINDERS},
    }
    assert fresh(application).valid_until == timezone.localdate(START) + 110 * DAY


def test_reminders_follow_the_newest_invitation(calendar):
    """R14"""
    application = sent(cast.MAIJA, cast.OLLI)
    confirm(application, cast.MAIJA)
    acts = {5: [lambda: invitations.correct_address(slot(application, cast.OLLI), email="right@example.test")]}

    found = calendar(50, acts=acts)

    assert {day: to for day, letters in found.items() for message, to in letters if to == "right"} == dict.fromkeys(
        [5, *(5 + day for day in REMINDERS)], "right"
    )


def test_renewed_application_is_warned_of_its_new_end(calendar):
    """R7"""
    application = sent(cast.MAIJA)
    confirm(application, cast.MAIJA)
    renew = [lambda: changes.renew(application, by=renewer())]

    found = calendar(140, acts={50: renew})

    assert {day: letters for day, letters in found.items() if day > 0} == {
        50: [("renewed", "maija")],
        50 + WARNING: [("about_to_expire", "maija")],
    }


def renewer():
    return actor(cast.MAIJA)


# --- Turning 18 (R2) -------------------------------------------------------------------------------------

BEFORE_BIRTHDAY = dt.datetime(2034, 4, 20, 9, tzinfo=dt.UTC)  # Tea is 18 on 1 May 2034


@pytest.fixture
def grow_up(time_machine):
    """Return a function that lets days go by from the twentieth of April 2034."""
    time_machine.move_to(BEFORE_BIRTHDAY, tick=False)

    def live(until):
        posts = {0: posted()}
        for day in range(1, until + 1):
            time_machine.move_to(BEFORE_BIRTHDAY + day * DAY, tick=False)
            clock.tick()
            posts[day] = posted()
        return {day: found for day, found in posts.items() if found}

    return live


def test_calendar_of_somebody_who_turns_18_while_it_waits(grow_up):
    application = sent(cast.MAIJA, cast.OLLI, cast.TEA)
    confirm(application, cast.MAIJA)

    found = grow_up(14)

    assert found[11] == [
        ("became_adult", "maija"),
        ("became_adult", "olli"),
        ("became_adult", "tea"),
        ("invitation", "tea"),
    ]
    assert found[14] == [("reminder", "tea")]
    assert invitation(application, cast.TEA) is not None


def test_application_then_waits_for_them_too(grow_up):
    application = sent(cast.MAIJA, cast.OLLI, cast.TEA)
    confirm(application, cast.MAIJA)
    grow_up(12)

    confirm(application, cast.OLLI)
    assert state(application) == "awaiting"
    assert posted() == [("receipt", "olli"), ("confirmed", "maija"), ("confirmed", "tea")]

    confirm(application, cast.TEA)
    assert state(application) == "valid"
    assert posted() == [("receipt", "tea"), ("valid", "maija"), ("valid", "olli")]


def test_valid_application_stays_valid_and_nobody_is_told(grow_up):
    application = sent(cast.MAIJA, cast.TEA)
    confirm(application, cast.MAIJA)

    found = grow_up(WARNING)

    assert list(found) == [0, WARNING]
    assert found[WARNING] == [("about_to_expire", "maija"), ("about_to_expire", "tea")]
    assert state(application) == "valid"


def test_somebody_who_turned_18_before_a_change_is_invited_once(grow_up, time_machine):
    application = sent(cast.MAIJA, cast.TEA)
    posted()
    time_machine.shift(12 * DAY)  # the clock is missed on the birthday
    anew = document.parse(cast.changed(cast.MAIJA, cast.TEA))
    changes.put(application, anew, tag=application.version.digest, by=HOUSING_SYSTEM)

    clock.tick()

    assert posted() == [("arrived", "maija"), ("invitation", "tea")]


# --- Missed, repeated, at once ---------------------------------------------------------------------------


def test_calendar_missed_for_a_week_sends_one_reminder_of_several(calendar):
    sent(cast.MAIJA, cast.OLLI)

    assert calendar(26, missed=range(2, 25)) == {
        0: [("arrived", "maija"), ("invitation", "olli")],
        25: both("reminder"),
    }


def test_clock_missed_until_after_the_end_ends_it_and_sends_nothing_else(calendar):
    sent(cast.MAIJA, cast.OLLI)

    assert calendar(101, missed=range(1, 101)) == {
        0: [("arrived", "maija"), ("invitation", "olli")],
        101: both("lapsed"),
    }


def test_application_that_came_in_late_is_not_reminded_of_the_time_before(calendar):
    """The housing system may send what it received long ago."""
    old = cast.document(cast.MAIJA, sent_at=(START - 20 * DAY).isoformat())
    intake.send(document.parse(old), by=HOUSING_SYSTEM)

    assert calendar(12) == {0: [("arrived", "maija")], 4: [("reminder", "maija")], 11: [("reminder", "maija")]}


def test_end_is_written_down_once(calendar):
    application = sent(cast.MAIJA)
    calendar()

    assert StateChange.objects.filter(application=application, transition="lapsed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_emails_of_one_household_leave_together(time_machine):
    """Also where many households are due at one moment, and several workers see to them (ADR 51)."""
    for _ in range(8):
        sent(cast.MAIJA, cast.OLLI)
    Letter.objects.all().delete()
    time_machine.shift(4 * DAY)
    at_once(*[clock.tick] * 3)

    leaving = [tries.claim_letter() for _ in range(16)]

    assert {letter.message for letter in leaving} == {"reminder"}
    assert len([about for about, _ in groupby(leaving, key=lambda letter: letter.about)]) == 8


@pytest.mark.django_db(transaction=True)
def test_ticks_at_once_send_each_letter_once(time_machine):
    applications = [sent(who, cast.TEA) for who in (cast.MAIJA, cast.OLLI, cast.VERA, cast.VILLE)]
    Letter.objects.all().delete()
    time_machine.shift(4 * DAY)

    found = at_once(*[clock.tick] * 4)

    assert sum(found) == len(applications)
    assert sorted(posted()) == [("reminder", who) for who in ("maija", "olli", "vera", "ville")]


# --- One that fails --------------------------------------------------------------------------------------


def spoil(application):
    """Overwrite the main applicant's stored code, so that it opens no more; return what it was."""
    (pk,) = Applicant.objects.filter(version__current_of=application, position=0).values_list("pk", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT hetu FROM applications_applicant WHERE id = %s", [pk])
        (former,) = cursor.fetchone()
        cursor.execute("UPDATE applications_applicant SET hetu = %s WHERE id = %s", [b"spoilt", pk])

    def mend():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE applications_applicant SET hetu = %s WHERE id = %s", [former, pk])

    return mend


@pytest.fixture
def broken_first(time_machine):
    """Return an application that fails in the clock and is due before another, and what mends it."""
    broken, _ = sent(cast.MAIJA), sent(cast.OLLI)
    posted()
    time_machine.shift(4 * DAY)
    Application.objects.filter(pk=broken.pk).update(due_at=timezone.now() - DAY)
    return broken, spoil(broken)


def test_application_that_fails_keeps_no_other_waiting(broken_first):
    with pytest.raises(clock.SomeFailed, match="2 applications visited, 1 of them failed"):
        clock.tick()

    assert posted() == [("reminder", "olli")]


def test_what_is_done_together_is_done_once_though_one_fails(broken_first):
    """All are rolled back with the one that fails, and each is done again by itself."""
    sent(cast.VERA)
    Application.objects.update(due_at=timezone.now())
    posted()

    with pytest.raises(clock.SomeFailed, match="3 applications visited, 1 of them failed"):
        clock.tick()

    assert posted() == [("reminder", "olli")]


def test_application_that_fails_is_put_off_for_an_hour_and_then_done(broken_first, time_machine):
    _, mend = broken_first
    with pytest.raises(clock.SomeFailed):
        clock.tick()
    posted()
    mend()

    time_machine.shift(59 * 60)
    clock.tick()
    within_the_hour = posted()
    time_machine.shift(60)
    clock.tick()

    assert (within_the_hour, posted()) == ([], [("reminder", "maija")])


def test_failure_is_logged_with_its_place_and_nothing_of_the_application(broken_first, caplog):
    broken, _ = broken_first

    with pytest.raises(clock.SomeFailed):
        clock.tick()

    (line,) = [record for record in caplog.records if record.name == "applications.clock"]
    assert (line.getMessage(), line.levelname) == ("application failed in the clock", "ERROR")
    assert (line.application, line.error, line.exc_info) == (broken.pk, "CannotDecrypt", None)
    assert "crypto.py:" in line.where


def test_command_says_how_many_failed(broken_first):
    with pytest.raises(CommandError, match="2 applications visited, 1 of them failed; they are tried again") as failed:
        call_command("tick")

    assert failed.value.returncode == 1


def test_database_that_is_away_is_no_fault_of_an_application(time_machine, caplog):
    application = sent(cast.MAIJA)
    time_machine.shift(4 * DAY)
    due_at = fresh(application).due_at

    def away(execute, sql, params, many, context):
        if "mailing_letter" in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        clock.tick()

    assert fresh(application).due_at == due_at
    assert [record for record in caplog.records if record.name == "applications.clock"] == []


# --- Addresses that do not work --------------------------------------------------------------------------


def bounce(letter, failure=""):
    """The mail server took the letter, and reported later that it could not deliver it."""
    letter.sent_at = letter.bounced_at = letter.failed_at = timezone.now()
    letter.failure = failure
    letter.save()


def refuse(letter):
    letter.dead_at = letter.failed_at = timezone.now()
    letter.failure = "refused"
    letter.save()


def arrive(letter):
    letter.sent_at = letter.delivered_at = timezone.now()
    letter.save()


def complain(letter):
    letter.sent_at = letter.delivered_at = letter.complained_at = timezone.now()
    letter.save()


@pytest.fixture
def without_forgetting(time_machine):
    """Let days go by and keep the letters, for their fate decides what comes next."""

    def live(days):
        for _ in range(days):
            time_machine.shift(DAY)
            clock.tick()
            clock.tick()
        return [(found.message, found.to.split("@")[0]) for found in Letter.objects.order_by("pk")]

    return live


@pytest.mark.parametrize("fate", [bounce, refuse])
def test_undeliverable_address_gets_no_reminder_and_the_main_applicant_is_told_once(fate, without_forgetting):
    """R14, J3"""
    application = sent(cast.MAIJA, cast.OLLI)
    confirm(application, cast.MAIJA)
    fate(letter("invitation", cast.OLLI))

    found = without_forgetting(12)

    assert [to for message, to in found if message == "reminder"] == ["maija", "maija"]
    assert [to for message, to in found if message == "undeliverable"] == ["maija"]


def test_full_mailbox_is_reminded_and_told_once_when_the_provider_has_given_it_up(without_forgetting):
    """R14, J3"""
    sent(cast.MAIJA, cast.OLLI)
    waiting = letter("invitation", cast.OLLI)
    waiting.failure, waiting.failed_at = "full", timezone.now()
    waiting.save()
    assert "undeliverable" not in [message for message, _ in without_forgetting(1)]
    bounce(waiting, "full")
    without_forgetting(3)
    bounce(letter("reminder", cast.OLLI), "full")

    found = without_forgetting(8)

    assert [to for message, to in found if message == "reminder"] == ["maija", "olli", "maija", "olli"]
    assert [to for message, to in found if message == "undeliverable"] == ["maija"]


def test_whoever_complained_gets_no_reminders_and_the_main_applicant_does(without_forgetting):
    """R14"""
    sent(cast.MAIJA, cast.OLLI)
    complain(letter("invitation", cast.OLLI))

    found = without_forgetting(12)

    assert [to for message, to in found if message == "reminder"] == ["maija", "maija"]
    assert "undeliverable" not in [message for message, _ in found]


def test_reminder_that_came_back_is_told_once_though_the_invitation_had_arrived(without_forgetting):
    """J3"""
    sent(cast.MAIJA, cast.OLLI)
    arrive(letter("invitation", cast.OLLI))
    without_forgetting(4)
    bounce(letter("reminder", cast.OLLI), "no_address")

    found = without_forgetting(12)

    assert [to for message, to in found if message == "undeliverable"] == ["maija"]
    assert [to for message, to in found if message == "reminder"] == ["maija", "olli", "maija"]


def test_invitation_that_came_back_after_it_had_arrived_is_told(without_forgetting):
    sent(cast.MAIJA, cast.OLLI)
    arrive(letter("invitation", cast.OLLI))
    without_forgetting(1)
    lost = letter("invitation", cast.OLLI)
    lost.delivered_at = None
    bounce(lost, "no_address")

    assert without_forgetting(1)[-1] == ("undeliverable", "maija")


def test_reminder_of_the_main_applicant_that_came_back_is_told_nobody(without_forgetting):
    sent(cast.MAIJA, cast.OLLI)
    without_forgetting(3)
    bounce(letter("reminder", cast.MAIJA), "no_address")

    assert "undeliverable" not in [message for message, _ in without_forgetting(2)]


def test_own_address_that_somebody_corrected_and_that_does_not_work_is_told(without_forgetting):
    application = sent(cast.MAIJA, cast.OLLI)
    bounce(letter("invitation", cast.OLLI), "no_address")
    without_forgetting(1)
    details = {"email": "wrong@example.test", "phone": "", "language": "fi"}
    invitations.correct_own_contact_details(slot(application, cast.OLLI), **details)
    without_forgetting(3)
    bounce(Letter.objects.get(to="wrong@example.test", message="invitation"), "no_address")

    found = without_forgetting(2)

    assert [to for message, to in found if message == "undeliverable"] == ["maija", "maija"]


def test_nothing_is_told_while_all_emails_wait(without_forgetting):
    """Many different addresses at once: the fault is not theirs."""
    household = sent(cast.MAIJA, cast.OLLI)
    bounce(letter("invitation", cast.OLLI), "refused")
    others = [sent(who, cast.OTSO) for who in [cast.VERA] * stops.MANY]
    for number, other in enumerate(others):
        found = Letter.objects.get(about=other.reference, message="arrived")
        Letter.objects.filter(pk=found.pk).update(
            to=f"{number}@example.test", dead_at=timezone.now(), failed_at=timezone.now(), failure="sender"
        )

    undeliverable.tell()
    told = Letter.objects.filter(message="undeliverable").count()
    Letter.objects.filter(failure="sender").update(failed_at=timezone.now() - DAY)
    undeliverable.tell()

    assert [told, Letter.objects.filter(message="undeliverable").count()] == [0, 1]
    assert household.is_open


def test_corrected_address_that_bounces_too_is_told_again(without_forgetting):
    application = sent(cast.MAIJA, cast.OLLI)
    bounce(letter("invitation", cast.OLLI))
    without_forgetting(1)
    invitations.correct_address(slot(application, cast.OLLI), email="wrong@example.test")
    bounce(Letter.objects.get(to="wrong@example.test"))

    found = without_forgetting(1)

    assert [to for message, to in found if message == "undeliverable"] == ["maija", "maija"]


def test_corrected_address_gets_reminders_of_its_own(without_forgetting):
    application = sent(cast.MAIJA, cast.OLLI)
    without_forgetting(5)
    Letter.objects.update(sent_at=timezone.now())
    invitations.correct_address(slot(application, cast.OLLI), email="right@example.test")

    found = without_forgetting(3)

    assert [to for message, to in found if message == "reminder"] == ["maija", "olli", "right"]


@pytest.mark.parametrize(
    "happened",
    [
        lambda application: confirm(application, cast.OLLI),
        lambda application: invitations.decline(slot(application, cast.OLLI)),
        lambda application: invitations.correct_address(slot(application, cast.OLLI), email="new@example.test"),
    ],
)
def test_undeliverable_letter_that_matters_no_more_is_not_told(happened, without_forgetting):
    application = sent(cast.MAIJA, cast.OLLI)
    bounce(letter("invitation", cast.OLLI))
    happened(application)

    assert "undeliverable" not in [message for message, _ in without_forgetting(1)]


def test_bounce_reported_by_the_provider_reaches_the_main_applicant(without_forgetting):
    sent(cast.MAIJA, cast.OLLI)
    lost = letter("invitation", cast.OLLI)
    event = AnymailTrackingEvent(
        event_type="bounced",
        message_id="provider-1",
        recipient=lost.to,
        timestamp=timezone.now(),
        metadata={"letter": lost.message_id.strip("<>")},
    )
    tracking.follow(None, event, "Postmark")

    assert without_forgetting(1)[-1] == ("undeliverable", "maija")


def test_looking_for_undeliverable_letters_takes_constant_queries(django_assert_num_queries):
    def lose(*people):
        for who in people:
            sent(who, cast.OTSO)
        for found in Letter.objects.filter(message="invitation", bounced_at=None):
            bounce(found)

    lose(cast.MAIJA)
    with CaptureQueriesContext(connection) as for_one:
        assert len(undeliverable.untold()) == 1
    lose(cast.OLLI, cast.VERA, cast.VILLE)

    with django_assert_num_queries(len(for_one)):
        assert len(undeliverable.untold()) == 4
    undeliverable.tell()
    assert Letter.objects.filter(message="undeliverable").count() == 4
    assert undeliverable.untold() == []


def test_looking_for_undeliverable_letters_reads_no_table_from_end_to_end():
    sent(cast.MAIJA, cast.OLLI)
    bounce(letter("invitation", cast.OLLI))
    with CaptureQueriesContext(connection) as captured:
        assert len(undeliverable.untold()) == 1

    plans = [explained(query["sql"]) for query in captured.captured_queries]

    assert connection.vendor != "sqlite" or "letter_undeliverable" in plans[0]
    assert connection.vendor != "sqlite" or [plan for plan in plans if "SCAN mailing_letter" in plan] == []


def explained(sql):
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql if connection.vendor == "sqlite" else "EXPLAIN " + sql)
        return str(cursor.fetchall())


# --- What it looks at, and says --------------------------------------------------------------------------


def test_tick_looks_at_due_applications_only(time_machine, django_assert_num_queries):
    sent(cast.MAIJA)
    clock.tick()
    with CaptureQueriesContext(connection) as alone:
        assert clock.tick() == 0
    for _ in range(5):
        sent(cast.OLLI)
    clock.tick()

    with django_assert_num_queries(len(alone)):
        assert clock.tick() == 0


def test_many_are_reminded_by_as_many_statements_as_one(time_machine, django_assert_num_queries):
    sent(cast.MAIJA, cast.OLLI)
    time_machine.shift(4 * DAY)
    with CaptureQueriesContext(connection) as alone:
        clock.tick()
    for _ in range(4):
        sent(cast.VERA, cast.VILLE)
    posted()
    time_machine.shift(4 * DAY)

    with django_assert_num_queries(len(alone)):
        clock.tick()

    assert posted() == [("reminder", who) for who in ("vera", "ville")] * 4


def test_worker_is_told_that_more_is_due_and_goes_on_with_it(time_machine, monkeypatch):
    sent(cast.MAIJA)
    posted()
    time_machine.shift(4 * DAY)
    monkeypatch.setattr(clock, "ROUND_SECONDS", 0)  # over after the first batch

    assert clock.tick_for_a_round() is True
    assert posted() == [("reminder", "maija")]
    assert clock.tick_for_a_round() is False
    assert posted() == []


def test_worker_goes_on_though_an_application_fails(broken_first):
    assert clock.tick_for_a_round() is False

    assert posted() == [("reminder", "olli")]


def test_dry_run_says_what_would_be_done_and_does_nothing(time_machine):
    application = sent(cast.MAIJA, cast.OLLI)
    clock.tick()
    bounce(letter("invitation", cast.OLLI))
    time_machine.shift(84 * DAY)
    before = list(Application.objects.values()), Letter.objects.count()
    out = StringIO()

    call_command("tick", "--dry-run", stdout=out)

    assert out.getvalue().splitlines() == [
        f"{application.number}: warning",
        f"{application.number}: reminder of 0",
        f"{application.number}: undeliverable of 1",
    ]
    assert (list(Application.objects.values()), Letter.objects.count()) == before


def test_dry_run_with_nothing_to_do():
    sent(cast.MAIJA)
    clock.tick()
    out = StringIO()

    call_command("tick", "--dry-run", stdout=out)

    assert out.getvalue() == ""


def test_command_says_how_many_it_visited():
    sent(cast.MAIJA)
    out = StringIO()

    call_command("tick", stdout=out)

    assert out.getvalue() == "0 drafts deleted\n1 applications visited\n"


# --- Summer time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "morning", "end"),
    [
        # Summer time begins on 28 March 2027, and ends on 31 October 2027.
        ("2027-01-04T12:00:00+02:00", "2027-03-28T09:00:00+03:00", "2027-04-05T00:00:00+03:00"),
        ("2027-08-09T12:00:00+03:00", "2027-10-31T09:00:00+02:00", "2027-11-08T00:00:00+02:00"),
    ],
    ids=["begins", "ends"],
)
def test_warning_and_end_keep_helsinki_time(start, morning, end, time_machine):
    """R22"""
    time_machine.move_to(start, tick=False)
    sent(cast.MAIJA)
    posts = []
    for moment in (morning, end):
        time_machine.move_to(dt.datetime.fromisoformat(moment) - dt.timedelta(seconds=1), tick=False)
        clock.tick()
        posted()
        clock.tick()
        posts.append(posted())
        time_machine.shift(1)
        clock.tick()
        posts.append(posted())

    assert posts == [[], [("about_to_lapse", "maija")], [], [("lapsed", "maija")]]


def test_letters_of_the_clock_can_be_written(time_machine):
    sent(cast.MAIJA, cast.OLLI)
    for _ in range(95):
        time_machine.shift(DAY)
        clock.tick()

    for found in Letter.objects.all():
        try:
            assert written(found)
        except NoLongerDue:
            assert found.message in {"invitation", "reminder"}  # which nobody needs once it has lapsed
