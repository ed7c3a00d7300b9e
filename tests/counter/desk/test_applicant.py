import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import changes, document, inviting
from applications.models import Application, Invitation
from counter import account_issue, counter_confirmation, id_checks
from identity import accounts
from identity.models import Person
from records.names import applicant_subject, application_chain
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm, person
from tests.cast import MAIJA, OLLI, TEA, VERA
from tests.cast import applicant as written
from tests.conftest import headings
from tests.counter.checks import GUN
from tests.counter.desk.arranged import address, checked, controls, entries, protect, text_of
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db

ETHAN = written({"first_names": "Ethan", "last_name": "Evans", "hetu": None}, birth_date="1990-03-14", email=None)
SECRETS = ["@example.test", "040 123 4567", "Esimerkkikatu"]


def show(client, sent, position=0):
    return client.get(address("desk_applicant", sent.reference, position))


def acts(page):
    """Return what can be done, without the ways in the details beneath."""
    known = {
        "Check the identity",
        "Confirm application",
        "Create account",
        "See the account",
        "See the receipt",
        "Correct the contact details",
        "Record the personal identity code",
        "Send the invitation again",
        "Set the non-disclosure",
        "Remove the non-disclosure",
        "See who has looked at this person’s details",
    }
    return [name for name in controls(page) if name in known]


def secrets_in(page):
    return [secret for secret in SECRETS if secret in page.content.decode()]


# --- Details ---------------------------------------------------------------------------------------------


def test_slot_shows_the_persons_own_details(adviser):
    sent = application(MAIJA, OLLI)

    checked(sent, MAIJA)

    page = ask(adviser, sent)
    text = text_of(page)

    assert headings(page) == ["Maija Liisa Meikäläinen", "Details", "Emails", "ID checks"]
    assert "010594Y••••" in text
    assert "maija@example.test" in text
    assert "Esimerkkikatu 1 A 2, 00100 Helsinki" in text
    assert "Main applicant" in text
    assert [other for other in ("olli@example.test", "2450", "2,450", "1200", "1,200", "9032") if other in text] == []


def test_title_names_nobody(adviser):
    sent = application(MAIJA)

    title = re.search("<title>(.*?)</title>", show(adviser, sent).content.decode(), re.DOTALL).group(1)

    assert sent.number in title
    assert "Meikäläinen" not in title


def test_slot_without_a_code_says_so(adviser):
    sent = application(MAIJA, co_applicants=[ETHAN])

    text = text_of(show(adviser, sent, 1))

    assert "No personal identity code can confirm only at customer service" in text
    assert "Show the personal identity code" not in text


@pytest.mark.parametrize(("name", "is_told"), [("Maija Liisa", False), ("maija  liisa", False), ("Maja", True)])
def test_other_name_at_the_bank_is_told(adviser, name, is_told):
    person(MAIJA)
    Person.objects.update(first_names=name)

    text = text_of(show(adviser, application(MAIJA)))

    told = "also known by another name. Check that it is the same person. Maja Meikäläinen"
    assert (told in text) == is_told


def test_name_that_the_bank_knows_in_one_piece_is_no_other_name(adviser):
    person(MAIJA)
    Person.objects.update(first_names="", last_name="Meikäläinen Maija Liisa")

    assert "the name was different" not in text_of(show(adviser, application(MAIJA)))


def test_checks_in_all_applications_of_the_person_are_listed(adviser):
    former, sent = application(MAIJA), application(MAIJA, OLLI)
    id_checks.undo(checked(former, MAIJA), reason="Wrong person", by=acting("supervisor"))
    checked(sent, MAIJA)
    checked(sent, OLLI, is_doubtful=True)

    text = text_of(show(adviser, sent))

    assert re.search(
        rf"{sent.number} Passport Anna Adviser in force .* {former.number} Passport Anna Adviser undone", text
    )
    assert "is waiting for a second review" not in text


def test_account_and_its_letters_are_shown(adviser):
    sent = application(MAIJA)
    account = account_issue.issue_account(checked(sent, MAIJA), email="Own@example.test", by=acting("adviser"))
    waits, asked = text_of(show(adviser, sent)), text_of(ask(adviser, sent))

    accounts.close(account)
    closed = text_of(show(adviser, sent))

    assert "The person has not created a password yet." in waits
    assert "On its way." in waits.partition("Link to create a password Maija Liisa Meikäläinen")[2]
    assert "Link to create a password Maija Liisa Meikäläinen own@example.test" in asked
    assert "Closed on" in closed


# --- Recording -------------------------------------------------------------------------------------------


def test_each_opening_is_recorded_with_whom_it_is_about(adviser):
    sent = application(MAIJA, OLLI)

    show(adviser, sent, 1)
    show(adviser, sent, 1)

    opened = (application_chain(sent.pk), applicant_subject(applicant(sent, OLLI).pk), {})
    assert entries("applicant_opened") == [opened] * 2


def test_code_is_shown_when_asked_for_and_that_is_recorded(adviser):
    sent = application(MAIJA, OLLI)

    page = adviser.post(address("desk_code", sent.reference, 1))

    assert "020594X903P" in text_of(page)
    assert "Show the personal identity code" not in text_of(page)
    assert entries("code_shown") == [(application_chain(sent.pk), applicant_subject(applicant(sent, OLLI).pk), {})]


@pytest.mark.parametrize("name", ["desk_code", "desk_details"])
def test_reading_the_address_of_a_look_shows_and_records_nothing(supervisor, name):
    sent = application(MAIJA)

    answer = supervisor.get(address(name, sent.reference, 0))

    assert answer["Location"] == address("desk_applicant", sent.reference, 0)
    assert entries("code_shown") + entries("protected_details_shown") == []


# --- Protection ------------------------------------------------------------------------------------------


def test_no_contact_details_are_shown_without_being_asked_for(supervisor):
    """R16"""
    sent = application(MAIJA)
    checked_and_given_account(sent)

    pages = [show(supervisor, sent), supervisor.post(address("desk_code", sent.reference, 0))]

    assert [secrets_in(page) for page in pages] == [[], []]
    assert "Show the contact details" in controls(pages[0])
    assert entries("contact_details_asked") == []


def test_advisers_see_contact_details_while_the_person_is_here(adviser, time_machine):
    """R16, ADR 19"""
    time_machine.move_to(dt.datetime(2027, 1, 11, 10, tzinfo=dt.UTC), tick=False)
    sign_in_staff(adviser, staff("adviser"))
    sent = application(MAIJA)
    asked = [ask(adviser, sent)]
    checked(sent, MAIJA)
    asked += [ask(adviser, sent)]
    time_machine.shift(dt.timedelta(days=1))
    sign_in_staff(adviser, staff("adviser"))
    asked += [ask(adviser, sent)]

    assert [secrets_in(page) for page in asked] == [[], SECRETS, []]
    assert ["ask a supervisor" in text_of(page) for page in asked] == [True, False, True]
    assert entries("contact_details_asked") == [
        (application_chain(sent.pk), applicant_subject(applicant(sent, MAIJA).pk), {"shown": shown})
        for shown in (False, True, False)
    ]


def test_advisers_see_no_contact_details_of_a_protected_person_who_is_here(adviser):
    """R16"""
    sent = application(MAIJA)
    checked_and_given_account(sent)
    protect(applicant(sent, MAIJA))

    pages = [ask(adviser, sent), show(adviser, sent)]

    assert [secrets_in(page) for page in pages] == [[], []]
    assert re.findall("protect|disclos|safety|restrict", pages[0].content.decode(), re.IGNORECASE) == []
    assert entries("protected_details_shown") == []


def ask(client, sent, position=0):
    return client.post(address("desk_details", sent.reference, position))


def checked_and_given_account(sent):
    account_issue.issue_account(checked(sent, MAIJA), email="own@example.test", by=acting("adviser"))


def test_details_of_whoever_applies_with_a_protected_person_are_as_restricted(adviser, supervisor):
    """R16: they may share a home, an address and a phone"""
    sent = application(MAIJA, OLLI)
    checked(sent, OLLI)
    protect(applicant(sent, MAIJA))

    page = show(adviser, sent, 1)
    others = [
        adviser.get(address("desk_confirm", sent.reference, 1)),
        adviser.get(address("desk_contact", sent.reference, 1)),
        adviser.post(address("desk_code", sent.reference, 1)),
        show(supervisor, sent, 1),
    ]
    shown = supervisor.post(address("desk_details", sent.reference, 1))

    assert [secrets_in(each) for each in (page, *others)] == [[]] * 5
    assert secrets_in(ask(adviser, sent, 1)) == []
    assert secrets_in(shown) == SECRETS
    assert entries("protected_details_shown") == [
        (application_chain(sent.pk), applicant_subject(applicant(sent, MAIJA).pk), {})
    ]


def test_details_of_whoever_applied_with_a_protected_person_elsewhere_are_as_restricted(adviser, supervisor):
    """R16: the other application shows the address of the home that they share"""
    together, alone = application(MAIJA, OLLI), application(OLLI)
    protect(applicant(together, MAIJA))
    checked(alone, OLLI)

    assert (secrets_in(ask(adviser, alone)), secrets_in(ask(supervisor, alone))) == ([], SECRETS)
    assert entries("protected_details_shown") == [
        (application_chain(together.pk), applicant_subject(applicant(together, MAIJA).pk), {})
    ]


def test_checks_of_somebody_without_a_code_are_shown_over_the_versions(adviser):
    sent = application(MAIJA, ETHAN)
    checked(sent, ETHAN)
    again = document.parse(cast.document(MAIJA, ETHAN))
    changes.put(sent, again, tag=sent.version.digest, by=HOUSING_SYSTEM)

    assert "Anna Adviser" in text_of(show(adviser, sent, 1))


def test_protected_details_are_shown_to_supervisors_when_asked_for_each_look_recorded(supervisor):
    sent = application(MAIJA)
    checked_and_given_account(sent)
    protect(applicant(sent, MAIJA))

    page = show(supervisor, sent)
    shown = [supervisor.post(address("desk_details", sent.reference, 0)) for _ in range(2)]

    assert secrets_in(page) == []
    assert [secrets_in(each) for each in shown] == [SECRETS] * 2
    assert (
        entries("protected_details_shown")
        == [(application_chain(sent.pk), applicant_subject(applicant(sent, MAIJA).pk), {})] * 2
    )


# --- What can be done ------------------------------------------------------------------------------------


def test_check_of_whoever_is_not_checked_today_is_made_on_the_page(adviser):
    sent = application(MAIJA)

    assert {"Save and go on to confirm", "Save and create an account"} <= set(controls(show(adviser, sent)))


def test_check_of_somebody_without_a_code_offers_no_account(adviser):
    shown = controls(show(adviser, application(MAIJA, co_applicants=[ETHAN]), 1))

    assert "Save and go on to confirm" in shown
    assert "Save and create an account" not in shown


def test_what_is_typed_of_a_check_is_kept_when_the_code_or_the_contact_details_are_asked_for(adviser):
    sent = application(MAIJA)
    typed = {"document_valid_until": "31.1.2036", "picture_matches": "on", "code": "9032", "show": ""}

    for name in ("desk_code", "desk_details"):
        form = adviser.post(address(name, sent.reference, 0), typed)

        assert 'value="31.1.2036"' in form.text
        assert re.search(r'name="picture_matches"[^>]* checked', form.text)
        assert 'value="9032"' not in form.text
        assert form.context["form"].errors == {}


def test_acts_follow_what_was_done(adviser):
    sent = application(MAIJA, OLLI)
    at_first = acts(show(adviser, sent))
    check = checked(sent, MAIJA)
    after_check = acts(show(adviser, sent))
    account_issue.issue_account(check, email="own@example.test", by=acting("adviser"))
    after_account = acts(show(adviser, sent))
    confirm(sent, MAIJA)
    after_confirming = acts(show(adviser, sent))

    assert at_first == ["Correct the contact details"]
    assert after_check == ["Confirm application", "Create account", "Correct the contact details"]
    assert after_account == ["Confirm application", "See the account", "Correct the contact details"]
    assert after_confirming == ["See the account", "See the receipt", "Correct the contact details"]


def test_acts_for_a_co_applicant_have_the_invitation(adviser):
    sent = application(MAIJA, OLLI)
    Invitation.objects.update(created_at=timezone.now() - inviting.PAUSE)

    assert acts(show(adviser, sent, 1)) == ["Correct the contact details", "Send the invitation again"]


def test_doubtful_check_leaves_nothing_to_do_with_it(adviser):
    sent = application(MAIJA)
    checked(sent, MAIJA, is_doubtful=True)

    assert acts(show(adviser, sent)) == ["Correct the contact details"]


def test_check_of_another_day_is_made_again(adviser, time_machine):
    time_machine.move_to("2026-11-20T08:00Z", tick=False)
    sent = application(MAIJA)
    checked(sent, MAIJA)
    time_machine.move_to("2026-11-20T22:01Z", tick=False)  # the next day in Helsinki

    assert acts(show(adviser, sent)) == ["Create account", "Correct the contact details"]
    assert show(adviser, sent).context["form"]


def test_check_of_a_representative_gives_no_account(adviser):
    sent = application(MAIJA)
    checked(sent, MAIJA, **GUN)

    assert acts(show(adviser, sent)) == ["Confirm application", "Correct the contact details"]


def test_person_without_a_code_gets_no_account(adviser):
    sent = application(MAIJA, co_applicants=[ETHAN])
    checked(sent, ETHAN)

    assert acts(show(adviser, sent, 1)) == [
        "Confirm application",
        "Correct the contact details",
        "Record the personal identity code",
    ]


@pytest.mark.parametrize("state", ["lapsed", "withdrawn"])
def test_nothing_can_be_done_once_the_application_has_ended(adviser, state):
    sent = application(MAIJA)
    Application.objects.filter(pk=sent.pk).update(state=state)

    assert acts(show(adviser, sent)) == []


def test_nothing_is_checked_of_who_is_under_18(adviser):
    assert acts(show(adviser, application(MAIJA, TEA), 1)) == ["Correct the contact details"]


def test_supervisors_can_do_more(supervisor):
    sent = application(MAIJA)
    unmarked = acts(show(supervisor, sent))
    protect(applicant(sent, MAIJA))

    assert unmarked[-2:] == ["Set the non-disclosure", "See who has looked at this person’s details"]
    assert acts(show(supervisor, sent))[-2:] == [
        "Remove the non-disclosure",
        "See who has looked at this person’s details",
    ]


def test_each_act_has_its_page(supervisor):
    sent = application(MAIJA, OLLI)
    account_issue.issue_account(checked(sent, OLLI), email="own@example.test", by=acting("adviser"))
    page = show(supervisor, sent, 1).content.decode().partition("<main")[2].partition("<h2")[0]

    answers = [supervisor.get(found).status_code for found in re.findall('href="(/en/admin/desk/[^"]+)"', page)]

    assert answers == [200] * 8


def test_slot_takes_constant_queries(adviser):
    one, four = application(VERA), application(MAIJA, OLLI)
    for who in (MAIJA, OLLI, VERA):
        person(who)
    for _ in range(3):
        id_checks.undo(checked(four, MAIJA), reason="Again", by=acting("supervisor"))
    id_checks.undo(checked(one, VERA), reason="Again", by=acting("supervisor"))
    show(adviser, one)
    with CaptureQueriesContext(connection) as few:
        show(adviser, one)

    with CaptureQueriesContext(connection) as many:
        show(adviser, four)

    assert len(many) == len(few)
    assert counter_confirmation.person_checked(checked(four, MAIJA)) == person(MAIJA)
