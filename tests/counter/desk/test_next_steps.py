import datetime as dt

import pytest

from applications import invitations
from applications.models import Applicant, Application
from counter import account_issue, id_checks
from identity.models import Account
from mailing.models import Letter
from tests.applications.factories import applicant, application, confirm
from tests.applications.households import edit_elsewhere
from tests.cast import MAIJA, OLLI, VERA
from tests.counter.checks import ETHAN, GUN, check, decide, doubtful, issue, slot
from tests.counter.desk.arranged import address, protect, text_of
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db

AT = "2027-01-04T12:00:00Z"


def steps(client, sent, position=0, language="en"):
    return client.get(address("desk_applicant", sent.reference, position, language=language)).context["next_steps"]


def test_person_who_is_to_show_a_document_needs_no_words(adviser):
    sent = application(MAIJA)
    before = steps(adviser, sent)
    check(sent, MAIJA)

    assert (before, steps(adviser, sent)) == ([], [])


def test_whoever_acts_for_the_person_is_named_with_what_they_can_do(adviser):
    """C6"""
    sent = application(MAIJA)
    check(sent, MAIJA, **GUN)

    assert steps(adviser, sent) == [
        "Gun Gran (guardian) can act for this person here today and, for example, confirm the application. No account "
        "can be created on the basis of this check."
    ]


def test_supervisor_alone_reads_what_a_protected_person_may_be_shown(adviser, supervisor):
    """R16: nobody without the right learns that the mark exists."""
    sent = application(MAIJA)
    protect(applicant(sent, MAIJA))

    [read] = steps(supervisor, sent)

    assert read.startswith("This person is under non-disclosure for personal safety.")
    assert steps(adviser, sent) == []


def test_person_without_a_code_can_confirm_here_only(adviser):
    """R3"""
    sent = application(MAIJA, co_applicants=[ETHAN])
    [before] = steps(adviser, sent, 1)
    check(sent, ETHAN)

    assert before.startswith("This person can confirm only here. If their document has a Finnish personal")
    assert steps(adviser, sent, 1) == []


def test_person_without_an_email_address_is_told_by_phone_or_letter(adviser):
    sent = application(MAIJA)
    Applicant.objects.filter(version=sent.version).update(email="")

    [read] = steps(adviser, sent)

    assert read.startswith("We have no email address for this person, so customer service tells them news by phone")


def test_check_that_waits_is_decided_by_a_colleague(adviser):
    """C4"""
    sent = application(MAIJA)
    doubtful(sent, MAIJA)

    [read] = steps(adviser, sent)

    assert read.startswith("A check of this person is waiting for a second review.")


def test_check_that_was_accepted_today_lets_the_person_confirm_here(adviser):
    sent = application(MAIJA)
    decide(doubtful(sent, MAIJA))

    assert steps(adviser, sent) == [
        "A colleague has accepted the check. The person can confirm the application here now."
    ]


def test_check_that_was_accepted_on_another_day_bears_an_account(client, time_machine):
    time_machine.move_to("2027-01-04T12:00:00+02:00")
    sent = application(MAIJA)
    made = doubtful(sent, MAIJA)
    time_machine.shift(dt.timedelta(days=2))
    decide(made)

    [read] = steps(sign_in_staff(client, staff("adviser")), sent)
    time_machine.shift(dt.timedelta(days=8))

    assert read.startswith("A colleague has accepted the check. An account can be created on the basis of it.")
    assert steps(sign_in_staff(client, staff("adviser")), sent) == []


def test_person_who_has_confirmed_waits_for_the_others(adviser):
    """R1"""
    sent = application(MAIJA, OLLI)
    confirm(sent, MAIJA)
    [waits] = steps(adviser, sent)
    confirm(sent, OLLI)

    assert waits.startswith("Nothing more is needed from this person. The application will become valid when everyone")
    assert steps(adviser, sent) == []


def test_person_who_has_declined_needs_a_changed_application(adviser):
    """R10"""
    sent = application(MAIJA, OLLI)
    invitations.decline(slot(sent, OLLI), by=acting("adviser"))

    [read] = steps(adviser, sent, 1)

    assert read.startswith("This person has declined the application, and it cannot become valid as it is.")


def test_person_who_has_declined_learns_where_the_application_is_edited(adviser):
    """J6.4"""
    sent = application(MAIJA, OLLI)
    invitations.decline(slot(sent, OLLI), by=acting("adviser"))
    edit_elsewhere(sent)

    assert steps(adviser, sent, 1)[1:] == [
        "The applicants can edit this application only in another service, Home search."
    ]


def test_person_under_18_confirms_once_they_are_of_age(adviser):
    """R2"""
    sent = application(MAIJA, VERA)
    Applicant.objects.filter(pk=slot(sent, VERA).pk).update(birth_date=dt.date(2015, 1, 1))

    [read] = steps(adviser, sent, 1)

    assert read.startswith("This person is under 18 and does not need to confirm.")


def test_account_without_a_password_leads_to_its_email(adviser):
    """J4"""
    sent = application(MAIJA)
    issue(check(sent, MAIJA))
    [read] = steps(adviser, sent)
    Account.objects.update(verified_at="2027-01-04T12:00:00Z")

    assert read.startswith("This person has an account but has not created a password.")
    assert steps(adviser, sent) == []


@pytest.mark.parametrize(
    "columns",
    [{"sent_at": AT, "bounced_at": AT, "failure": "no_address"}, {"dead_at": AT, "failure": "no_address"}],
    ids=["came back", "not sent"],
)
def test_link_that_did_not_arrive_is_said_with_what_to_do(adviser, columns):
    sent = application(MAIJA)
    made = check(sent, MAIJA)
    issued = issue(made)
    Letter.objects.filter(message="account_link").update(**columns)

    read, then = steps(adviser, sent)
    account_issue.correct_account_address(
        issued, email="right@example.test", applicant=slot(sent, MAIJA), by=acting("adviser")
    )
    [later] = steps(adviser, sent)

    assert read == (
        "The email with the link to create a password did not reach this person. The address does not exist or is no "
        "longer in use. Ask for the right email address and correct it."
    )
    assert then == "On the page of the account you can correct the address or send a new link."
    assert later.startswith("This person has an account but has not created a password.")


def test_ended_application_has_nothing_next(supervisor):
    """R8"""
    sent = application(MAIJA)
    protect(applicant(sent, MAIJA))
    Application.objects.filter(pk=sent.pk).update(state="withdrawn")

    assert steps(supervisor, sent) == []


def test_check_that_was_undone_says_nothing(adviser):
    """C5"""
    sent = application(MAIJA)
    id_checks.undo(check(sent, MAIJA, **GUN), reason="Somebody else", by=acting("supervisor"))

    assert steps(adviser, sent) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "Henkilö voi vahvistaa hakemuksen vain täällä."), ("sv", "Personen kan bekräfta ansökan bara här.")],
)
def test_page_says_it_in_its_language(adviser, language, words):
    sent = application(MAIJA, co_applicants=[ETHAN])

    response = adviser.get(address("desk_applicant", sent.reference, 1, language=language))

    assert words in text_of(response)
