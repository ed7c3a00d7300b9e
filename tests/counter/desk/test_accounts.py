import datetime as dt
import re

import pytest
from django.utils import timezone

from applications.models import Applicant, Application
from counter import account_issue
from counter.desk import access_log
from identity.models import Account
from mailing.models import Letter
from tests.applications.factories import applicant, application
from tests.cast import MAIJA, OLLI
from tests.counter.checks import EMAIL, GUN, check, issue, undo
from tests.counter.desk.arranged import address, controls, entries, protect, text_of
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db

WATCHED = "data-watch"


def at(sent, position=0, name="desk_account"):
    return address(name, sent.reference, position)


def letter():
    return Letter.objects.filter(message="account_link").latest("pk")


@pytest.fixture
def sent():
    sent = application(MAIJA, OLLI)
    check(sent, MAIJA)
    return sent


def test_address_is_read_back_before_anything_is_sent(adviser, sent):
    """J4"""
    response = adviser.post(at(sent), {"email": "Maija.l0@example.test"})

    text = text_of(response)
    assert "Read the address back to the person, one character at a time." in text
    assert "M a i j a" not in text
    assert "m a i letter j a . dot l letter 0 digit @ at sign" in text
    assert Account.objects.count() == 0
    assert Letter.objects.filter(message="account_link").count() == 0


def test_address_that_was_wrong_is_corrected_in_the_form(adviser, sent):
    shown = adviser.post(at(sent), {"email": EMAIL, "correct": "yes"}).content.decode()

    assert f'value="{EMAIL}"' in shown
    assert "Read the address back" not in shown


def test_account_is_issued_after_reading_back(adviser, sent):
    """J5"""
    response = adviser.post(at(sent), {"email": EMAIL, "read_back": "yes"}, follow=True)

    assert response.redirect_chain == [(at(sent), 302)]
    assert Account.objects.get().email == EMAIL
    assert letter().to == EMAIL
    assert "We will send this person a link for creating a password." in text_of(response)
    assert EMAIL not in text_of(response)  # nobody sees it without asking (R16)


def test_button_opens_the_page_with_the_address_of_the_application_read_back_at_once(adviser, sent):
    """J4, R16: the look is recorded"""
    shown = adviser.post(at(sent))

    text = text_of(shown)
    assert "This is the address in the application." in text
    assert "Read the address back to the person, one character at a time. maija@example.test m a" in text
    assert 'name="email" value="maija@example.test"' in shown.content.decode()
    assert [facts for _, _, facts in entries("contact_details_asked")] == [{"shown": True}]
    assert Account.objects.count() == 0


def test_account_is_one_button_away_then(adviser, sent):
    """J4"""
    opened = adviser.post(at(sent)).content.decode()
    email = re.search(r'name="email" value="([^"]+)"', opened).group(1)

    adviser.post(at(sent), {"email": email, "read_back": "yes"})

    assert (Account.objects.get().email, letter().to) == ("maija@example.test", "maija@example.test")
    assert entries("contact_details_changed") == []


def test_button_of_the_page_before_asks_for_the_address_once(adviser, sent):
    session = adviser.session
    session[access_log.ASKED] = applicant(sent, MAIJA).pk
    session.save()

    first, second = adviser.get(at(sent)), adviser.get(at(sent))

    assert "This is the address in the application." in text_of(first)
    assert "maija@example.test" not in second.content.decode()


def test_asking_for_one_person_shows_the_address_of_no_other(adviser, sent):
    check(sent, OLLI)
    session = adviser.session
    session[access_log.ASKED] = applicant(sent, OLLI).pk
    session.save()

    assert "maija@example.test" not in adviser.get(at(sent)).content.decode()


def test_reading_the_page_shows_no_address(adviser, sent):
    """ADR 19: contact details are asked for"""
    shown = adviser.get(at(sent))

    assert "maija@example.test" not in shown.content.decode()
    assert controls(shown)[0] == "Use the address in the application"
    assert entries("contact_details_asked") == []


def test_address_of_a_protected_person_is_typed_by_an_adviser_and_shown_to_a_supervisor(adviser, supervisor, sent):
    """R16"""
    protect(applicant(sent, MAIJA))

    typed, shown = adviser.post(at(sent)), supervisor.post(at(sent))
    adviser.post(at(sent), {"email": EMAIL, "read_back": "yes"})

    assert "You cannot see the present address now. Enter the address that the person tells you." in text_of(typed)
    assert "maija@example.test" not in typed.content.decode()
    assert "maija@example.test" in shown.content.decode()
    assert [facts["shown"] for _, _, facts in entries("contact_details_asked")] == [False, True]
    assert Account.objects.get().email == EMAIL


def test_address_of_somebody_who_was_here_another_day_is_typed(client, time_machine):
    """R16"""
    time_machine.move_to("2027-01-04T12:00:00+02:00")
    sent = application(MAIJA)
    check(sent, MAIJA)
    time_machine.shift(dt.timedelta(days=1))

    assert "You cannot see the present address now." in text_of(sign_in_staff(client, staff("adviser")).post(at(sent)))


def test_application_without_an_address_says_so(adviser, sent):
    Applicant.objects.filter(version=sent.version).update(email="")

    shown = adviser.post(at(sent))

    assert "The application has no email address for this person." in text_of(shown)
    assert controls(shown)[0] == "Continue"


def test_address_in_the_application_that_looks_mistyped_is_asked_about(adviser, sent):
    Applicant.objects.filter(version=sent.version).update(email="maija@gmial.com")

    shown = adviser.post(at(sent))

    assert "Did you mean maija@gmail.com?" in text_of(shown)
    assert 'value="maija@gmial.com"' in shown.content.decode()


def test_address_of_the_account_is_that_of_all_open_applications_of_the_person(adviser, sent):
    """H3: receipts do not go on to the misspelled address."""
    other, ended = application(MAIJA), application(MAIJA)
    Application.objects.filter(pk=ended.pk).update(state="withdrawn")

    read_back = adviser.post(at(sent), {"email": EMAIL})
    adviser.post(at(sent), {"email": EMAIL, "read_back": "yes"})

    assert "Emails about this person’s open applications will go to this address too." in text_of(read_back)
    assert [applicant(each, MAIJA).email for each in (sent, other, ended)] == [EMAIL, EMAIL, "maija@example.test"]
    assert len(entries("contact_details_changed")) == 2


def test_co_applicant_who_is_awaited_is_invited_once_at_the_address_of_the_account(adviser, sent):
    """R13"""
    check(sent, OLLI)
    there = at(sent, 1)

    for email in ("olli.new@example.test", "olli.new@example.test"):
        adviser.post(there, {"email": email, "read_back": "yes"})

    invited = Letter.objects.filter(message="invitation").order_by("pk").values_list("to", flat=True)
    assert list(invited) == ["olli@example.test", "olli.new@example.test"]


def test_couple_that_shares_an_address_keeps_it_for_the_application(adviser, sent):
    """R15: the account needs an address of its own, invitations do not."""
    Applicant.objects.filter(version=sent.version).update(email="both@example.test")
    issue(check(sent, OLLI), email="both@example.test")

    opened = adviser.post(at(sent))
    read_back = adviser.post(at(sent), {"email": EMAIL})
    adviser.post(at(sent), {"email": EMAIL, "read_back": "yes"})

    assert "Another person already has an account with this email address." in text_of(opened)
    assert "Emails about the application will go to the same address as before." in text_of(read_back)
    assert sorted(Account.objects.values_list("email", flat=True)) == ["both@example.test", EMAIL]
    assert applicant(sent, MAIJA).email == "both@example.test"


def test_nothing_is_corrected_when_the_account_is_refused(adviser, sent):
    issue(check(sent, OLLI), email="taken@example.test")

    adviser.post(at(sent), {"email": "taken@example.test", "read_back": "yes"})

    assert applicant(sent, MAIJA).email == "maija@example.test"


def test_ended_application_keeps_its_address(adviser, sent):
    Application.objects.filter(pk=sent.pk).update(state="withdrawn")

    adviser.post(at(sent), {"email": EMAIL, "read_back": "yes"})

    assert (Account.objects.get().email, applicant(sent, MAIJA).email) == (EMAIL, "maija@example.test")


def test_second_click_issues_nothing_more(adviser, sent):
    """R12"""
    for _ in range(2):
        response = adviser.post(at(sent), {"email": EMAIL, "read_back": "yes"}, follow=True)

    assert response.status_code == 200
    assert Letter.objects.filter(message="account_link").count() == 1


def test_address_of_another_person_is_refused_without_telling_whose(adviser, sent):
    """R15"""
    issue(check(sent, OLLI), email="shared@example.test")

    response = adviser.post(at(sent), {"email": "Shared@example.test", "read_back": "yes"})

    text = text_of(response)
    assert response.status_code == 409
    assert "Enter an address that nobody else uses for an account." in text
    assert "Olli" not in text
    assert Account.objects.count() == 1


@pytest.mark.parametrize("nonsense", ["", "maija", "maija@", "a@b.c\nBcc: d@e.f"])
def test_what_is_no_address_is_refused(adviser, sent, nonsense):
    response = adviser.post(at(sent), {"email": nonsense, "read_back": "yes"})

    assert list(response.context["form"].errors) == ["email"]
    assert Account.objects.count() == 0


def test_without_a_check_there_is_no_account(adviser):
    other = application(MAIJA)

    response = adviser.post(at(other), {"email": EMAIL, "read_back": "yes"}, follow=True)

    assert response.redirect_chain == [(address("desk_applicant", other.reference, 0), 302)]
    assert str(account_issue.NotChecked.message) in text_of(response)
    assert Account.objects.count() == 0


def test_whoever_was_represented_gets_no_account(adviser):
    """C6"""
    other = application(MAIJA)
    check(other, MAIJA, **GUN)

    for response in (
        adviser.get(at(other), follow=True),
        adviser.post(at(other), {"email": EMAIL, "read_back": "yes"}, follow=True),
    ):
        assert response.request["PATH_INFO"] == address("desk_applicant", other.reference, 0)
        assert "This person can confirm the application only at customer service." in text_of(response)
    assert Account.objects.count() == 0


@pytest.mark.parametrize(
    ("known", "status", "is_watched"),
    [
        ({}, "On its way. It will be sent soon.", True),
        (
            {"failure": "timeout"},
            "Delayed. We will try again. The problem is on our side, not in the address.",
            True,
        ),
        ({"sent_at": True}, "Sent on", False),
        ({"sent_at": True, "provider": "postmark"}, "Sent on", True),
        ({"sent_at": True, "provider": "postmark", "delivered_at": True}, "Arrived on", False),
        ({"sent_at": True, "provider": "postmark", "bounced_at": True}, "Came back on", False),
        ({"dead_at": True, "failure": "no_address"}, "Could not be sent on", False),
    ],
)
def test_page_tells_what_became_of_the_letter_and_looks_again_while_that_is_open(
    adviser, sent, known, status, is_watched
):
    """J4"""
    issue(check_of(sent))
    moments = {name: timezone.now() if value is True else value for name, value in known.items()}
    Letter.objects.filter(pk=letter().pk).update(**moments)

    response = adviser.get(at(sent))

    assert f"Email with the link {status}" in text_of(response)
    assert (WATCHED in response.content.decode()) == is_watched
    assert ("Ask for the right email address" in text_of(response)) == (
        status in {"Came back on", "Could not be sent on"}
    )


def check_of(sent):
    return applicant(sent, MAIJA).id_checks.get()


def test_page_stops_looking_after_some_minutes(adviser, sent):
    issue(check_of(sent))
    Letter.objects.filter(pk=letter().pk).update(created_at=timezone.now() - dt.timedelta(minutes=4))

    assert WATCHED not in adviser.get(at(sent)).content.decode()


def test_looking_again_is_recorded_once(adviser, sent):
    """C1"""
    issue(check_of(sent))

    for _ in range(3):
        adviser.get(at(sent))

    assert len(entries("applicant_opened")) == 1


def test_address_is_corrected_in_the_same_two_steps(adviser, sent):
    """J4"""
    issue(check_of(sent))
    there = at(sent, name="desk_account_address")

    opened = adviser.post(there)
    assert f'value="{EMAIL}"' in opened.content.decode()
    read_back = adviser.post(there, {"email": "right@example.test"})
    assert "The address is right. Send the link" in text_of(read_back)
    adviser.post(there, {"email": "right@example.test", "read_back": "yes"})

    assert Account.objects.get().email == "right@example.test"
    assert letter().to == "right@example.test"
    assert applicant(sent, MAIJA).email == "right@example.test"
    assert len(entries("account_address_changed")) == 1


def test_link_is_sent_again(adviser, sent):
    issue(check_of(sent))

    response = adviser.post(at(sent, name="desk_account_link"), follow=True)

    assert "We will send a new link." in text_of(response)
    assert Letter.objects.filter(message="account_link").count() == 2


def test_reading_sends_no_link(adviser, sent):
    issue(check_of(sent))

    assert adviser.get(at(sent, name="desk_account_link")).url == at(sent)
    assert Letter.objects.filter(message="account_link").count() == 1


def test_many_links_within_an_hour_are_refused(adviser, sent):
    issue(check_of(sent))

    texts = [text_of(adviser.post(at(sent, name="desk_account_link"), follow=True)) for _ in range(6)]

    assert ["Wait an hour before you send the next one." in text for text in texts] == [False] * 5 + [True]
    assert Letter.objects.filter(message="account_link").count() == 6


@pytest.mark.parametrize("name", ["desk_account_address", "desk_account_link"])
def test_without_an_account_there_is_nothing_to_correct_or_send(adviser, sent, name):
    there = at(sent, name=name)

    response = adviser.post(there, {"email": EMAIL, "read_back": "yes"})

    assert (response.status_code, response.url) == (302, at(sent))
    assert Letter.objects.filter(message="account_link").count() == 0


def test_account_that_was_closed_can_be_issued_again_on_a_new_check(adviser, sent):
    """C5"""
    made = check_of(sent)
    issue(made)
    undo(made)
    refused = adviser.get(at(sent))
    second = check(sent, MAIJA)

    adviser.post(at(sent), {"email": EMAIL, "read_back": "yes"})

    assert refused.status_code == 302
    assert (Account.objects.get().id_check, Account.objects.get().closed_at) == (second, None)


def test_operator_is_not_let_in(operator, sent):
    assert operator.get(at(sent)).status_code == 403


@pytest.mark.parametrize("people", [1, 3])
def test_page_takes_a_constant_number_of_queries(adviser, django_assert_max_num_queries, sent, people):
    for number in range(people):
        issue(check_of(sent), email=f"maija{number}@example.test")
    adviser.get(at(sent))

    with django_assert_max_num_queries(13):
        adviser.get(at(sent))


def test_address_that_a_button_asked_for_is_shown_by_the_next_page_only(adviser):
    """R16"""
    sent = application(MAIJA)
    slot = Application.objects.with_people().get(pk=sent.pk).applicants[0]
    session = adviser.session
    session[access_log.ASKED] = slot.pk
    session.save()

    adviser.get(address("desk_contact", sent.reference, 0))
    later = adviser.get(at(sent))

    assert slot.email not in later.text
