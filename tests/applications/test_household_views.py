"""What applicants do besides confirming: for themselves (J2), and the main applicant for the others (J3)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from applications import changes, document, email_words, invitation_links, invitations, inviting, letters, references
from applications.invitation_links import find_invitation, invitation_code, invitation_token
from applications.models import Applicant, Application, ErrorReport, Invitation, Version
from mailing import outbox
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, applicant, application, confirm, invitation, state
from tests.applications.households import fresh
from tests.applications.households import sent as household
from tests.applications.test_views import text_of, url
from tests.counter.checks import check, issue

pytestmark = pytest.mark.django_db

MORNING, LATER = "2026-11-16T09:00:00+02:00", "2026-11-16T10:15:00+02:00"
BOUNCED = {"sent_at": MORNING, "bounced_at": MORNING}
GOOD = {"email": "me@example.test", "phone": "+358 40 765 4321", "language": "sv"}


INVITED_THERE = (
    "Your new address has been saved, and we will send the invitation there. The earlier link and code no longer work."
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def sent():
    return application(cast.MAIJA, cast.OLLI)


def person_url(name, sent, position=1):
    return reverse(f"applications:{name}", args=[sent.reference, position])


def letter_of(sent, who):
    return Letter.objects.filter(key=letters.letter_key("invitation", invitation(sent, who).pk, applicant(sent, who)))


def later(time_machine):
    time_machine.move_to(timezone.now() + inviting.PAUSE * 2)


# --- How the others come along -----------------------------------------------------------------------------


def test_status_tells_the_main_applicant_when_who_was_invited(sign_in, time_machine):
    time_machine.move_to(MORNING)
    sent = application(cast.MAIJA, cast.OLLI)

    shown = text_of(sign_in(cast.MAIJA).get(url("status", sent)))

    assert "Invited on 16 November 2026 at 9:00. The invitation has not been opened yet." in shown
    assert "Invitation: On its way." in shown


def test_status_tells_the_main_applicant_that_the_invitation_was_opened(sign_in, time_machine):
    time_machine.move_to(MORNING)
    sent = application(cast.MAIJA, cast.OLLI)
    time_machine.move_to(LATER)
    invitations.opened(invitation(sent, cast.OLLI))

    shown = text_of(sign_in(cast.MAIJA).get(url("status", sent)))

    assert "The invitation was opened on 16 November 2026 at 10:15." in shown


def test_status_tells_the_main_applicant_that_an_invitation_waits_and_sends_it(sign_in):
    sent = application(cast.MAIJA, cast.OLLI)
    Letter.objects.all().delete()
    Invitation.objects.all().delete()
    Applicant.objects.filter(position=1).update(held_at=timezone.now())
    client = sign_in(cast.MAIJA)

    shown = text_of(client.get(url("status", sent)))
    client.post(reverse("applications:resend", args=[sent.reference, 1]))

    assert "The invitation has not been sent yet, because many emails went to this address" in shown
    assert "Send the invitation to Olli Öhman" in shown
    assert [letter.to for letter in Letter.objects.all()] == ["olli@example.test"]
    assert "Send the invitation again" in text_of(client.get(url("status", sent)))


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (
            {"failure": "timeout"},
            "Delayed. We will try again. The problem is on our side, not in the address. You do",
        ),
        ({"failure": "busy"}, "address asked us to wait. You do not need to do anything."),
        (
            {"failure": "full"},
            "The mailbox is full. Ask this person to make room in their mailbox, or give them the invitation code.",
        ),
        ({"sent_at": MORNING, "failure": "full"}, "It has not arrived yet. We will try again. The mailbox is full."),
        ({"sent_at": MORNING}, "Sent on 16 November 2026 at 9:00."),
        ({"sent_at": MORNING, "delivered_at": MORNING}, "Arrived on 16 November 2026 at 9:00."),
        (
            {**BOUNCED, "failure": "no_address"},
            "Came back on 16 November 2026 at 9:00. The address does not exist or is no longer in use. Ask this "
            "person for the right email address and correct it.",
        ),
        (
            {"dead_at": MORNING, "failure": "invalid"},
            "Could not be sent on 16 November 2026 at 9:00. No email can be sent to this address. Ask this person "
            "for the right email address and correct it.",
        ),
        (
            {**BOUNCED, "failure": "full"},
            "in their mailbox. Then send the invitation again, or give them the invitation code.",
        ),
        ({**BOUNCED, "failure": "refused"}, "another email address, or give them the invitation code."),
        ({**BOUNCED, "failure": "suppressed"}, "another email address, or give them the invitation code."),
        ({"dead_at": MORNING, "failure": "quota"}, "Send the invitation again, or give this person the"),
        (BOUNCED, "We do not know why. Check the email address with this person. If it is right, give them"),
        (
            {"sent_at": MORNING, "delivered_at": MORNING, "complained_at": MORNING},
            "marked as junk mail on 16 November 2026 at 9:00. We will send this person no reminders.",
        ),
    ],
)
def test_status_tells_the_main_applicant_what_became_of_the_letter_and_what_to_do(sign_in, sent, facts, text):
    """J3"""
    letter_of(sent, cast.OLLI).update(**facts)

    shown = text_of(sign_in(cast.MAIJA).get(url("status", sent)))

    became = " ".join(email_words.what_became(letter_of(sent, cast.OLLI).get()).split())
    assert f"Invitation: {became}" in shown
    assert text in shown


def test_status_tells_of_the_latest_of_invitation_and_reminders(sign_in, sent):
    letter_of(sent, cast.OLLI).update(sent_at=MORNING, delivered_at=MORNING)
    outbox.queue_letters(*letters.reminded(applicant(sent, cast.OLLI), fresh(sent), number=1))
    Letter.objects.filter(message="reminder").update(**BOUNCED, failure="full")

    shown = text_of(sign_in(cast.MAIJA).get(url("status", sent)))

    assert "Reminder: Came back on 16 November 2026 at 9:00. The mailbox is full." in shown
    assert "Arrived on" not in shown


def test_status_goes_on_telling_of_a_complaint_after_a_reminder_arrived(sign_in, sent):
    letter_of(sent, cast.OLLI).update(sent_at=MORNING, delivered_at=MORNING, complained_at=MORNING)
    outbox.queue_letters(*letters.reminded(applicant(sent, cast.OLLI), fresh(sent), number=1))
    Letter.objects.filter(message="reminder").update(sent_at=MORNING, delivered_at=MORNING)

    assert "Invitation: Arrived, and was marked as junk mail" in text_of(sign_in(cast.MAIJA).get(url("status", sent)))


@pytest.mark.parametrize(
    ("facts", "is_address"),
    [
        ({**BOUNCED, "failure": "no_address"}, True),
        ({"dead_at": MORNING, "failure": "invalid"}, True),
        ({**BOUNCED, "failure": "refused"}, True),
        ({**BOUNCED, "failure": "suppressed"}, True),
        (BOUNCED, True),
        ({**BOUNCED, "failure": "full"}, False),
        ({"dead_at": MORNING, "failure": "quota"}, False),
        ({"sent_at": MORNING, "complained_at": MORNING}, False),
        ({"sent_at": MORNING, "delivered_at": MORNING}, False),
        ({"failure": "no_address"}, False),
    ],
)
def test_invitation_lost_because_of_its_address_is_not_sent_there_again_but_the_address_corrected(
    sign_in, sent, facts, is_address
):
    """J3"""
    letter_of(sent, cast.OLLI).update(**facts)

    page = sign_in(cast.MAIJA).get(url("status", sent))

    assert (person_url("resend", sent) in page.text) == (not is_address)
    assert ("The invitation has not been opened yet." in page.text) == (not is_address)
    look = "button small" if is_address else "button secondary small"
    assert f'<a class="{look}" href="{person_url("correct_address", sent)}">' in page.text


def test_status_tells_nothing_of_emails_to_a_former_address(sign_in, sent):
    letter_of(sent, cast.OLLI).update(**BOUNCED, failure="no_address")
    details = {"email": "own@example.test", "phone": "", "language": "fi"}
    invitations.correct_own_contact_details(applicant(sent, cast.OLLI), **details)

    assert "Came back" not in text_of(sign_in(cast.MAIJA).get(url("status", sent)))


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (
            {**BOUNCED, "failure": "no_address"},
            "The address does not exist or is no longer in use. Correct your email",
        ),
        ({**BOUNCED, "failure": "full"}, "Make room in your mailbox, or give us another email address."),
        ({**BOUNCED, "failure": "refused"}, "did not accept our email. Give us another email address."),
        (BOUNCED, "We do not know why. Check your email address."),
        ({"dead_at": MORNING, "failure": "login"}, "You do not need to correct the address."),
        ({"sent_at": MORNING, "complained_at": MORNING}, "We will send you no reminders. If you want them, give us"),
    ],
)
@pytest.mark.parametrize("who", [cast.MAIJA, cast.OLLI])
def test_person_reads_that_their_own_emails_came_back_beside_the_link_to_correct_the_address(
    sign_in, sent, who, facts, text
):
    """J2.4"""
    own = applicant(sent, who)
    Letter.objects.filter(to=own.email).update(**facts)

    page = sign_in(who).get(url("status", sent))

    assert text in text_of(page)
    assert "Our email to you:" in text_of(page)
    assert reverse("applications:contact_details", args=[sent.reference]) in page.text


def test_person_who_is_about_to_confirm_reads_it_too_beside_the_link(sign_in, sent):
    letter_of(sent, cast.OLLI).update(**BOUNCED, failure="full")

    page = text_of(sign_in(cast.OLLI).get(url("confirm", sent)))

    assert "Make room in your mailbox, or give us another email address. Correct your own email address, phone" in page


def test_person_whose_address_was_reached_since_reads_of_no_email_that_came_back(sign_in, sent):
    Letter.objects.filter(to="maija@example.test").update(**BOUNCED)
    confirm(sent, cast.MAIJA)
    Letter.objects.filter(message="receipt").update(sent_at=MORNING, delivered_at=MORNING)

    assert "Our email to you:" not in text_of(sign_in(cast.MAIJA).get(url("status", sent)))


def test_status_is_of_the_newest_letter(sign_in, sent):
    letter_of(sent, cast.OLLI).update(sent_at=MORNING, bounced_at=MORNING)
    invitations.correct_address(applicant(sent, cast.OLLI), email="new@example.test")

    shown = text_of(sign_in(cast.MAIJA).get(url("status", sent)))

    assert "Came back" not in shown
    assert "Invitation: On its way." in shown


def test_status_shows_the_main_applicant_the_code_that_works(sign_in, sent):
    text = sign_in(cast.MAIJA).get(url("status", sent)).text

    shown = re.search(r"<details>.*?number\">(.{4}-.{4})</p>.*?</details>", text, re.DOTALL).group(1)
    assert find_invitation(shown) == invitation(sent, cast.OLLI)


def test_status_goes_on_without_the_code_once_its_key_is_gone(sign_in, sent):
    Invitation.objects.update(code_hash="of another key")

    response = sign_in(cast.MAIJA).get(url("status", sent))

    assert response.status_code == 200
    assert "<details>" not in response.text


def test_status_of_somebody_without_an_address_says_what_to_do(sign_in):
    sent = application(cast.MAIJA, co_applicants=[cast.applicant(cast.OLLI, email=None)])

    shown = text_of(sign_in(cast.MAIJA).get(url("status", sent)))

    assert "We have no email address for Olli Öhman, so we cannot send an invitation." in shown
    assert "Add an email address" in shown
    assert "Send the invitation again" not in shown


def test_status_shows_co_applicants_names_and_states_only(sign_in):
    """J2"""
    sent = application(cast.MAIJA, cast.OLLI, cast.VERA)

    response = sign_in(cast.OLLI).get(url("status", sent))

    shown = text_of(response)
    assert "Vera Virtanen Co-applicant 2 not confirmed yet" in shown
    hidden = ["Invited on", "letter", "opened", "Send the invitation", "Correct the email address of"]
    assert [text for text in hidden if text in shown] == []
    assert re.findall(r"/people/(\d)/", response.text) == ["1"]  # their own slip
    assert invitation_code(invitation(sent, cast.OLLI)) not in response.text
    assert invitation_code(invitation(sent, cast.VERA)) not in response.text


@pytest.mark.parametrize(
    ("done", "offered"),
    [(confirm, set()), (lambda sent, who: invitations.decline(applicant(sent, who)), {"remove"})],
    ids=["confirmed", "declined"],
)
def test_status_offers_for_somebody_who_declined_to_remove_them_and_nothing_once_they_confirmed(
    sign_in, sent, done, offered
):
    done(sent, cast.OLLI)

    shown = sign_in(cast.MAIJA).get(url("status", sent)).text
    assert set(re.findall(r"/people/1/(\w+)/", shown)) == offered


def test_status_shows_that_somebody_declined(sign_in, time_machine):
    time_machine.move_to(MORNING)
    sent = application(cast.MAIJA, cast.OLLI, cast.VERA)
    invitations.decline(applicant(sent, cast.OLLI))

    for who in (cast.MAIJA, cast.VERA):
        shown = text_of(sign_in(who).get(url("status", sent)))
        assert "Olli Öhman Co-applicant 1 declined on 16 November 2026 at 9:00" in shown


def test_status_is_the_same_for_a_protected_person(sign_in):
    """R16"""
    shown = []
    for protected in (False, True):
        olli = cast.applicant(cast.OLLI, email="olli.secret@example.test", non_disclosure=protected)
        sent = application(cast.MAIJA, co_applicants=[olli])
        response = sign_in(cast.MAIJA).get(url("status", sent))
        assert "secret" not in response.text
        text = text_of(response).replace(sent.number, "NUMBER")
        shown.append(text.replace(invitation_code(invitation(sent, cast.OLLI)), "CODE"))

    assert shown[0] == shown[1]


@pytest.mark.parametrize("number", [1, 3])
def test_status_takes_a_constant_number_of_queries(sign_in, number, django_assert_num_queries):
    sent = application(cast.MAIJA, *[cast.OLLI, cast.VERA, cast.VILLE][:number])
    client = sign_in(cast.MAIJA)
    client.get(url("status", sent))

    # session with its person, application with its people and the terms, letters, lost addresses
    with django_assert_num_queries(4):
        client.get(url("status", sent))
    client = sign_in(cast.OLLI)
    client.get(url("status", sent))
    with django_assert_num_queries(4):
        client.get(url("status", sent))


# --- What the main applicant does for the others ------------------------------------------------------------


def test_resend_sends_a_new_letter_and_ends_the_former_link(sign_in, sent, time_machine):
    client, former = sign_in(cast.MAIJA), invitation_token(invitation(sent, cast.OLLI))
    later(time_machine)

    response = client.post(person_url("resend", sent), follow=True)

    assert response.redirect_chain == [(url("status", sent), 302)]
    assert "We are sending a new invitation to Olli Öhman." in text_of(response)
    assert Letter.objects.filter(message="invitation").count() == 2
    with pytest.raises(invitation_links.InvitationReplaced):
        find_invitation(former)


def test_resend_soon_after_is_refused_and_said_why(sign_in, sent):
    response = sign_in(cast.MAIJA).post(person_url("resend", sent), follow=True)

    assert "We have just sent an email to this person. Wait ten minutes before you send the next one." in text_of(
        response
    )
    assert Letter.objects.filter(message="invitation").count() == 1


def test_resend_changes_nothing_when_it_is_read(sign_in, sent, time_machine):
    client = sign_in(cast.MAIJA)
    later(time_machine)

    assert client.get(person_url("resend", sent)).url == url("status", sent)
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("name", ["resend", "correct_address"])
@pytest.mark.parametrize("position", [0, 1, 2, 3, 10**30])
def test_co_applicant_does_nothing_for_the_others(sign_in, time_machine, name, position):
    sent = application(cast.MAIJA, cast.OLLI, cast.VERA)
    client, before = sign_in(cast.OLLI), list(Applicant.objects.values())
    later(time_machine)

    answers = [client.post(person_url(name, sent, position), {"email": "mine@example.test"})]
    answers.append(client.get(person_url(name, sent, position)))

    assert [(a.status_code, a.url) for a in answers] == [(302, url("status", sent))] * 2
    assert list(Applicant.objects.values()) == before
    assert Invitation.objects.count() == 2


@pytest.mark.parametrize("name", ["resend", "correct_address"])
@pytest.mark.parametrize("position", [0, 2, 10**30])
def test_main_applicant_does_nothing_for_themselves_or_for_nobody(sign_in, sent, time_machine, name, position):
    client = sign_in(cast.MAIJA)
    later(time_machine)

    response = client.post(person_url(name, sent, position), {"email": "new@example.test"})

    assert response.url == url("status", sent)
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("name", ["resend", "correct_address"])
def test_main_applicant_does_nothing_for_somebody_who_has_confirmed(sign_in, sent, time_machine, name):
    confirm(sent, cast.OLLI)
    client = sign_in(cast.MAIJA)
    later(time_machine)

    response = client.post(person_url(name, sent), {"email": "new@example.test"})

    assert response.url == url("status", sent)
    assert applicant(sent, cast.OLLI).email == "olli@example.test"
    assert Invitation.objects.count() == 1


def test_correcting_the_address_sends_the_invitation_there(sign_in, sent):
    former = invitation_token(invitation(sent, cast.OLLI))

    response = sign_in(cast.MAIJA).post(
        person_url("correct_address", sent), {"email": " right@example.test "}, follow=True
    )

    assert response.redirect_chain == [(url("status", sent), 302)]
    assert "We are sending the invitation to the address that you entered. It is for Olli Öhman." in text_of(response)
    assert applicant(sent, cast.OLLI).email == "right@example.test"
    assert letter_of(sent, cast.OLLI).get().to == "right@example.test"
    with pytest.raises(invitation_links.InvitationReplaced):
        find_invitation(former)


def test_correcting_the_address_never_shows_the_present_one(sign_in, sent):
    page = person_url("correct_address", sent)
    client = sign_in(cast.MAIJA)

    for response in (client.get(page), client.post(page, {"email": "wrong"}), client.post(page, {"email": ""})):
        assert response.status_code == 200
        assert "olli@example.test" not in response.text


@pytest.mark.parametrize(("email", "is_told"), [("olli@example.test", True), (None, False)])
def test_earlier_invitation_is_spoken_of_only_where_there_is_an_address(sign_in, email, is_told):
    made = household(cast.MAIJA, {**cast.OLLI, "email": email}, language="en")

    shown = text_of(sign_in(cast.MAIJA).get(person_url("correct_address", made)))

    assert ("an earlier invitation will stop working" in shown) is is_told


@pytest.mark.parametrize("typed", ["", "wrong", "a@b", "two@example.test, more@example.test", "x" * 250 + "@a.fi"])
def test_correcting_the_address_to_what_is_none_keeps_it_and_says_so(sign_in, sent, typed):
    response = sign_in(cast.MAIJA).post(person_url("correct_address", sent), {"email": typed})

    assert "The form has the following errors:" in text_of(response)
    assert f'value="{typed}"' in response.text or not typed
    assert 'href="#id_email"' in response.text
    assert applicant(sent, cast.OLLI).email == "olli@example.test"


def test_correcting_addresses_is_limited(sign_in, sent):
    client = sign_in(cast.MAIJA)

    answers = [
        client.post(person_url("correct_address", sent), {"email": f"a{n}@example.test"}).status_code for n in range(6)
    ]

    assert answers == [302] * 5 + [429]


# --- What everybody does for themselves ---------------------------------------------------------------------


@pytest.mark.parametrize("who", [cast.MAIJA, cast.OLLI])
def test_own_contact_details_are_shown_to_be_corrected(sign_in, sent, who):
    text = sign_in(who).get(url("contact_details", sent)).text

    assert f'value="{who["first_names"].split()[0].lower()}@example.test"' in text
    assert 'value="040 123 4567"' in text
    assert '<option value="fi" selected>' in text


@pytest.mark.parametrize("who", [cast.MAIJA, cast.OLLI])
def test_own_contact_details_are_corrected_without_a_new_version(sign_in, sent, who):
    client = sign_in(who)

    response = client.post(url("contact_details", sent), GOOD, follow=True)

    me = applicant(sent, who)
    told = "Your contact details have been saved." if who is cast.MAIJA else INVITED_THERE
    assert told in text_of(response)
    assert (me.email, me.phone, me.language) == ("me@example.test", "+358 40 765 4321", "sv")
    assert Version.objects.count() == 1
    assert response.redirect_chain == [(url("confirm", sent), 302)]
    assert "me@example.test" in text_of(response)


def test_co_applicant_who_keeps_their_address_is_told_of_no_invitation(sign_in, sent):
    own = applicant(sent, cast.OLLI).email

    response = sign_in(cast.OLLI).post(url("contact_details", sent), {**GOOD, "email": own}, follow=True)

    assert "Your contact details have been saved." in text_of(response)
    assert INVITED_THERE not in text_of(response)


def test_own_contact_details_are_corrected_after_confirming(sign_in, sent):
    confirm(sent, cast.OLLI)

    response = sign_in(cast.OLLI).post(url("contact_details", sent), GOOD, follow=True)

    assert response.redirect_chain == [(url("status", sent), 302)]
    assert INVITED_THERE not in text_of(response)
    assert applicant(sent, cast.OLLI).email == "me@example.test"
    assert applicant(sent, cast.OLLI).confirmed
    assert state(sent) == "awaiting"


def test_applicants_keep_their_order_once_one_was_corrected(sign_in, sent):
    """PostgreSQL moves a row that is written; the main applicant comes first all the same."""
    sign_in(cast.MAIJA).post(url("contact_details", sent), GOOD)

    assert [a.position for a in Application.objects.get(pk=sent.pk).applicants] == [0, 1]


def test_own_contact_details_may_be_left_out(sign_in, sent):
    sign_in(cast.OLLI).post(url("contact_details", sent), {"email": "", "phone": "", "language": "en"})

    me = applicant(sent, cast.OLLI)
    assert (me.email, me.phone, me.language) == ("", "", "en")


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("email", "wrong", "Check the email address."),
        ("email", "a\r\nBcc: b@example.test", "Check the email address."),
        ("phone", "call me", "Check the phone number."),
        ("phone", "1" * 60, "Enter only one phone number"),
        ("language", "de", "Select a valid choice."),
        ("language", "", "Choose the language of communication."),
    ],
)
def test_own_contact_details_that_cannot_be_are_errors_beside_the_field(sign_in, sent, field, typed, error):
    response = sign_in(cast.OLLI).post(url("contact_details", sent), {**GOOD, field: typed})

    assert "The form has the following errors:" in text_of(response)
    assert text_of(response).count(error) == 2  # in the summary, and beside the field
    assert f'href="#id_{field}"' in response.text
    assert 'value="me@example.test"' in response.text or field == "email"
    assert applicant(sent, cast.OLLI).email == "olli@example.test"


def ticks(response):
    """Return where else the form offers to correct the address, and whether that is ticked."""
    form = response.context["form"]
    return {value: value in form["also"].value() for value, _name in form.fields["also"].choices}


def test_own_address_is_offered_to_be_corrected_where_the_same_one_stands(sign_in, sent):
    same, another = application(cast.OTSO, cast.OLLI), application(cast.VERA, cast.OLLI)
    Applicant.objects.filter(version=another.version, position=1).update(email="second@example.test")
    client = sign_in(cast.OLLI)

    page = client.get(url("contact_details", sent))
    done = client.post(url("contact_details", sent), {**GOOD, "also": [same.reference]}, follow=True)

    assert ticks(page) == {same.reference: True}
    assert f"Application {same.number}" in text_of(page)
    assert f"Also corrected in application {same.number}." in text_of(done)
    found = [applicant(each, cast.OLLI).email for each in (sent, same, another)]
    assert found == ["me@example.test", "me@example.test", "second@example.test"]


def test_place_that_postgresql_could_not_look_for_is_refused(sign_in, sent):
    application(cast.OTSO, cast.OLLI)

    response = sign_in(cast.OLLI).post(url("contact_details", sent), {**GOOD, "also": ["\0"]})

    assert response.status_code == 200
    assert "also" in response.context["form"].errors


@pytest.mark.parametrize("ticked", [[], [0], [0, 1]])
def test_ticks_outlive_another_language_of_the_page(sign_in, sent, ticked):
    others = [application(main, cast.OLLI) for main in (cast.OTSO, cast.VERA)]
    also = [others[number].reference for number in ticked]

    page = sign_in(cast.OLLI).post(url("contact_details", sent), {**GOOD, "also": also, "show": ""})

    assert ticks(page) == {each.reference: number in ticked for number, each in enumerate(others)}
    assert applicant(sent, cast.OLLI).email == "olli@example.test"


def test_own_address_that_stands_nowhere_else_is_asked_about_nowhere_else(sign_in, sent):
    assert "also" not in sign_in(cast.OLLI).get(url("contact_details", sent)).context["form"].fields


def test_own_address_sends_the_invitation_along_and_the_page_says_so(sign_in, sent):
    client = sign_in(cast.OLLI)

    shown = text_of(client.get(url("contact_details", sent)))
    for _ in range(2):
        client.post(url("contact_details", sent), GOOD)

    assert (
        "If you correct the address before you confirm the application, we will send the invitation to the new"
        in shown
    )
    assert [letter.to for letter in Letter.objects.filter(message="invitation").order_by("pk")] == [
        "olli@example.test",
        "me@example.test",
    ]


def test_new_addresses_of_ones_own_are_limited(sign_in, sent):
    client = sign_in(cast.OLLI)

    answers = [
        client.post(url("contact_details", sent), {**GOOD, "email": f"a{n}@example.test"}).status_code
        for n in range(6)
    ]

    assert answers == [302] * 5 + [429]


@pytest.mark.parametrize(("account", "is_told"), [("olli@example.test", True), ("own@example.test", False)])
def test_who_has_an_account_at_the_former_address_is_told_where_it_is_changed(sign_in, sent, account, is_told):
    issue(check(sent, cast.OLLI), email=account)
    Applicant.objects.filter(version=sent.version, position=1).update(email="olli@example.test")
    client = sign_in(cast.OLLI)

    shown = text_of(client.post(url("contact_details", sent), GOOD, follow=True))

    assert ("Your account still has your earlier email address. Log in with that address." in shown) is is_told


def test_address_of_a_co_applicant_is_offered_to_be_corrected_in_ones_other_applications(sign_in, sent):
    """R16: the offer is the same whether or not the same address stands there."""
    same, another = (application(cast.MAIJA, cast.OLLI) for _ in range(2))
    of_another = application(cast.OTSO, cast.MAIJA, cast.OLLI)
    Applicant.objects.filter(version=another.version, position=1).update(email="second@example.test")
    client, page = sign_in(cast.MAIJA), person_url("correct_address", sent)

    offered = client.get(page)
    done = client.post(
        page, {"email": "right@example.test", "also": [same.reference, of_another.reference]}, follow=True
    )

    assert ticks(offered) == {same.reference: True, another.reference: True}
    assert f"Also corrected in application {same.number}." in text_of(done)
    found = [applicant(each, cast.OLLI).email for each in (sent, same, another, of_another)]
    assert found == ["right@example.test"] * 2 + ["second@example.test", "olli@example.test"]


def test_error_report_goes_to_the_main_applicant(sign_in, sent):
    response = sign_in(cast.OLLI).post(url("report_error", sent), {"text": "We are three.\r\nNot two."}, follow=True)

    assert response.redirect_chain == [(url("status", sent), 302)]
    assert "We are sending your report to the main applicant." in text_of(response)
    assert ErrorReport.objects.get().text == "We are three.\nNot two."
    letter = Letter.objects.get(message="error_reported")
    assert (letter.to, letter.parameters["who"]) == ("maija@example.test", "Olli Öhman")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Enter what is wrong, for example a name or a date."),
        ("x" * 1001, "at most 1000 characters"),
        ("a\x00b", "characters that cannot be sent"),
        ("My code is 020594x903p.", "Remove the personal identity code from your text."),
    ],
)
def test_error_report_that_cannot_be_sent_is_kept_and_said_why(sign_in, sent, text, error):
    response = sign_in(cast.OLLI).post(url("report_error", sent), {"text": text})

    assert error in text_of(response)
    assert f">\n{text}</textarea>" in response.text
    assert ErrorReport.objects.count() == 0


def test_error_report_counts_a_line_break_once(sign_in, sent):
    sign_in(cast.OLLI).post(url("report_error", sent), {"text": "x\r\n" * 499 + "xx"})

    assert len(ErrorReport.objects.get().text) == 1000


def test_main_applicant_without_an_address_sees_the_report_when_they_log_in(sign_in):
    sent = household({**cast.MAIJA, "email": None}, cast.OLLI)
    olli = sign_in(cast.OLLI)

    asked = text_of(olli.get(url("report_error", sent)))
    answer = text_of(olli.post(url("report_error", sent), {"text": "We are three."}, follow=True))

    assert "will see your text the next time they log in. We cannot send them an email." in asked
    assert "We will send your text" not in asked
    assert "Your report is saved. The main applicant will see it the next time they log in." in answer
    assert "We are sending" not in answer
    assert Letter.objects.get(message="error_reported").status == "unaddressed"
    assert "Olli Öhman wrote on" in text_of(sign_in(cast.MAIJA).get(url("status", sent)))


def test_main_applicant_alone_sees_error_reports_until_the_application_is_changed(sign_in, time_machine):
    time_machine.move_to(MORNING)
    sent = application(cast.MAIJA, cast.OLLI, cast.VERA)
    invitations.report_error(applicant(sent, cast.OLLI), text="We are <three>.")

    shown = sign_in(cast.MAIJA).get(url("status", sent)).text
    others = [sign_in(who).get(url("status", sent)).text for who in (cast.OLLI, cast.VERA)]
    changes.put(
        sent,
        document.parse(cast.changed(cast.MAIJA, cast.OLLI, cast.VERA)),
        tag=sent.version.digest,
        by=HOUSING_SYSTEM,
    )

    assert "Olli Öhman wrote on 16 November 2026 at 9:00:" in re.sub(r"\s+", " ", shown)
    assert "We are &lt;three&gt;." in shown
    assert ["three" in page for page in others] == [False, False]
    assert "three" not in sign_in(cast.MAIJA).get(url("status", sent)).text


@pytest.mark.parametrize("is_valid", [True, False])
def test_main_applicant_with_a_reported_error_is_never_told_that_there_is_nothing_to_do(sign_in, sent, is_valid):
    invitations.report_error(applicant(sent, cast.OLLI), text="We are three.")
    confirm(sent, cast.MAIJA)
    if is_valid:
        confirm(sent, cast.OLLI)
    client = sign_in(cast.MAIJA)

    pages = [reverse("applications:list"), url("status", sent), url("receipt", sent)]
    shown = [text_of(client.get(page)) for page in pages]

    assert ["You do not need to do anything" in text for text in shown] == [False] * 3
    assert "A co-applicant has reported an error." in shown[0]
    assert "An error has been reported in this application." in shown[0]
    assert "We are three." in shown[1]
    assert "Read what was reported" in shown[2]


def household_of_two():
    return household(cast.MAIJA, cast.OLLI)


def unreached():
    return household(cast.MAIJA, {**cast.OLLI, "email": None})


def declined():
    made = household(cast.MAIJA, cast.OLLI)
    invitations.decline(applicant(made, cast.OLLI))
    return made


@pytest.mark.parametrize(("arrange", "is_needed"), [(unreached, True), (declined, True), (household_of_two, False)])
def test_main_applicant_who_has_confirmed_reads_whether_the_others_need_them(sign_in, arrange, is_needed):
    """J3: nothing more is to be done, unless somebody declined or hears of the application from them alone"""
    made = arrange()
    confirm(made, cast.MAIJA)
    client = sign_in(cast.MAIJA)

    pages = [reverse("applications:list"), url("status", made), url("receipt", made)]
    shown = [text_of(client.get(page)) for page in pages]

    assert ["You do not need to do anything" in text for text in shown] == [not is_needed] * 3
    assert ["still needed" in text for text in shown] == [is_needed] * 3


def test_main_applicant_reads_what_is_needed_where_an_invitation_came_back(sign_in, sent):
    confirm(sent, cast.MAIJA)
    letter_of(sent, cast.OLLI).update(sent_at=MORNING, bounced_at=MORNING)

    client = sign_in(cast.MAIJA)
    pages = [reverse("applications:list"), url("status", sent), url("receipt", sent)]
    shown = [text_of(client.get(page)) for page in pages]

    assert ["still needed" in text for text in shown] == [True] * 3
    assert ["You do not need to do anything" in text for text in shown] == [False] * 3


@pytest.mark.parametrize("has_confirmed", [False, True])
def test_list_names_the_application_whose_invitation_came_back_to_its_main_applicant_only(sign_in, has_confirmed):
    """J3"""
    lost, other = application(cast.MAIJA, cast.OLLI, cast.VERA), application(cast.MAIJA, cast.OLLI)
    letter_of(lost, cast.OLLI).update(**BOUNCED, failure="no_address")
    for each in (lost, other) if has_confirmed else ():
        confirm(each, cast.MAIJA)

    own, theirs = (sign_in(who).get(reverse("applications:list")).text for who in (cast.MAIJA, cast.VERA))

    cards = own.split('<li class="card">')[1:]
    told = [card for card in cards if "Our email to a co-applicant did not arrive." in card]
    assert (len(cards), len(told)) == (2, 1)
    assert f'href="{url("status", lost)}"' in told[0]
    assert "did not arrive" not in theirs


def test_co_applicant_who_has_confirmed_has_nothing_more_to_do_whoever_is_awaited(sign_in):
    made = household(cast.MAIJA, cast.OLLI, {**cast.VERA, "email": None})
    confirm(made, cast.OLLI)
    client = sign_in(cast.OLLI)

    shown = [text_of(client.get(url(name, made))) for name in ("status", "receipt")]

    assert ["You do not need to do anything more." in text for text in shown] == [True, True]


def test_whoever_applies_alone_reads_of_nobody_else_before_and_after_confirming(sign_in):
    made, other = application(cast.MAIJA), application(cast.MAIJA)
    client = sign_in(cast.MAIJA)

    before = [text_of(client.get(url(name, made))) for name in ("status", "confirm")]
    confirm(made, cast.MAIJA)
    after = text_of(client.get(url("receipt", made)))

    assert other.number in before[1]
    assert [re.findall(r"[Ee]very(?:one| adult)|other applicants", text) for text in [*before, after]] == [[]] * 3
    assert "You do not need to do anything more." in after


def test_others_are_told_that_there_is_nothing_to_do_and_nothing_of_the_report(sign_in, sent):
    invitations.report_error(applicant(sent, cast.OLLI), text="We are three.")
    for who in (cast.MAIJA, cast.OLLI):
        confirm(sent, who)
    client = sign_in(cast.OLLI)

    shown = [text_of(client.get(page)) for page in (reverse("applications:list"), url("receipt", sent))]

    assert ["You do not need to do anything" in text for text in shown] == [True, True]
    assert ["reported" in text for text in shown] == [False, False]


def test_who_is_about_to_confirm_is_reminded_of_a_report(sign_in, sent):
    before = [text_of(sign_in(who).get(url("confirm", sent))) for who in (cast.MAIJA, cast.OLLI)]
    invitations.report_error(applicant(sent, cast.OLLI), text="We are three.")

    main, reporter = (text_of(sign_in(who).get(url("confirm", sent))) for who in (cast.MAIJA, cast.OLLI))

    assert ["An error has been reported" in text or "You have reported" in text for text in before] == [False] * 2
    assert "An error has been reported in this application. Read what was reported" in main
    assert "You have reported an error. If the main applicant corrects it" in reporter


def test_error_reports_take_constant_queries(sign_in, sent, django_assert_num_queries):
    client = sign_in(cast.MAIJA)
    client.get(url("status", sent))
    with CaptureQueriesContext(connection) as without:
        client.get(url("status", sent))
    for text in ("One.", "Two.", "Three."):
        invitations.report_error(applicant(sent, cast.OLLI), text=text)

    with django_assert_num_queries(len(without) + 1):  # none as long as there are none
        client.get(url("status", sent))


def test_error_reports_are_limited(sign_in, sent):
    client = sign_in(cast.OLLI)

    answers = [client.post(url("report_error", sent), {"text": "Wrong"}).status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]


def test_decline_says_what_will_happen_and_then_declines(sign_in, sent):
    client = sign_in(cast.OLLI)

    asked = text_of(client.get(url("decline", sent)))
    assert "The application cannot become valid until the main applicant edits it." in asked
    assert applicant(sent, cast.OLLI).declined_at is None
    response = client.post(url("decline", sent), follow=True)

    assert response.redirect_chain == [(url("status", sent), 302)]
    assert "You have declined the application. We will tell the other applicants." in text_of(response)
    assert "Olli Öhman Co-applicant 1 (you) declined on" in text_of(response)
    assert applicant(sent, cast.OLLI).declined_at is not None
    assert state(sent) == "awaiting"


def test_decline_again_changes_nothing(sign_in, sent):
    client = sign_in(cast.OLLI)
    client.post(url("decline", sent))
    first = applicant(sent, cast.OLLI).declined_at

    assert client.post(url("decline", sent)).url == url("status", sent)
    assert client.get(url("decline", sent)).url == url("status", sent)
    assert applicant(sent, cast.OLLI).declined_at == first


def test_decline_after_confirming_is_refused_and_said_why(sign_in, sent):
    confirm(sent, cast.OLLI)
    client = sign_in(cast.OLLI)

    assert client.get(url("decline", sent)).url == url("status", sent)
    response = client.post(url("decline", sent), follow=True)

    assert "You have confirmed the application, so you can no longer decline it." in text_of(response)
    assert applicant(sent, cast.OLLI).declined_at is None


def test_confirm_page_of_somebody_who_declined_says_so(sign_in, sent):
    client = sign_in(cast.OLLI)
    client.post(url("decline", sent))
    client.get(url("status", sent))

    read = client.get(url("confirm", sent), follow=True)
    sent_ = client.post(url("confirm", sent), {"version": sent.version.digest}, follow=True)

    for response in (read, sent_):
        assert response.redirect_chain == [(url("status", sent), 302)]
        assert (
            "You have declined this application. It cannot become valid until the main applicant edits it."
            in text_of(response)
        )
    assert applicant(sent, cast.OLLI).confirmed is None


def test_list_of_somebody_who_declined_has_it_among_the_others(sign_in, sent):
    invitations.decline(applicant(sent, cast.OLLI))

    shown = text_of(sign_in(cast.OLLI).get(reverse("applications:list")))

    assert "You have no applications to confirm." in shown
    assert "You have declined this application." in shown


def test_receipt_says_that_somebody_declined(sign_in, sent):
    invitations.decline(applicant(sent, cast.OLLI))
    confirm(sent, cast.MAIJA)

    shown = text_of(sign_in(cast.MAIJA).get(url("receipt", sent)))

    assert "Olli Öhman has declined the application. It cannot become valid until you edit it." in shown
    assert "We are waiting for" not in shown
    assert "You do not need to do anything" not in shown


# --- Who may what -------------------------------------------------------------------------------------------

OWN = ["contact_details", "report_error", "decline"]


def test_pages_are_linked_where_they_are_of_use(sign_in, sent):
    links = {}
    for who in (cast.MAIJA, cast.OLLI):
        for page in ("status", "confirm"):
            text = sign_in(who).get(url(page, sent)).text
            links[who["last_name"], page] = [name for name in OWN if f'href="{url(name, sent)}"' in text]

    assert links == {
        ("Meikäläinen", "status"): OWN[:1],
        ("Meikäläinen", "confirm"): OWN[:1],
        ("Öhman", "status"): OWN,
        ("Öhman", "confirm"): OWN,
    }


@pytest.mark.parametrize("name", ["report_error", "decline"])
def test_main_applicant_neither_reports_to_themselves_nor_declines(sign_in, sent, name):
    client = sign_in(cast.MAIJA)

    answers = [client.get(url(name, sent)), client.post(url(name, sent), {"text": "Wrong"})]

    assert [a.url for a in answers] == [url("status", sent)] * 2
    assert applicant(sent, cast.MAIJA).declined_at is None
    assert ErrorReport.objects.count() == 0


@pytest.mark.parametrize("name", OWN)
def test_application_that_has_ended_is_left_alone(sign_in, sent, name):
    Application.objects.update(state="withdrawn")
    before = list(Applicant.objects.values())
    client = sign_in(cast.OLLI)

    answers = [client.get(url(name, sent)), client.post(url(name, sent), {**GOOD, "text": "Wrong"})]

    assert [a.url for a in answers] == [url("status", sent)] * 2
    assert list(Applicant.objects.values()) == before
    assert ErrorReport.objects.count() == 0


@pytest.mark.parametrize("name", [*OWN, "resend", "correct_address"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_application_of_others_answers_as_one_that_does_not_exist(sign_in, sent, time_machine, name, method):
    """R4"""
    time_machine.move_to(timezone.now(), tick=False)  # both pages say when the session ends
    client, bodies = sign_in(cast.OTSO), []
    for number in (sent.reference, references.new()):
        more = [1] if name in {"resend", "correct_address"} else []
        address = reverse(f"applications:{name}", args=[number, *more])
        response = getattr(client, method)(
            address, **({"data": {**GOOD, "text": "Wrong"}} if method == "post" else {"follow": True})
        )
        assert response.status_code == 404
        body = re.sub(r'value="\w{64}"|data-seconds="\d+"', "", response.text)
        bodies.append(body.replace(references.display(number), "NUMBER"))

    assert bodies[0] == bodies[1]
    assert applicant(sent, cast.OLLI).declined_at is None


@pytest.mark.parametrize("name", [*OWN, "resend", "correct_address"])
def test_page_needs_identification(client, sent, name):
    more = [1] if name in {"resend", "correct_address"} else []
    address = reverse(f"applications:{name}", args=[sent.reference, *more])

    assert client.get(address).url.startswith(reverse("identity:identify"))
    assert client.post(address).url.startswith(reverse("identity:session_ended"))


def test_report_that_came_after_the_end_of_the_session_is_not_lost(client, sent):
    address = reverse("applications:report_error", args=[sent.reference])

    page = client.post(address, {"text": "The rent is <1100>, not 1,200."}, follow=True)
    foreign = client.post(page.request["PATH_INFO"], {"text": "Call us"}, headers={"sec-fetch-site": "cross-site"})

    assert "The last thing you chose was not done." in page.text
    assert "The rent is &lt;1100&gt;, not 1,200." in page.text
    assert f"next={address}" in page.text
    assert foreign.status_code == 403


@pytest.mark.parametrize("reader", [cast.MAIJA, cast.OLLI, cast.VERA])
def test_no_page_holds_what_is_the_others_own(sign_in, reader, time_machine):
    """J2, J3, R16, R17: the values are looked for in every answer."""
    people = {}
    for number, who in enumerate((cast.MAIJA, cast.OLLI, cast.VERA), 1):
        name = who["last_name"].lower()
        people[who["last_name"]] = cast.applicant(
            who,
            email=f"{number}.secret@example.test",
            phone=f"050 {number}{number}{number} 9876",
            address=f"Secret street {number}{number}",
            municipality=f"Town of {name}",
            income={"monthly_gross": f"{number}123.45", "benefits": "0", "assets": f"{number}987.65", "debts": "0"},
            non_disclosure=who is cast.VERA,
        )
    main, *others = people.values()
    sent = application(main_applicant=main, co_applicants=others)
    client, mine = sign_in(reader), people[reader["last_name"]]
    later(time_machine)
    pages = [reverse("applications:list"), *(url(name, sent) for name in ("status", "confirm", "receipt", *OWN))]
    pages += [person_url(name, sent, n) for name in ("resend", "correct_address") for n in (0, 1, 2)]
    forms = [{}, {"email": "x", "text": "", "language": "x"}, {"version": sent.version.digest}]

    answers = [client.get(page, follow=True).text for page in pages]
    answers += [client.post(page, form, follow=True).text for page in pages[1:] for form in forms]
    answers.append(client.get(url("status", sent)).text)

    secrets = [
        value
        for one in people.values()
        if one is not mine
        for value in (
            one["hetu"],
            one["hetu"][:7],
            one["email"],
            one["phone"],
            one["address"],
            one["municipality"],
            f"{float(one['income']['monthly_gross']):,}",
            f"{float(one['income']['assets']):,}",
        )
    ]
    assert [(value, text) for text in answers for value in secrets if value in text] == []
    assert any("1,123.45" in text or "2,123.45" in text or "3,123.45" in text for text in answers)
    for word in ("protected", "disclosure"):
        assert [text for text in answers if word in text] == []


def test_who_has_declined_reads_what_they_can_still_do_and_comes_back_by_a_change(sign_in):
    """R10"""
    sent = application(cast.MAIJA, cast.OLLI)
    invitations.decline(applicant(sent, cast.OLLI))
    client = sign_in(cast.OLLI)

    shown = text_of(client.get(url("status", sent)))
    again = document.parse(cast.document(cast.MAIJA, cast.OLLI, language="sv"))
    changes.edit(sent, again, digest=sent.version.digest, by=actor(cast.OLLI))

    assert "You have declined this application." in shown
    assert "If you want to apply after all, edit the application" in shown
    assert [name in shown for name in ("Edit application", "Withdraw application")] == [True, True]
    assert applicant(sent, cast.OLLI).is_awaited
