"""What became of each email to a person, in words on their page (M8)."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import invitations, inviting, letters
from applications.models import Application, Invitation
from counter.desk import messages
from counter.desk.access import find_slot
from mailing import outbox
from mailing.enums import Status
from mailing.models import Letter
from tests.applications.factories import applicant, application, confirm
from tests.applications.households import fresh, slot
from tests.cast import MAIJA, OLLI, VERA
from tests.cast import applicant as written
from tests.counter.checks import check, issue
from tests.counter.desk.arranged import address, controls, entries, protect, text_of

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 29, 14, 46, tzinfo=dt.UTC)
MOMENT = "29 November 2026 at 16:46"
SENT = {"sent_at": AT}
BOUNCED = {**SENT, "bounced_at": AT}
PAGES = [("desk_applicant", 0), ("desk_account", 0), ("desk_application",)]


def said(sent, position=1):
    """Return what is said of the emails to the person at that position."""
    return messages.of_person(find_slot(sent.reference, position))


def show(browser, sent, position=1):
    return browser.get(address("desk_applicant", sent.reference, position))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "On its way. It will be sent soon."),
        ({"failure": "busy"}, "Delayed. We will try again. The email service of this address asked us to wait."),
        ({"failure": "quota"}, "Delayed. We will try again. The problem is on our side, not in the address."),
        (
            {**SENT, "failure": "full"},
            f"Sent on {MOMENT}. It has not arrived yet. We will try again. The mailbox is full.",
        ),
        (SENT, f"Sent on {MOMENT}. We have not heard whether it has arrived."),
        ({**SENT, "delivered_at": AT}, f"Arrived on {MOMENT}."),
        ({**SENT, "complained_at": AT}, f"Arrived, and was marked as junk mail on {MOMENT}."),
        ({**SENT, "bounced_at": AT}, f"Came back on {MOMENT}."),
        (
            {"dead_at": AT, "failure": "refused"},
            f"Could not be sent on {MOMENT}. The email service of this address did not accept our email.",
        ),
        ({"dropped_at": AT}, "Not sent, as it was no longer needed."),
        ({"to": ""}, "Not sent, as there is no email address."),
    ],
)
def test_page_says_what_became_of_an_email(adviser, columns, words):
    sent = application(MAIJA, OLLI)
    Letter.objects.filter(message="invitation").update(**columns)

    page = text_of(show(adviser, sent))

    assert words in page


@pytest.mark.parametrize(
    ("failure", "words", "is_unreachable"),
    [
        ("no_address", "The address does not exist or is no longer in use. {}Ask for the right email address", True),
        ("invalid", "No email can be sent to this address. {}Ask for the right email address and correct it.", True),
        ("suppressed", "or was marked as junk mail. {}Ask for another email address and save it.", True),
        ("refused", "did not accept our email. {}Ask for another email address and save it.", True),
        ("full", "The mailbox is full. {}Ask the person to make room in their mailbox, or ask for another", False),
        ("", "We do not know why. {}Ask for the right email address and correct it.", True),
    ],
)
def test_page_says_why_an_email_came_back_and_what_to_do(adviser, failure, words, is_unreachable):
    sent = application(MAIJA, OLLI)
    Letter.objects.filter(message="invitation").update(**BOUNCED, failure=failure)

    page = show(adviser, sent)

    assert f"Invitation: Came back on {MOMENT}. " in text_of(page)
    none = "We will send no reminders to this address, because our emails do not reach it. "
    assert words.format(none if is_unreachable else "") in text_of(page)
    assert (none in text_of(page)) == is_unreachable
    assert "Correct the address" in text_of(page)
    assert "olli@example.test" not in page.text  # R16


def test_address_is_not_asked_for_where_the_fault_is_ours(adviser):
    sent = application(MAIJA, OLLI)
    Letter.objects.filter(message="invitation").update(dead_at=AT, failure="sender")

    page = text_of(show(adviser, sent))

    assert "not in the address. You do not need to correct the address. Send the invitation or the link again" in page
    assert "orrect the address" not in page.replace("You do not need to correct the address.", "")
    assert "no reminders" not in page


def test_page_says_that_somebody_who_complained_gets_no_reminders_though_later_emails_arrive(adviser):
    """R14"""
    sent = application(MAIJA, OLLI)
    Letter.objects.filter(message="invitation").update(**SENT, delivered_at=AT, complained_at=AT)
    confirm(sent, MAIJA)
    Letter.objects.filter(message="confirmed").update(**SENT, delivered_at=AT)

    page = text_of(show(adviser, sent))

    assert f"Invitation: Arrived, and was marked as junk mail on {MOMENT}." in page
    none = "We will send no reminders to this address, because our email was marked as junk mail there."
    assert f"{none} Ask for another email address if the person wants reminders." in page


def test_page_says_that_an_address_lost_in_another_application_gets_no_reminders(adviser):
    """R14"""
    sent = application(MAIJA, OLLI)
    application(OLLI)
    Letter.objects.filter(message="arrived", to="olli@example.test").update(**BOUNCED, failure="no_address")

    assert "We will send no reminders to this address, because our emails do not reach it." in text_of(
        show(adviser, sent)
    )


def test_nobody_who_has_confirmed_is_said_to_get_no_reminders(adviser):
    sent = application(MAIJA, OLLI, VERA)
    Letter.objects.filter(message="invitation").update(**BOUNCED, failure="no_address")
    confirm(sent, OLLI)

    assert "no reminders" not in text_of(show(adviser, sent))


def test_link_of_the_invitation_is_not_said_to_be_that_of_a_reminder(adviser):
    sent = application(MAIJA, OLLI)
    Invitation.objects.update(opened_at=AT)
    outbox.queue_letters(*letters.reminded(slot(sent, OLLI), fresh(sent), number=1))

    assert Letter.objects.filter(message="reminder").exists()
    assert text_of(show(adviser, sent)).count("The link was opened on") == 1


def test_notice_leads_to_the_present_address_at_once_after_the_check_of_the_day(adviser):
    """R16: the button asks, and that is recorded"""
    sent = application(MAIJA, OLLI)
    Letter.objects.filter(message="invitation").update(**SENT, bounced_at=AT)
    check(sent, OLLI)

    page = show(adviser, sent).text
    there = re.search(r'<form method="post" action="([^"]+)">(?:(?!</form>).)*name="ask"', page, re.DOTALL)[1]
    shown = adviser.post(there, {"ask": ""})

    assert there == address("desk_contact", sent.reference, 1)
    assert shown.context["form"]["email"].value() == "olli@example.test"
    assert [facts for _, _, facts in entries("contact_details_asked")] == [{"shown": True}]


def test_whoever_may_not_see_the_address_now_is_led_to_correct_it_unseen(adviser, supervisor):
    """R16: showing the button records nothing"""
    sent = application(MAIJA, OLLI)
    Letter.objects.filter(message="invitation").update(**SENT, bounced_at=AT)
    there = address("desk_contact", sent.reference, 1)

    before = show(adviser, sent)
    of_supervisor = text_of(show(supervisor, sent))
    unseen = text_of(adviser.get(there))
    check(sent, OLLI)
    after = text_of(show(adviser, sent))

    shown = [("Show the address and correct it" in page) for page in (text_of(before), of_supervisor, after)]
    assert shown == [False, True, True]
    assert re.search(rf'<a class="button secondary" href="{there}">\s*Correct the address</a>', before.text)
    assert "You cannot see the present address" not in unseen
    assert entries("contact_details_asked") == []


@pytest.mark.parametrize("is_here", [True, False])
def test_button_tells_nobody_of_a_mark(adviser, is_here):
    """R16: whoever only opens the page sees the same"""
    sent = application(MAIJA, OLLI)
    Letter.objects.filter(message="invitation").update(**SENT, bounced_at=AT)
    if is_here:
        check(sent, OLLI)
    show(adviser, sent)

    unmarked = text_of(show(adviser, sent))
    protect(applicant(sent, OLLI))

    assert text_of(show(adviser, sent)) == unmarked
    assert ("Show the address and correct it" in unmarked) == is_here


def test_page_of_the_account_says_what_to_do_about_a_full_mailbox(adviser):
    sent = application(MAIJA)
    issue(check(sent, MAIJA))
    Letter.objects.filter(message="account_link").update(failure="full")

    page = text_of(adviser.get(address("desk_account", sent.reference, 0)))

    assert "The mailbox is full." in page
    assert "Ask the person to make room in their mailbox." in page


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (SENT, "Sent on {}. We have not heard"),
        ({**SENT, "delivered_at": AT}, "Arrived on {}."),
        (BOUNCED, "Came back on {}."),
    ],
)
def test_every_page_says_it_in_the_same_words(adviser, columns, words):
    sent = application(MAIJA)
    issue(check(sent, MAIJA))
    Letter.objects.update(**columns)
    pages = [address(name, sent.reference, *more) for name, *more in PAGES]

    said = [text_of(adviser.get(page)) for page in pages]

    assert [words.format(MOMENT) in each for each in said] == [True] * 3
    assert [old for old in map(str, Status.labels) for each in said if f"{old} {MOMENT}" in each] == []


def test_opened_invitation_is_said_to_be_opened(adviser):
    sent = application(MAIJA, OLLI)
    Letter.objects.filter(message="invitation").update(**SENT, delivered_at=AT)
    Invitation.objects.update(opened_at=AT + dt.timedelta(minutes=2))

    page = text_of(show(adviser, sent))

    assert f"Arrived on {MOMENT}. The link was opened on {MOMENT[:-2]}48." in page


def test_emails_of_others_and_of_other_applications_are_not_shown(adviser):
    sent = application(MAIJA, OLLI)
    application(OLLI)

    assert [one.letter.message for one in said(sent).sent] == ["invitation"]
    assert [one.letter.message for one in said(sent, 0).sent] == ["arrived"]


def test_address_that_was_corrected_or_reached_since_is_not_asked_for(adviser):
    sent = application(MAIJA, OLLI)
    Letter.objects.filter(message="invitation").update(**SENT, bounced_at=AT)
    assert said(sent).lost

    invitations.correct_address(applicant(sent, OLLI), email="olli.ohman@example.test")

    assert not said(sent).lost
    assert len(said(sent).sent) == 2


def test_person_without_an_address_is_to_be_asked_for_one(adviser):
    sent = application(MAIJA, co_applicants=[written(OLLI, email=None)])

    page = text_of(show(adviser, sent))

    assert "This person has no email address. Ask for one and add it, or call the person." in page


def test_nothing_is_asked_of_whoever_applied_in_an_application_that_has_ended(adviser):
    sent = application(MAIJA, OLLI)
    Letter.objects.filter(message="invitation").update(**SENT, bounced_at=AT)
    Application.objects.update(state="withdrawn")

    page = text_of(show(adviser, sent))

    assert "Ask for the right email address" not in page
    assert "they can send a new application" in page


def test_invitation_that_was_sent_a_moment_ago_is_not_sent_again(adviser):
    sent = application(MAIJA, OLLI)
    just_now = show(adviser, sent)
    Invitation.objects.update(created_at=timezone.now() - inviting.PAUSE)
    later = show(adviser, sent)

    assert "An invitation was sent to this person a moment ago." in text_of(just_now)
    assert "moment ago" not in text_of(later)
    assert ["Send the invitation again" in controls(page) for page in (just_now, later)] == [False, True]


def test_correcting_the_address_says_that_the_invitation_was_sent(adviser):
    sent = application(MAIJA, OLLI)
    Invitation.objects.update(created_at=timezone.now() - inviting.PAUSE)

    corrected = adviser.post(
        address("desk_contact", sent.reference, 1), {"email": "olli.ohman@example.test", "language": "fi"}, follow=True
    )

    assert "An invitation was sent to this person a moment ago." in text_of(corrected)
    assert "Send the invitation again" not in controls(corrected)


def test_main_applicant_is_told_of_no_invitation(adviser):
    assert "moment ago" not in text_of(show(adviser, application(MAIJA, OLLI), 0))


def test_emails_take_constant_queries(adviser):
    sent = application(MAIJA, OLLI)

    def queries():
        with CaptureQueriesContext(connection) as found:
            show(adviser, sent)
        return len(found)

    Letter.objects.filter(message="invitation").update(**SENT, bounced_at=AT)
    queries()
    before = queries()
    for number in range(3):
        invitations.correct_address(applicant(sent, OLLI), email=f"olli{number}@example.test")
        Letter.objects.filter(message="invitation", bounced_at=None).update(**SENT, bounced_at=AT)

    assert queries() == before
