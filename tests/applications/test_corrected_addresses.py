"""An address that is corrected: everywhere it stands, and nothing goes to the former one (ADR 52)."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from applications import changes, document, invitation_links, invitations, inviting
from applications.invitation_links import find_invitation, invitation_token
from applications.letter_context import application_letter_context
from applications.models import Applicant, Application, Invitation
from mailing import worker
from mailing.letters import NoLongerDue
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, confirm, person
from tests.applications.households import fresh, invitation, sent, slot

NEW = "new@example.test"
LATER = dt.timedelta(minutes=11)


@pytest.fixture
def application(db):
    return sent(cast.MAIJA, cast.OLLI, cast.VERA)


def correct(application, who=cast.OLLI, email=NEW, **more):
    details = {"email": email, "phone": "", "language": "sv", **more}
    return invitations.correct_own_contact_details(slot(application, who), by=actor(who), **details).also


def letters_of(who, *, but=()):
    first_name = who["first_names"].split()[0]
    found = Letter.objects.filter(parameters__recipient__startswith=first_name).exclude(message__in=but)
    return [(letter.message, letter.to, letter.status) for letter in found.order_by("pk")]


def put(application, *people, **more):
    changed = document.parse(cast.document(*people, **more))
    changes.put(application, changed, tag=fresh(application).version.digest, by=HOUSING_SYSTEM)


# --- Nothing to a former address ----------------------------------------------------------------------------


def test_what_waits_goes_to_the_new_address_in_the_new_language(application):
    invitations.decline(slot(application, cast.VERA))

    correct(application, cast.MAIJA)

    assert letters_of(cast.MAIJA) == [("arrived", NEW, "waiting"), ("declined", NEW, "waiting")]
    assert set(Letter.objects.filter(to=NEW).values_list("language", flat=True)) == {"sv"}


def test_what_has_left_stays_as_it_was_sent(application):
    worker.deliver_due_letters()

    correct(application, cast.MAIJA)

    assert letters_of(cast.MAIJA) == [("arrived", "maija@example.test", "sent")]


def test_what_waits_for_the_others_or_about_another_application_stays(application):
    other = sent(cast.MAIJA)
    before = set(Letter.objects.exclude(parameters__recipient__startswith="Maija").values_list("key", "to"))

    correct(application, cast.MAIJA)

    assert before == set(Letter.objects.exclude(parameters__recipient__startswith="Maija").values_list("key", "to"))
    assert Letter.objects.get(about=other.reference).to == "maija@example.test"


@pytest.mark.parametrize("by_whom", ["housing system", "form"])
def test_change_that_brings_another_address_takes_along_what_waits(application, by_whom):
    invitations.decline(slot(application, cast.VERA))
    changed = cast.document(
        cast.MAIJA, cast.OLLI, cast.VERA, main_applicant=cast.applicant(cast.MAIJA, email=NEW), language="sv"
    )

    if by_whom == "form":
        digest = fresh(application).version.digest
        changes.edit(application, document.parse(changed), digest=digest, by=actor(cast.MAIJA))
    else:
        changes.put(application, document.parse(changed), tag=fresh(application).version.digest, by=HOUSING_SYSTEM)

    assert {to for _, to, _ in letters_of(cast.MAIJA)} == {NEW}
    assert len(letters_of(cast.MAIJA)) == 3


def test_without_an_address_what_waits_is_kept_to_be_read(application):
    correct(application, cast.MAIJA, email="")

    assert letters_of(cast.MAIJA) == [("arrived", "", "unaddressed")]


# --- One invitation that works ------------------------------------------------------------------------------


def ends(letter):
    """Tell whether a letter that waits will not be sent."""
    try:
        application_letter_context(letter)
    except NoLongerDue:
        return True
    return False


def test_invitation_that_waits_for_a_former_address_is_not_sent_there(application):
    correct(application)

    former, new = Letter.objects.filter(message="invitation", parameters__recipient__startswith="Olli").order_by("pk")
    assert (former.to, ends(former)) == ("olli@example.test", True)
    assert (new.to, ends(new)) == (NEW, False)


def test_person_who_corrects_their_own_address_ends_the_link_in_the_former_mailbox(application):
    """R13"""
    former = invitation_token(invitation(application, cast.OLLI))

    correct(application)

    with pytest.raises(invitation_links.InvitationReplaced):
        find_invitation(former)
    assert invitation(application, cast.OLLI) is not None


def test_phone_and_language_alone_leave_the_invitation(application):
    former = invitation(application, cast.OLLI)

    correct(application, email="olli@example.test")

    assert invitation(application, cast.OLLI) == former
    assert Letter.objects.get(message="invitation", to="olli@example.test").language == "sv"


@pytest.mark.parametrize("is_sent", [True, False])
def test_addresses_that_alternate_leave_the_invitation_of_a_moment_ago_working(application, is_sent):
    """R13: each mailbox gets one email, and the link at the present address works."""
    first = invitation(application, cast.OLLI)
    if is_sent:
        worker.deliver_due_letters()

    for email in (NEW, "olli@example.test", NEW, "olli@example.test"):
        correct(application, email=email)
        worker.deliver_due_letters() if is_sent else None

    to_olli = Letter.objects.filter(message="invitation", parameters__recipient__startswith="Olli")
    assert sorted(to_olli.values_list("to", flat=True)) == [NEW, "olli@example.test"]
    assert invitation(application, cast.OLLI) == first
    assert find_invitation(invitation_token(first)) == first


def test_addresses_that_the_housing_system_alternates_send_two_invitations_in_all(application):
    people = [cast.applicant(who) for who in (cast.OLLI, cast.VERA)]
    for email in (NEW, "olli@example.test") * 2:
        others = [{**people[0], "email": email}, people[1]]
        put(application, cast.MAIJA, co_applicants=others)

    to_olli = Letter.objects.filter(message="invitation", parameters__recipient__startswith="Olli")
    assert sorted(to_olli.values_list("to", flat=True)) == [NEW, "olli@example.test"]


def test_same_address_in_other_letters_is_no_way_round_the_pause(application):
    first = invitation(application, cast.OLLI)

    correct(application, email="Olli@Example.test")

    assert invitation(application, cast.OLLI) == first
    assert Letter.objects.filter(message="invitation", parameters__recipient__startswith="Olli").count() == 1


def test_address_that_comes_back_later_gets_a_new_invitation(application, time_machine):
    correct(application)
    time_machine.move_to(timezone.now() + LATER)

    correct(application, email="olli@example.test")

    assert Invitation.objects.filter(applicant=slot(application, cast.OLLI)).count() == 3


@pytest.mark.parametrize("fate", [{"bounced_at": timezone.now()}, {"sent_at": None, "dropped_at": timezone.now()}])
def test_address_that_was_not_reached_a_moment_ago_is_tried_again(application, fate):
    worker.deliver_due_letters()
    correct(application)
    Letter.objects.filter(message="invitation", to="olli@example.test").update(**fate)

    correct(application, email="olli@example.test")

    assert Letter.objects.filter(message="invitation", to="olli@example.test").count() == 2


@pytest.mark.parametrize("door", ["housing system", "person"])
def test_address_that_is_removed_ends_the_invitation_that_went_there(application, door):
    """R13, ADR 34"""
    former = invitation_token(invitation(application, cast.OLLI))
    if door == "person":
        correct(application, email="")
    else:
        others = [cast.applicant(cast.OLLI, email=None), cast.applicant(cast.VERA)]
        put(application, cast.MAIJA, co_applicants=others)

    with pytest.raises(invitation_links.AddressRemoved):
        find_invitation(former)
    assert [letter for letter in letters_of(cast.OLLI) if letter[2] == "unaddressed"] == [
        ("invitation", "", "unaddressed")
    ]


def test_address_that_is_removed_and_given_again_is_invited(application, time_machine):
    correct(application, email="")
    time_machine.move_to(timezone.now() + LATER)

    correct(application, email=NEW)

    assert invitation(application, cast.OLLI) is not None


def test_email_that_was_delayed_counts_as_sent_when_it_left(application):
    Invitation.objects.update(created_at=timezone.now() - LATER)
    assert inviting.next_invitation_at(slot(application, cast.OLLI)) is None

    Letter.objects.filter(message="invitation").update(sent_at=timezone.now())

    with pytest.raises(invitations.TooSoon):
        invitations.resend(slot(application, cast.OLLI))


# --- Everywhere it stands -----------------------------------------------------------------------------------


def test_person_corrects_their_other_applications_in_one_go(application):
    other, left = sent(cast.OTSO, cast.OLLI), sent(cast.VILLE, cast.OLLI)

    done = correct(application, also=[other.reference])

    assert done == [other]
    assert [slot(each, cast.OLLI).email for each in (application, other, left)] == [NEW, NEW, "olli@example.test"]
    assert invitation(other, cast.OLLI).replaced_at is None
    assert Letter.objects.filter(message="invitation", to=NEW).count() == 2


def test_application_of_others_is_not_corrected(application):
    others = sent(cast.OTSO, cast.VILLE)

    assert correct(application, also=[others.reference]) == []
    assert NEW not in Applicant.objects.filter(version=others.version).values_list("email", flat=True)


def test_main_applicant_corrects_where_they_are_the_main_applicant_and_the_person_is_awaited(application):
    own, confirmed = sent(cast.MAIJA, cast.OLLI), sent(cast.MAIJA, cast.OLLI)
    of_another = sent(cast.VERA, cast.MAIJA, cast.OLLI)
    confirm(confirmed, cast.OLLI)
    also = [each.reference for each in (own, confirmed, of_another)]

    done = invitations.correct_address(slot(application, cast.OLLI), email=NEW, also=also, by=actor(cast.MAIJA))

    assert done == [own]
    everywhere = (application, own, confirmed, of_another)
    assert [slot(each, cast.OLLI).email for each in everywhere] == [NEW, NEW, *["olli@example.test"] * 2]


def test_nothing_is_corrected_elsewhere_where_nothing_is_corrected_here(application):
    other = sent(cast.MAIJA, cast.OLLI)

    with pytest.raises(invitations.TooSoon):
        invitations.correct_address(
            slot(application, cast.OLLI), email="olli@example.test", also=[other.reference], by=actor(cast.MAIJA)
        )

    assert Letter.objects.filter(message="invitation", about=other.reference).count() == 1


@pytest.mark.django_db(transaction=True)
def test_corrections_that_meet_in_two_applications_leave_one_invitation_each():
    person(cast.OLLI)
    for _ in range(5):
        one, other = sent(cast.MAIJA, cast.OLLI), sent(cast.VERA, cast.OLLI)
        gate = threading.Barrier(2)

        def run(here, there, email, gate=gate):
            try:
                gate.wait()
                return correct(here, email=email, also=[there.reference])
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            found = [pool.submit(run, one, other, NEW), pool.submit(run, other, one, "newer@example.test")]
            assert [each.result() for each in found] == [[other], [one]]

        assert slot(one, cast.OLLI).email == slot(other, cast.OLLI).email
        for each in (one, other):
            live = Invitation.objects.filter(applicant=slot(each, cast.OLLI), replaced_at=None).get()
            last = Letter.objects.get(key=f"invitation:{live.pk}:{live.applicant_id}")
            assert last.to == slot(each, cast.OLLI).email
        Application.objects.update(state="withdrawn")
