import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from applications import changes, document, invitation_links, invitations
from applications.models import Invitation
from mailing.enums import Rank
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, confirm
from tests.applications.households import fresh, invitation, letter, posted, sent, slot, written
from tests.interleaving import before_lock

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
LATER = dt.timedelta(minutes=11)


@pytest.fixture(autouse=True)
def _the_time_stands(time_machine):
    time_machine.move_to(START, tick=False)


@pytest.fixture
def application():
    found = sent(cast.MAIJA, cast.OLLI)
    posted()
    return found


def test_arrival_invites_each_adult_co_applicant_who_has_an_address():
    application = sent(cast.MAIJA, cast.OLLI, cast.TEA, {**cast.VERA, "email": None})

    assert posted() == [("arrived", "maija"), ("invitation", "olli"), ("invitation", "")]
    assert [a.live_invitation is not None for a in fresh(application).applicants] == [False, True, False, False]


def test_each_gets_letters_in_their_own_language():
    sent({**cast.MAIJA, "language": "fi"}, {**cast.OLLI, "language": "sv"}, {**cast.VERA, "language": "en"})

    assert [each.language for each in Letter.objects.order_by("pk")] == ["fi", "sv", "en"]


def test_arrival_of_four_takes_few_queries(django_assert_num_queries):
    lock = connection.vendor == "postgresql"  # for marks, one more
    with django_assert_num_queries(13 + lock):  # two of them the trail, one what is told, one whose code has changed
        sent(cast.MAIJA, cast.OLLI, cast.VERA, cast.VILLE)


def test_change_tells_the_main_applicant_and_invites_anew(application):
    """R6"""
    changed = document.parse(cast.document(cast.MAIJA, cast.OLLI, cast.VERA))

    changes.put(application, changed, tag=application.version.digest, by=HOUSING_SYSTEM)

    assert posted() == [("arrived", "maija"), ("invitation", "olli"), ("invitation", "vera")]


def test_changed_application_is_not_called_new(application):
    changed = document.parse(cast.document(cast.MAIJA, main_applicant=cast.applicant(cast.MAIJA, language="en")))

    changes.put(application, changed, tag=application.version.digest, by=HOUSING_SYSTEM)

    assert "The application was changed on 21 November 2026 at 12:00." in written(letter("arrived", cast.MAIJA))[1]


def test_main_applicant_stays_the_main_applicant_whichever_row_was_written_last(application):
    invitations.correct_own_contact_details(
        slot(application, cast.MAIJA), email="maija@example.test", phone="", language="fi"
    )

    invitations.report_error(slot(application, cast.OLLI), text="Wrong")

    assert posted() == [("error_reported", "maija")]
    assert [a.position for a in type(application).objects.get(pk=application.pk).applicants] == [0, 1]


def test_one_invitation_lives_at_a_time(application):
    """R13"""
    slot_ = slot(application, cast.OLLI)

    with pytest.raises(IntegrityError), transaction.atomic():
        invitation_links.new_invitation(slot_, at=timezone.now()).save()


def test_resend_makes_a_new_invitation_and_ends_the_one_before(application, time_machine):
    first = invitation(application, cast.OLLI)
    time_machine.shift(LATER)

    invitations.resend(slot(application, cast.OLLI))

    assert letter("invitation", cast.OLLI).rank == Rank.AWAITED
    assert posted() == [("invitation", "olli")]
    assert invitation(application, cast.OLLI) != first
    assert Invitation.objects.get(pk=first.pk).replaced_at == timezone.now()


def test_resend_too_soon(application):
    with pytest.raises(invitations.TooSoon):
        invitations.resend(slot(application, cast.OLLI))

    assert posted() == []


def test_resend_without_an_address():
    application = sent(cast.MAIJA, {**cast.OLLI, "email": None})

    with pytest.raises(invitations.NoAddress):
        invitations.resend(slot(application, cast.OLLI))


def test_correct_address_sends_the_invitation_there_at_once(application):
    invitations.correct_address(slot(application, cast.OLLI), email="right@example.test")

    assert posted() == [("invitation", "right")]
    assert slot(application, cast.OLLI).email == "right@example.test"


def test_correct_address_to_the_same_one_is_no_way_round_the_pause(application):
    with pytest.raises(invitations.TooSoon):
        invitations.correct_address(slot(application, cast.OLLI), email="olli@example.test")

    assert posted() == []


def test_address_given_later_invites(application, time_machine):
    application = sent(cast.MAIJA, {**cast.OLLI, "email": None})
    posted()

    invitations.correct_address(slot(application, cast.OLLI), email="olli@example.test")

    assert posted() == [("invitation", "olli")]


def declined(application):
    invitations.decline(slot(application, cast.OLLI))


def confirmed(application):
    confirm(application, cast.OLLI)


def removed(application):
    without = document.parse(cast.document(cast.MAIJA))
    changes.put(application, without, tag=application.version.digest, by=HOUSING_SYSTEM)


@pytest.mark.parametrize("happened", [declined, confirmed, removed])
@pytest.mark.parametrize(
    "act", [invitations.resend, lambda olli: invitations.correct_address(olli, email="x@example.test")]
)
def test_nobody_is_invited_for_whom_the_application_does_not_wait(application, happened, act, time_machine):
    olli = slot(application, cast.OLLI)
    happened(application)
    posted()
    time_machine.shift(LATER)

    with pytest.raises(invitations.InviteeNotAwaited):
        act(olli)

    assert posted() == []


def test_main_applicant_is_not_invited(application, time_machine):
    time_machine.shift(LATER)

    with pytest.raises(invitations.InviteeNotAwaited):
        invitations.resend(slot(application, cast.MAIJA))


def test_decline_tells_the_others_once():
    """R10"""
    application = sent(cast.MAIJA, cast.OLLI, cast.VERA)
    posted()

    invitations.decline(slot(application, cast.OLLI))
    invitations.decline(slot(application, cast.OLLI))

    assert posted() == [("declined", "maija"), ("declined", "vera")]
    assert fresh(application).status == "awaiting"


def test_decline_after_confirming(application):
    """R10"""
    confirm(application, cast.OLLI)

    with pytest.raises(invitations.CannotDeclineConfirmed):
        invitations.decline(slot(application, cast.OLLI))


def test_decline_of_somebody_removed_meanwhile_says_what_is_true(application):
    olli = slot(application, cast.OLLI)
    removed(application)

    with pytest.raises(invitations.CannotDeclineRemoved):
        invitations.decline(olli)


def test_decline_while_it_is_changed_declines_the_present_version(application):
    olli = slot(application, cast.OLLI)
    kept = document.parse(cast.document(cast.MAIJA, cast.OLLI, language="sv"))

    with before_lock(lambda: changes.put(application, kept, tag=application.version.digest, by=HOUSING_SYSTEM)):
        invitations.decline(olli)

    assert slot(application, cast.OLLI).declined_at is not None


def test_applicant_under_18_declines_nothing_so_the_household_can_become_valid():
    """R2, R10"""
    application = sent(cast.MAIJA, cast.TEA)
    posted()

    with pytest.raises(invitations.CannotDeclineUnder18):
        invitations.decline(slot(application, cast.TEA))

    assert posted() == []
    assert slot(application, cast.TEA).declined_at is None


def test_contact_details_corrected_while_it_is_changed_reach_the_present_version(application):
    olli = slot(application, cast.OLLI)
    kept = document.parse(cast.document(cast.MAIJA, cast.OLLI, language="sv"))

    with before_lock(lambda: changes.put(application, kept, tag=application.version.digest, by=HOUSING_SYSTEM)):
        invitations.correct_own_contact_details(olli, email="mine@example.test", phone="", language="sv")

    assert slot(application, cast.OLLI).email == "mine@example.test"


def test_error_reported_while_it_is_changed_is_kept_where_the_main_applicant_reads_it(application):
    olli = slot(application, cast.OLLI)
    kept = document.parse(cast.document(cast.MAIJA, cast.OLLI, language="sv"))

    with before_lock(lambda: changes.put(application, kept, tag=application.version.digest, by=HOUSING_SYSTEM)):
        invitations.report_error(olli, text="The rent is wrong")

    found = invitations.error_reports(fresh(application), reader=slot(application, cast.MAIJA))
    assert [report.text for report in found] == ["The rent is wrong"]


@pytest.mark.parametrize(
    "act",
    [
        lambda olli: invitations.report_error(olli, text="The rent is wrong"),
        lambda olli: invitations.correct_own_contact_details(olli, email="", phone="", language="fi"),
    ],
)
def test_somebody_removed_meanwhile_writes_nothing_and_is_told(application, act):
    olli = slot(application, cast.OLLI)

    with before_lock(lambda: removed(application)), pytest.raises(invitations.NotInApplication):
        act(olli)


def test_decline_after_the_last_day(application, time_machine):
    time_machine.shift(dt.timedelta(days=91))

    with pytest.raises(invitations.CannotDeclineEnded):
        invitations.decline(slot(application, cast.OLLI))


def test_decline_what_became_valid_without_one(time_machine):
    """R2: Tea, 18 since, is not waited for."""
    time_machine.move_to(dt.datetime(2034, 4, 20, 9, tzinfo=dt.UTC), tick=False)
    application = sent(cast.MAIJA, cast.TEA)
    confirm(application, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=20))

    with pytest.raises(invitations.CannotDeclineValid):
        invitations.decline(slot(application, cast.TEA))

    assert fresh(application).is_valid


def test_report_goes_to_the_main_applicant_with_codes_masked(application):
    """R17"""
    invitations.report_error(slot(application, cast.OLLI), text="My code is 020594X903P")

    found = letter("error_reported", cast.MAIJA)
    assert "020594X••••" in written(found)[1]
    assert "903P" not in str(found.parameters)
    assert posted() == [("error_reported", "maija")]


def test_opened_is_remembered_from_the_first_time(application, time_machine):
    invitations.opened(invitation(application, cast.OLLI))
    time_machine.shift(LATER)
    invitations.opened(invitation(application, cast.OLLI))

    assert invitation(application, cast.OLLI).opened_at == START
