"""What happens next for an application, as its applicants read it, and as a calendar file takes it along."""

import datetime as dt
import re

import pytest
from django.conf import settings as project
from django.urls import reverse
from django.utils import timezone, translation

from applications import ahead, changes, clock, dates
from applications.models import Application
from mailing.models import Letter
from tests import cast
from tests.applications.calendar_reading import read_calendar
from tests.applications.factories import actor, application, confirm
from tests.applications.households import fresh, sent, slot
from tests.applications.test_views import text_of, url
from tests.as_read import as_read

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 11, 16, 10, tzinfo=dt.UTC)  # a Monday
LANGUAGES = [code for code, _ in project.LANGUAGES]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def monday(time_machine):
    time_machine.move_to(START, tick=False)


def kinds(found):
    return [(str(each.kind), each.day.isoformat()) for each in found]


def coming(application, who):
    return ahead.coming(fresh(application), reader=slot(application, who))


def made_valid(*who):
    sent = application(*who)
    for one in who:
        confirm(sent, one)
    return sent


def test_main_applicant_reads_of_all_reminders_and_of_the_last_day():
    sent = application(cast.MAIJA, cast.OLLI)

    found = coming(sent, cast.MAIJA)

    assert kinds(found) == [
        ("reminder", "2026-11-19"),
        ("reminder_of_other", "2026-11-19"),
        ("warning", "2027-02-07"),
        ("last_day_to_confirm", "2027-02-14"),
    ]
    assert found[1].text == "We will remind Olli Öhman by email to confirm the application."


def test_co_applicant_reads_of_nobody_elses_reminders():
    sent = application(cast.MAIJA, cast.OLLI, cast.VERA)

    found = coming(sent, cast.OLLI)

    assert [each.kind for each in found] == ["reminder", "warning", "last_day_to_confirm"]


def test_main_applicant_who_has_confirmed_reads_when_they_are_told_who_is_missing():
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.MAIJA)

    assert [each.kind for each in coming(sent, cast.MAIJA)][:2] == ["report", "reminder_of_other"]


def test_nobody_reads_of_an_email_that_would_not_come():
    """R14: none goes to an address from which the last one came back, and none without an address."""
    lost, without = application(cast.MAIJA, cast.OLLI), sent(cast.MAIJA, {**cast.OLLI, "email": None})
    Letter.objects.filter(to="olli@example.test").update(sent_at=timezone.now(), bounced_at=timezone.now())

    assert [each.kind for each in coming(lost, cast.OLLI)] == ["warning", "last_day_to_confirm"]
    assert [each.kind for each in coming(without, cast.OLLI)] == ["last_day_to_confirm"]


@pytest.mark.parametrize(
    ("facts", "is_reminded"),
    [({"failure": "full"}, True), ({"failure": "no_address"}, False), ({"complained": True}, False)],
)
def test_reminders_are_promised_at_a_full_mailbox_and_not_after_a_complaint(facts, is_reminded):
    """R14"""
    now = timezone.now()
    fate = {"complained_at": now} if "complained" in facts else {"bounced_at": now, **facts}
    made = application(cast.MAIJA, cast.OLLI)
    Letter.objects.filter(to="olli@example.test").update(sent_at=now, **fate)

    found = [[each.kind for each in coming(made, who)] for who in (cast.OLLI, cast.MAIJA)]

    assert [kind in kinds for kind, kinds in zip(("reminder", "reminder_of_other"), found, strict=True)] == [
        is_reminded,
        is_reminded,
    ]


def test_every_day_is_the_one_on_which_the_clock_acts(time_machine):
    """What the page says is what happens."""
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.MAIJA)
    told = {str(each.kind): each.day for each in coming(sent, cast.OLLI)}
    happened = {}

    for _ in range(91):
        time_machine.shift(dt.timedelta(days=1))
        clock.tick()
        for message in Letter.objects.filter(to="olli@example.test").values_list("message", flat=True):
            happened.setdefault(message, dates.today())

    assert happened["reminder"] == told["reminder"]
    assert happened["about_to_lapse"] == told["warning"]
    assert happened["lapsed"] == told["last_day_to_confirm"] + dt.timedelta(days=1)


def test_renewal_is_announced_for_the_first_day_on_which_it_is_offered(time_machine):
    """R7"""
    sent = made_valid(cast.MAIJA)
    [renewal, *_rest] = coming(sent, cast.MAIJA)

    assert kinds([renewal]) == [("renewal", "2026-11-17")]
    with pytest.raises(changes.NothingGained):
        changes.renew(sent, by=actor(cast.MAIJA))
    time_machine.move_to(dt.datetime.combine(renewal.day, dt.time(9), dt.UTC))
    assert [each.kind for each in coming(sent, cast.MAIJA)] == ["warning", "last_day"]
    changes.renew(sent, by=actor(cast.MAIJA))
    assert Application.objects.get(pk=sent.pk).valid_until == dt.date(2027, 2, 15)


def test_birthday_is_told_to_nobody_but_the_person():
    """R2, J2.3: the day would tell the others when somebody was born."""
    born = dt.date(2008, 12, 24)
    sent = application(cast.MAIJA, {**cast.applicant(cast.OLLI, birth_date=born.isoformat()), "hetu": None})
    by_position = [ahead.coming(fresh(sent), reader=one) for one in fresh(sent).applicants]

    assert [[each.kind == "birthday" for each in found].count(True) for found in by_position] == [0, 1]
    assert "2026-12-24" in dict(kinds(by_position[1])).values()


def test_ended_application_has_nothing_ahead(time_machine):
    sent = application(cast.MAIJA)
    time_machine.shift(dt.timedelta(days=91))

    assert coming(sent, cast.MAIJA) == []


@pytest.mark.parametrize(
    ("language", "days"),
    [
        ("fi", ["maanantaina 16.11.2026", "sunnuntaina 22.11.2026"]),
        ("sv", ["måndag 16.11.2026", "söndag 22.11.2026"]),
        ("en", ["Monday 16 November 2026", "Sunday 22 November 2026"]),
    ],
)
def test_day_is_said_with_its_weekday_as_the_language_says_when(language, days):
    """R22: in Finnish in the essive, Sunday too."""
    with translation.override(language):
        assert [as_read(dates.with_weekday(dt.date(2026, 11, day))) for day in (16, 22)] == days


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_lists_the_days_and_leads_to_the_file(sign_in, language):
    sent = application(cast.MAIJA, cast.OLLI)
    client = sign_in(cast.MAIJA)
    with translation.override(language):
        expected = [(each.day_in_words, each.text) for each in coming(sent, cast.MAIJA)]
        page, file = client.get(url("status", sent)), url("calendar", sent)

    shown = text_of(page)
    assert [words for words in sum(expected, ()) if as_read(words).lower() not in shown.lower()] == []
    assert f'href="{file}"' in page.text


# --- The file ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_file_is_a_calendar_that_others_read(sign_in, language):
    sent = application(cast.MAIJA, cast.OLLI)
    with translation.override(language):
        answer = sign_in(cast.MAIJA).get(url("calendar", sent))

    calendar = read_calendar(answer.content)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="heka-{sent.number}.ics"'
    assert "no-store" in answer["Cache-Control"]
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    [event] = calendar["events"]
    assert (event["DTSTART;VALUE=DATE"], event["DTEND;VALUE=DATE"]) == ("20270214", "20270215")
    assert event["DTSTAMP"] == "20261116T100000Z"
    assert sent.number in event["SUMMARY"]


def test_file_holds_the_days_that_bind_and_no_emails(sign_in):
    sent = made_valid(cast.MAIJA)

    events = read_calendar(sign_in(cast.MAIJA).get(url("calendar", sent)).content)["events"]

    assert [event["DTSTART;VALUE=DATE"] for event in events] == ["20261117", "20270214"]
    assert events[1]["SUMMARY"] == f"Heka housing application {sent.number}: last day of validity"


def test_day_that_moves_keeps_its_identifier(sign_in, time_machine):
    """So a calendar moves the day instead of showing two, also once the application has become valid."""
    sent = application(cast.MAIJA)
    client = sign_in(cast.MAIJA)
    before = read_calendar(client.get(url("calendar", sent)).content)["events"][-1]
    confirm(sent, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=10))
    client = sign_in(cast.MAIJA)
    changes.renew(sent, by=actor(cast.MAIJA))

    after = read_calendar(client.get(url("calendar", sent)).content)["events"][-1]

    assert before["UID"] == after["UID"]
    assert (before["DTSTART;VALUE=DATE"], after["DTSTART;VALUE=DATE"]) == ("20270214", "20270224")


def test_file_names_nobody(sign_in):
    sent = application(cast.MAIJA, cast.OLLI)

    text = sign_in(cast.MAIJA).get(url("calendar", sent)).text

    assert re.findall(r"Maija|Olli|Öhman|Meikäläinen|example\.test", text) == []


def test_file_of_an_ended_application_leads_to_its_page(sign_in, time_machine):
    sent = application(cast.MAIJA)
    time_machine.shift(dt.timedelta(days=91))

    answer = sign_in(cast.MAIJA).get(url("calendar", sent))

    assert (answer.status_code, answer.url) == (302, url("status", sent))


def test_file_of_others_is_not_found(sign_in):
    assert sign_in(cast.OTSO).get(url("calendar", application(cast.MAIJA))).status_code == 404


def test_file_needs_identification(client):
    answer = client.get(url("calendar", application(cast.MAIJA)))

    assert answer.url.startswith(reverse("identity:identify"))
