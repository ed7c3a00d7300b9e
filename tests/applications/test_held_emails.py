"""Emails of applications that were imported with their emails held (ADR 46)."""

import datetime as dt
from itertools import groupby

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import ahead, changes, clock, contact_details, document, held_emails, intake, invitations
from applications.models import Invitation
from applications.own_letters import letters_about
from applications.progress import helped, people
from mailing import held, outages, worker
from mailing.enums import Rank
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, confirm, sign_in
from tests.applications.households import fresh, slot
from tests.applications.test_views import url
from tests.counter.learned import put

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def now(time_machine):
    """Stand still at a moment of the database's clock, so that what is due then is due."""
    moment = timezone.now()
    time_machine.move_to(moment, tick=False)
    return moment


@pytest.fixture
def application(now):
    return imported(cast.MAIJA, cast.OLLI)


def imported(*people, **more):
    [application] = intake.send_many(
        [document.parse(cast.document(*people, **more))], by=HOUSING_SYSTEM, holds_emails=True
    )
    return application


def letters(status):
    return sorted(
        (letter.message, letter.to.partition("@")[0])
        for letter in Letter.objects.order_by("pk")
        if letter.status == status
    )


def tick_on(time_machine, moment):
    time_machine.move_to(moment, tick=False)
    clock.tick()


def test_nothing_leaves_and_nothing_seems_to_be_out_of_order(application, time_machine, now):
    time_machine.move_to(now + DAY, tick=False)

    assert worker.deliver_due_letters() == 0
    assert outages.present_outage() is None
    assert letters("held") == [("arrived", "maija"), ("invitation", "olli")]


def test_whoever_has_no_address_is_told_by_the_counter_all_the_same(now):
    imported(cast.MAIJA, co_applicants=[cast.applicant(cast.OLLI, email=None)])

    assert (letters("unaddressed"), letters("held")) == ([("invitation", "")], [("arrived", "maija")])


def test_release_lets_them_leave_one_household_after_the_other(now):
    """Emails that people cause meanwhile leave before a wave (ADR 51)."""
    for _ in range(3):
        imported(cast.MAIJA, cast.OLLI)
    held_emails.release_wave()

    leaving = list(Letter.objects.due())
    assert [letter.message for letter in leaving] == ["arrived", "invitation"] * 3
    assert len([about for about, _ in groupby(leaving, key=lambda letter: letter.about)]) == 3
    assert {letter.rank for letter in leaving} == {Rank.WAVE}


def test_wave_takes_those_held_for_longest_and_whole_households(now, time_machine):
    first = imported(cast.MAIJA, cast.OLLI)
    time_machine.move_to(now + DAY, tick=False)
    second = imported(cast.VERA, cast.VILLE)

    assert held_emails.release_wave(1) == 2

    left = Letter.objects.held()
    assert set(left.values_list("about", flat=True)) == {second.reference}
    assert set(Letter.objects.exclude(pk__in=left).values_list("about", flat=True)) == {first.reference}


def test_wave_of_many_is_released_in_several_transactions(now, monkeypatch):
    monkeypatch.setattr(held_emails, "BATCH", 2)
    for _ in range(5):
        imported(cast.MAIJA, cast.OLLI)

    assert [held_emails.release_wave(3), held_emails.release_wave(), held_emails.release_wave()] == [4, 6, 0]


def test_reminders_count_from_the_release(application, time_machine, now):
    """R14: three days after the invitation, for the main applicant too."""
    for days in range(1, 10):
        tick_on(time_machine, now + days * DAY)
    assert not Letter.objects.filter(message="reminder").exists()

    held_emails.release_wave()
    tick_on(time_machine, now + 11 * DAY)
    assert not Letter.objects.filter(message="reminder").exists()

    tick_on(time_machine, now + 12 * DAY + dt.timedelta(minutes=1))
    assert sorted(Letter.objects.filter(message="reminder").values_list("to", flat=True)) == [
        "maija@example.test",
        "olli@example.test",
    ]


def test_page_promises_no_reminder_while_emails_are_held(application):
    read = fresh(application)

    promised = [each.kind for each in ahead.coming(read, reader=read.applicants[0])]

    assert ahead.ComingKind.REMINDER not in promised
    assert ahead.ComingKind.REMINDER_OF_OTHER not in promised
    held_emails.release_wave()
    read = fresh(application)
    assert ahead.ComingKind.REMINDER in [each.kind for each in ahead.coming(read, reader=read.applicants[0])]


def test_invitation_counts_as_sent_when_it_is_released(application, time_machine, now):
    time_machine.move_to(now + 5 * DAY, tick=False)

    held_emails.release_wave()

    assert Invitation.objects.get().created_at == now + 5 * DAY


def test_last_day_that_comes_near_releases_them(application, time_machine):
    """Whoever hears of it has a fortnight left to confirm."""
    last_day = timezone.make_aware(dt.datetime.combine(application.valid_until, dt.time(12)))
    clock.tick()

    tick_on(time_machine, last_day - 15 * DAY)
    assert letters("held") == [("arrived", "maija"), ("invitation", "olli")]

    tick_on(time_machine, last_day - 14 * DAY)
    assert letters("held") == []
    assert letters("waiting") == [("arrived", "maija"), ("invitation", "olli")]


def test_many_are_released_by_as_many_statements_as_one(time_machine, now, django_assert_num_queries):
    days = [imported(cast.MAIJA, cast.OLLI, sent_at=(now - day * DAY).isoformat()).valid_until for day in (1, 0, 0, 0)]
    clock.tick()
    first, second = [timezone.make_aware(dt.datetime.combine(day, dt.time(12))) for day in sorted(set(days))]
    time_machine.move_to(first - 14 * DAY, tick=False)
    with CaptureQueriesContext(connection) as alone:
        clock.tick()
    time_machine.move_to(second - 14 * DAY, tick=False)

    with django_assert_num_queries(len(alone)):
        clock.tick()

    assert letters("held") == []
    assert len(letters("waiting")) == 8


def test_application_that_came_late_is_held_for_a_day(time_machine, now):
    imported(cast.MAIJA, sent_at=(now - 85 * DAY).isoformat())
    clock.tick()
    tick_on(time_machine, now + dt.timedelta(hours=23))
    assert letters("held") == [("arrived", "maija")]

    tick_on(time_machine, now + dt.timedelta(hours=25))

    assert letters("held") == []


def test_what_has_ended_meanwhile_is_dropped(application):
    changes.withdraw(application, by=HOUSING_SYSTEM)

    assert held_emails.release_wave() == 0

    assert letters("dropped") == [("arrived", "maija"), ("invitation", "olli")]


def test_whoever_has_confirmed_meanwhile_has_a_receipt_instead(application, now, time_machine):
    time_machine.move_to(now + DAY, tick=False)
    confirm(application, cast.OLLI)
    time_machine.move_to(now + 2 * DAY, tick=False)

    assert held_emails.release_wave() == 1

    arrived = Letter.objects.get(message="arrived")
    assert (arrived.status, arrived.parameters["missing"]) == ("waiting", [])
    assert letters("dropped") == [("invitation", "olli")]
    call_command("verify_applications")


def test_what_was_changed_meanwhile_is_dropped(application):
    put(application, cast.MAIJA, cast.OLLI, cast.VERA)

    assert held_emails.release_wave() == 0

    assert letters("dropped") == [("arrived", "maija"), ("invitation", "olli")]
    assert letters("waiting") == [("arrived", "maija"), ("invitation", "olli"), ("invitation", "vera")]


def test_they_go_to_the_address_that_is_right_by_then(application):
    own = slot(application, cast.MAIJA)
    contact_details.write_contact_details(
        own, fresh(application), email="new@example.test", phone="", language="sv", by=actor(cast.MAIJA)
    )

    held_emails.release_wave()

    letter = Letter.objects.get(message="arrived")
    assert (letter.to, letter.language, letter.status) == ("new@example.test", "sv", "waiting")


def test_address_that_is_gone_keeps_the_email_to_be_read(application):
    own = slot(application, cast.MAIJA)
    contact_details.write_contact_details(
        own, fresh(application), email="", phone="", language="fi", by=actor(cast.MAIJA)
    )

    assert held_emails.release_wave() == 1

    assert Letter.objects.get(message="arrived").status == "unaddressed"
    call_command("verify_applications")


def test_invitation_whose_address_is_removed_is_there_once_to_be_read(application):
    others = [cast.applicant(cast.OLLI, email=None)]
    changed = document.parse(cast.document(cast.MAIJA, co_applicants=others))
    changes.put(application, changed, tag=fresh(application).version.digest, by=HOUSING_SYSTEM)

    held_emails.release_wave()

    found = Letter.objects.filter(message="invitation").order_by("pk")
    assert [letter.status for letter in found] == ["dropped", "unaddressed"]


def test_main_applicant_reads_that_the_invitation_is_still_to_come(application, client):
    sign_in(client, cast.MAIJA)

    page = client.get(url("status", application)).content.decode()

    assert "Kutsua ei ole vielä lähetetty. Lähetämme sen myöhemmin." in page
    assert "Kutsuttu" not in page
    assert "Lähetä kutsu uudelleen" not in page


def test_main_applicant_may_send_the_invitation_at_once(application, time_machine, now):
    time_machine.move_to(now + DAY, tick=False)
    read = fresh(application)
    main = read.applicants[0]
    awaited = helped(read, reader=main)
    _own, inviting = letters_about(read, reader=main, inviting=awaited)
    assert [progress.status for _, progress in people(read, awaited, inviting) if progress] == ["held"]

    invitations.resend(slot(application, cast.OLLI))

    assert letters("waiting") == [("invitation", "olli")]
    held_emails.release_wave()
    assert Invitation.objects.filter(replaced_at=None).get().created_at == now + DAY


def test_command_says_how_many_wait_and_releases_some(now, capsys):
    first = imported(cast.MAIJA, cast.OLLI)
    imported(cast.VERA)

    call_command("release_emails")
    call_command("release_emails", "--number", "2")
    call_command("release_emails", "--all")

    assert capsys.readouterr().out.splitlines() == [
        "Emails still held: 3, about 2 applications",
        f"The first of these applications ends on {first.valid_until}",
        "Emails released: 2",
        "Emails still held: 1, about 1 applications",
        f"The first of these applications ends on {first.valid_until}",
        "Emails released: 1",
        "Emails still held: 0, about 0 applications",
    ]


def test_command_refuses_a_number_of_none(db):
    with pytest.raises(CommandError, match="1 or more"):
        call_command("release_emails", "--number", "0")


def test_matters_are_found_no_further_than_asked(now):
    for _ in range(3):
        imported(cast.MAIJA, cast.OLLI)

    assert [len(held.oldest_held(10)), len(held.oldest_held(2)), len(held.oldest_held(10, emails=3))] == [3, 2, 2]
