import datetime as dt
import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import changes, document
from applications.models import Applicant, Application, Invitation, Version
from counter import contacts, id_checks
from identity.models import Account
from mailing.models import Letter
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm, invitation
from tests.cast import MAIJA, OLLI, OTSO, VERA
from tests.cast import document as written
from tests.counter.broken_trail import refusing
from tests.counter.checks import EMAIL, check, issue
from tests.counter.desk.arranged import address, controls, entries, protect, text_of
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db

DETAILS = {"email": "new@example.test", "phone": "040 765 4321", "language": "sv"}
WITH_ACCOUNT = {**DETAILS, "also": ["account"]}


def at(sent, position=0, name="desk_contact"):
    return address(name, sent.reference, position)


def invitations_sent():
    return [letter.to for letter in Letter.objects.filter(message="invitation").order_by("pk")]


def ticks(response):
    """Return where else the form offers to correct the address, and whether that is ticked."""
    form = response.context["form"]
    return {name: value in form["also"].value() for value, name in form.fields["also"].choices}


def test_contact_details_and_language_are_corrected(adviser):
    """C7"""
    sent = application(MAIJA)

    response = adviser.post(at(sent), DETAILS, follow=True)

    mine = applicant(sent, MAIJA)
    assert {"email": mine.email, "phone": mine.phone, "language": mine.language} == DETAILS
    assert "The contact details have been saved." in text_of(response)
    assert Version.objects.count() == 1


def test_correction_is_recorded_without_the_details(adviser):
    sent = application(MAIJA)

    adviser.post(at(sent), {**DETAILS, "phone": "040 123 4567"})

    assert entries("contact_details_changed") == [
        (f"application {sent.pk}", f"applicant {applicant(sent, MAIJA).pk}", {"email": True, "language": True})
    ]


def test_nothing_else_can_be_changed(adviser):
    """C7"""
    form = adviser.get(at(application(MAIJA))).context["form"]

    assert list(form.fields) == ["email", "is_email_removed", "phone", "is_phone_removed", "language"]


def test_wrong_input_is_said_and_kept(adviser):
    sent = application(MAIJA)

    response = adviser.post(at(sent), {**DETAILS, "phone": "call me"})

    assert list(response.context["form"].errors) == ["phone"]
    assert 'value="call me"' in response.content.decode()


def test_new_address_of_somebody_awaited_gets_the_invitation_and_ends_the_former(adviser):
    """R13"""
    sent = application(MAIJA, OLLI)
    former = invitation(sent, OLLI)

    adviser.post(at(sent, 1), DETAILS)

    former.refresh_from_db()
    assert former.replaced_at is not None
    assert invitations_sent() == ["olli@example.test", "new@example.test"]
    assert Letter.objects.filter(message="invitation").latest("pk").language == "sv"
    assert len(entries("invitation_sent")) == 1


@pytest.mark.parametrize("different", [{"email": "olli@example.test"}, {"email": ""}])
def test_address_that_is_the_same_or_none_gets_no_invitation(adviser, different):
    sent = application(MAIJA, OLLI)

    adviser.post(at(sent, 1), {**DETAILS, **different})

    assert invitations_sent() == ["olli@example.test"]


def test_new_address_of_somebody_who_has_confirmed_gets_no_invitation(adviser):
    sent = application(MAIJA, OLLI)
    confirm(sent, OLLI)

    adviser.post(at(sent, 1), DETAILS)

    assert applicant(sent, OLLI).email == "new@example.test"
    assert invitations_sent() == ["olli@example.test"]


def test_application_that_has_ended_is_not_corrected(adviser):
    """R8"""
    sent = application(MAIJA)
    confirm(application(MAIJA), MAIJA)

    response = adviser.post(at(sent), DETAILS, follow=True)

    assert "This application has ended." in text_of(response)
    assert applicant(sent, MAIJA).email == "maija@example.test"


def test_slot_of_a_former_version_is_not_corrected():
    """R6"""
    sent = application(MAIJA)
    former = applicant(sent, MAIJA)
    changed = document.parse(written(MAIJA, language="sv"))
    changes.put(sent, changed, tag=sent.version.digest, by=HOUSING_SYSTEM)

    with pytest.raises(id_checks.SlotChanged):
        contacts.correct_contact_details(former, **DETAILS, by=acting("adviser"))


def test_nothing_is_corrected_if_the_trail_cannot_be_written():
    sent = application(MAIJA, OLLI)

    with refusing("contact_details_changed"), pytest.raises(IntegrityError):
        contacts.correct_contact_details(applicant(sent, OLLI), **DETAILS, by=acting("adviser"))

    assert applicant(sent, OLLI).email == "olli@example.test"
    assert invitations_sent() == ["olli@example.test"]


def test_message_says_that_the_invitation_went_to_the_new_address(adviser):
    """M8"""
    sent = application(MAIJA, OLLI)

    text = text_of(adviser.post(at(sent, 1), DETAILS, follow=True))

    assert "The new address has been saved, and we will send the invitation there." in text
    assert "The contact details have been saved." not in text


def test_account_that_is_not_used_yet_goes_along(adviser):
    """H3: account and application have one address."""
    sent = application(MAIJA, OLLI)
    issue(check(sent, OLLI), email="olli@example.test")

    page = adviser.get(at(sent, 1))
    text = text_of(adviser.post(at(sent, 1), WITH_ACCOUNT, follow=True))

    assert "You can correct the address of the account too" in text_of(page)
    assert ticks(page) == {"Account": True}
    assert "The account has the new address too. We will send its link there." in text
    assert (Account.objects.get().email, applicant(sent, OLLI).email) == ("new@example.test", "new@example.test")
    assert invitations_sent() == ["olli@example.test", "new@example.test"]
    assert Letter.objects.filter(message="invitation").latest("pk").language == "sv"
    assert [each.to for each in Letter.objects.filter(message="account_link").order_by("pk")] == [
        "olli@example.test",
        "new@example.test",
    ]


def used(_sent):
    Account.objects.update(verified_at=timezone.now())


def taken(sent):
    issue(check(sent, OLLI), email=DETAILS["email"])


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (used, "This person already uses the account."),
        (taken, "Another person already has an account with this email address."),
    ],
)
def test_account_that_cannot_go_along_is_named_with_the_reason(adviser, happens, reason):
    sent = application(MAIJA, OLLI)
    issue(check(sent, MAIJA))
    happens(sent)

    text = text_of(adviser.post(at(sent), WITH_ACCOUNT, follow=True))

    assert f"The account still has its earlier address. {reason}" in text
    assert applicant(sent, MAIJA).email == "new@example.test"
    assert Account.objects.filter(email=EMAIL).exists()


def test_account_goes_along_only_within_a_week_of_the_check(client, time_machine):
    time_machine.move_to("2027-01-04T12:00:00+02:00")
    sent = application(MAIJA)
    issue(check(sent, MAIJA))
    time_machine.shift(dt.timedelta(days=8))

    text = text_of(sign_in_staff(client, staff("adviser")).post(at(sent), WITH_ACCOUNT, follow=True))

    assert "The account still has its earlier address. To change the address, you need an ID check" in text
    assert (Account.objects.get().email, applicant(sent, MAIJA).email) == (EMAIL, "new@example.test")


def test_page_of_somebody_who_uses_their_account_says_where_its_address_is_corrected(adviser):
    sent = application(MAIJA)
    issue(check(sent, MAIJA))
    used(sent)

    response = adviser.get(at(sent))

    assert "A new address here does not change the address of the account." in text_of(response)
    assert "See the account" in controls(response)


def test_phone_alone_leaves_the_account_as_it_is(adviser):
    sent = application(MAIJA)
    issue(check(sent, MAIJA))

    text = text_of(adviser.post(at(sent), {**DETAILS, "email": ""}, follow=True))

    assert "account" not in text.partition("The contact details have been saved.")[2][:40]
    assert Account.objects.get().email == EMAIL


def test_contact_details_are_corrected_without_being_shown(adviser, supervisor):
    """R16: of a protected person like of anybody else"""
    sent = application(MAIJA)
    pages = [browser.get(at(sent)).content.decode() for browser in (adviser, supervisor)]
    protect(applicant(sent, MAIJA))
    pages += [adviser.get(at(sent)).content.decode()]

    adviser.post(at(sent), {"email": "", "phone": "040 765 4321", "language": "fi"})

    assert [each for page in pages for each in ("maija@example.test", "040 123 4567") if each in page] == []
    mine = applicant(sent, MAIJA)
    assert (mine.email, mine.phone) == ("maija@example.test", "040 765 4321")


# --- The present details, for those who ask (R16, ADR 19) --------------------------------------------------

PRESENT = {"email": "maija@example.test", "phone": "040 123 4567", "language": "fi"}
ASK = {"ask": ""}


def values(response):
    form = response.context["form"]
    return {name: form[name].value() for name in form.fields}


def focused(response):
    return re.findall(r"<[^>]+\sautofocus[^>]*>", response.content.decode())


def test_first_field_has_the_focus(adviser):
    sent = application(MAIJA)
    check(sent, MAIJA)
    pages = [adviser.get(at(sent)), adviser.post(at(sent), ASK)]
    with_errors = adviser.post(at(sent), {**DETAILS, "phone": "call me"})

    assert [[re.search(r'name="(\w+)"', each)[1] for each in focused(page)] for page in pages] == [["email"]] * 2
    assert ["error-summary" in each for each in focused(with_errors)] == [True]


def test_present_details_are_shown_to_those_who_ask_while_the_person_is_here(adviser):
    sent = application(MAIJA)
    check(sent, MAIJA)

    offered, shown = adviser.get(at(sent)), adviser.post(at(sent), ASK)

    assert "Show the present address and number" in controls(offered)
    assert values(shown) == PRESENT
    assert [facts for _, _, facts in entries("contact_details_asked")] == [{"shown": True}]
    assert entries("contact_details_changed") == []


def test_details_that_were_shown_are_saved_as_they_stand_then(adviser):
    sent = application(MAIJA)
    check(sent, MAIJA)
    shown = adviser.post(at(sent), ASK).content.decode()

    adviser.post(at(sent), {**PRESENT, "email": "maija.l@example.test", "phone": "", "is_shown": "yes"})

    mine = applicant(sent, MAIJA)
    assert 'name="is_shown"' in shown
    assert (mine.email, mine.phone) == ("maija.l@example.test", "")
    assert [facts for _, _, facts in entries("contact_details_changed")] == [{"email": True, "phone": True}]


def test_details_that_were_shown_and_stay_wrong_are_still_shown_beside_the_error(adviser):
    sent = application(MAIJA)
    check(sent, MAIJA)

    response = adviser.post(at(sent), {**PRESENT, "email": "maija@", "is_shown": "yes"})

    assert values(response) == {**PRESENT, "email": "maija@"}
    assert response.context["form"].is_shown


@pytest.mark.parametrize("is_protected", [False, True])
def test_who_may_not_see_them_now_types_what_the_person_says(adviser, supervisor, is_protected):
    """R16: the page says the same of everybody"""
    sent = application(MAIJA)
    if is_protected:
        check(sent, MAIJA)
        protect(applicant(sent, MAIJA))

    refused, shown = adviser.post(at(sent), ASK), supervisor.post(at(sent), ASK)

    assert "You cannot see the present address and number now." in text_of(refused)
    assert [each for each in PRESENT.values() if f'value="{each}"' in refused.content.decode()] == ["fi"]
    assert values(shown) == PRESENT
    assert [facts["shown"] for _, _, facts in entries("contact_details_asked")] == [False, True]


def test_address_that_stays_leaves_the_account_where_it_is(adviser):
    """R15: the account may have another address."""
    sent = application(MAIJA)
    issue(check(sent, MAIJA))
    Applicant.objects.filter(version=sent.version).update(email=PRESENT["email"])

    text = text_of(adviser.post(at(sent), {**PRESENT, "phone": "040 765 4321", "is_shown": "yes"}, follow=True))

    assert Account.objects.get().email == EMAIL
    assert "account has the new address" not in text


def test_address_is_removed_when_the_person_has_none_any_more(adviser):
    sent = application(MAIJA)

    adviser.post(at(sent), {"is_email_removed": "on", "language": "fi"})

    mine = applicant(sent, MAIJA)
    assert (mine.email, mine.phone) == ("", "040 123 4567")


def test_new_address_and_none_at_once_is_asked_back(adviser):
    sent = application(MAIJA)

    response = adviser.post(at(sent), {**DETAILS, "is_email_removed": "on"})

    assert list(response.context["form"].errors) == ["email"]
    assert applicant(sent, MAIJA).email == "maija@example.test"


def test_invitation_is_sent_again(adviser):
    """J4"""
    sent = application(MAIJA, OLLI)
    Invitation.objects.update(created_at=timezone.now() - dt.timedelta(minutes=11))

    response = adviser.post(at(sent, 1, "desk_invitation"), follow=True)

    assert "We will send a new invitation." in text_of(response)
    assert invitations_sent() == ["olli@example.test"] * 2
    assert [subject for _, subject, _ in entries("invitation_sent")] == [f"applicant {applicant(sent, OLLI).pk}"]


def test_invitation_is_not_sent_again_at_once(adviser):
    sent = application(MAIJA, OLLI)

    response = adviser.post(at(sent, 1, "desk_invitation"), follow=True)

    assert "Wait ten minutes before you send the next one." in text_of(response)
    assert Invitation.objects.count() == 1
    assert entries("invitation_sent") == []


def test_main_applicant_is_not_invited(adviser):
    response = adviser.post(at(application(MAIJA, OLLI), 0, "desk_invitation"), follow=True)

    assert "This person no longer needs to confirm the application." in text_of(response)


def test_reading_sends_no_invitation(adviser):
    assert adviser.get(at(application(MAIJA, OLLI), 1, "desk_invitation")).status_code == 302


@pytest.mark.parametrize("name", ["desk_contact", "desk_invitation"])
def test_operator_is_not_let_in(operator, name):
    assert operator.post(at(application(MAIJA, OLLI), 1, name)).status_code == 403


def test_whoever_may_not_issue_accounts_moves_none_by_the_contact_details(adviser):
    sent = application(MAIJA)
    issue(check(sent, MAIJA))
    user = staff("adviser")
    Group.objects.get(name="adviser").permissions.remove(Permission.objects.get(codename="issue_account"))

    sign_in_staff(adviser, user).post(at(sent), WITH_ACCOUNT)

    assert Account.objects.get().email != "new@example.test"


# --- Everywhere it stands (ADR 52) -----------------------------------------------------------------------


def name_of(sent):
    return f"Application {sent.number}"


def test_other_open_applications_of_the_person_are_offered_and_ticked_where_the_address_is_the_same(adviser):
    first, same, other = application(MAIJA, OLLI), application(OLLI), application(VERA, OLLI)
    Applicant.objects.filter(version=other.version, position=1).update(email="second@example.test")
    application(VERA)
    Application.objects.filter(pk=application(OLLI, MAIJA).pk).update(state="withdrawn")

    assert ticks(adviser.get(at(first, 1))) == {name_of(same): True, name_of(other): False}


def test_person_with_one_application_is_offered_nothing(adviser):
    assert "also" not in adviser.get(at(application(MAIJA, OLLI), 1)).context["form"].fields


def test_address_is_corrected_in_the_applications_that_are_ticked(adviser):
    """C7"""
    first, ticked, left = (application(main, OLLI) for main in (MAIJA, VERA, OTSO))
    Applicant.objects.filter(version=ticked.version, position=1).update(phone="050 111 2222", language="en")

    text = text_of(adviser.post(at(first, 1), {**DETAILS, "also": [ticked.reference]}, follow=True))

    found = [applicant(sent, OLLI) for sent in (first, ticked, left)]
    assert [each.email for each in found] == ["new@example.test"] * 2 + ["olli@example.test"]
    assert [each.phone for each in found] == ["040 765 4321", "050 111 2222", "040 123 4567"]
    assert found[1].language == "en"
    assert f"Also corrected in application {ticked.number}." in text
    assert invitations_sent() == ["olli@example.test"] * 3 + ["new@example.test"] * 2
    assert [chain for chain, _, _ in entries("contact_details_changed")] == [
        f"application {sent.pk}" for sent in (first, ticked)
    ]


def test_phone_number_that_is_the_same_elsewhere_is_corrected_there_too(adviser):
    first, other = application(MAIJA), application(MAIJA, OLLI)

    adviser.post(at(first), {**DETAILS, "email": "", "also": [other.reference]})

    mine = applicant(other, MAIJA)
    assert (mine.email, mine.phone) == ("maija@example.test", "040 765 4321")


@pytest.mark.parametrize("of_whom", [VERA, OTSO])
def test_application_of_others_and_no_application_are_passed_over(adviser, of_whom):
    first, others = application(MAIJA, OLLI), application(of_whom)

    adviser.post(at(first, 1), {**DETAILS, "also": [others.reference, "K7MP3XQ4T"]})

    assert applicant(others, of_whom).email != "new@example.test"
    assert applicant(first, OLLI).email == "new@example.test"


def test_application_that_ended_since_the_page_was_opened_is_passed_over(adviser):
    first, other = application(MAIJA, OLLI), application(VERA, OLLI)
    Application.objects.filter(pk=other.pk).update(state="withdrawn")

    text = text_of(adviser.post(at(first, 1), {**DETAILS, "also": [other.reference]}, follow=True))

    assert applicant(other, OLLI).email == "olli@example.test"
    assert "Also corrected" not in text


def test_account_that_is_not_ticked_stays(adviser):
    sent = application(MAIJA, OLLI)
    issue(check(sent, OLLI), email="olli@example.test")

    text = text_of(adviser.post(at(sent, 1), DETAILS, follow=True))

    assert Account.objects.get().email == "olli@example.test"
    assert "earlier address" not in text


def test_offer_says_no_address_of_a_protected_person(adviser):
    """R16"""
    first = application(MAIJA, OLLI)
    application(VERA, OLLI)
    protect(applicant(first, OLLI))

    response = adviser.get(at(first, 1))

    assert "olli@example.test" not in response.text
    assert len(ticks(response)) == 1


def test_offering_more_applications_takes_no_more_queries(adviser):
    first = application(MAIJA, OLLI)
    application(VERA, OLLI)
    adviser.get(at(first, 1))
    with CaptureQueriesContext(connection) as few:
        adviser.get(at(first, 1))
    application(OTSO, OLLI)

    with CaptureQueriesContext(connection) as many:
        adviser.get(at(first, 1))

    assert len(few) == len(many)


# --- One invitation that works, and none in a mailbox that was ended a moment ago (R13) ---------------------


def test_saving_twice_leaves_one_invitation_that_works(adviser):
    sent = application(MAIJA, OLLI)

    for _ in range(2):
        adviser.post(at(sent, 1), DETAILS)

    latest = Letter.objects.filter(message="invitation").latest("pk")
    assert invitations_sent() == ["olli@example.test", "new@example.test"]
    assert latest.parameters["invitation"] == invitation(sent, OLLI).pk


def test_page_offers_no_further_invitation_right_after_a_correction(adviser):
    sent = application(MAIJA, OLLI)
    Invitation.objects.update(created_at=timezone.now() - dt.timedelta(minutes=11))

    page = adviser.post(at(sent, 1), DETAILS, follow=True)

    assert "Send the invitation again" not in controls(page)
