import pytest
from django.db import IntegrityError

from applications import changes, confirmation, document, invitations, terms
from applications.models import Confirmation, TermsAcceptance
from counter import counter_confirmation, id_checks
from identity.models import Person
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm, state
from tests.counter.broken_trail import refusing
from tests.counter.checks import ETHAN, GUN, check, confirm_here, doubtful, slot, undo
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db


def test_confirm_after_the_check_makes_it_valid():
    """J4"""
    sent = application(cast.MAIJA)
    made = check(sent, cast.MAIJA)

    done = confirm_here(sent, cast.MAIJA)

    assert state(sent) == "valid"
    assert (done.method, done.provider, done.level) == ("counter", "counter", "")
    assert (done.id_check, done.staff) == (made, staff("adviser"))
    assert done.digest == sent.version.digest


def test_confirm_by_one_of_two_leaves_it_waiting_for_the_other():
    """R1"""
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)

    confirm_here(sent, cast.OLLI)
    assert state(sent) == "awaiting"

    confirm(sent, cast.MAIJA)
    assert state(sent) == "valid"


def test_confirm_makes_a_person_who_was_not_known_and_holds_the_terms_itself():
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)

    done = confirm_here(sent, cast.MAIJA)

    person = Person.objects.get()
    assert (person.hetu, str(person)) == (cast.MAIJA["hetu"], "Maija Liisa Meikäläinen")
    assert done.person == person
    assert done.terms == terms.current()
    assert not TermsAcceptance.objects.exists()  # were the check undone, nobody would have accepted them


def test_confirm_of_somebody_without_a_code_needs_no_person():
    """R3"""
    sent = application(cast.MAIJA, co_applicants=[ETHAN])
    confirm(sent, cast.MAIJA)
    check(sent, ETHAN)

    done = confirm_here(sent, ETHAN)

    assert (state(sent), done.person) == ("valid", None)
    assert TermsAcceptance.objects.count() == 0


def test_confirm_sends_the_receipt_and_tells_the_others():
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)
    before = Letter.objects.latest("pk").pk

    confirm_here(sent, cast.OLLI)

    assert [(letter.message, letter.to) for letter in Letter.objects.filter(pk__gt=before).order_by("pk")] == [
        ("receipt", "olli@example.test"),
        ("confirmed", "maija@example.test"),
    ]


def test_confirm_is_written_to_the_trail_with_the_adviser():
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)

    done = confirm_here(sent, cast.MAIJA)

    entry = Entry.objects.get(event="person_confirmed")
    assert (entry.role, entry.user_id) == ("adviser", staff("adviser").pk)
    assert entry.subject == f"applicant {applicant(sent, cast.MAIJA).pk}"
    assert entry.facts == {"method": "counter", "confirmation": done.pk}


def test_confirm_replaces_other_applications_of_the_same_adults():
    """R9"""
    former, sent = application(cast.MAIJA), application(cast.MAIJA)
    check(sent, cast.MAIJA)

    confirm_here(sent, cast.MAIJA)

    assert (state(former), state(sent)) == ("replaced", "valid")


def test_confirm_again_returns_the_first_confirmation():
    """R12"""
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)

    assert confirm_here(sent, cast.MAIJA) == confirm_here(sent, cast.MAIJA)
    assert Confirmation.objects.count() == 1


def test_confirm_after_confirming_at_the_bank_returns_that_confirmation():
    """R12"""
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)
    by_bank = confirm(sent, cast.MAIJA)

    assert confirm_here(sent, cast.MAIJA) == by_bank
    assert by_bank.method == "bank"


def test_confirm_without_a_check_is_refused():
    sent = application(cast.MAIJA)

    with pytest.raises(id_checks.CheckFirst):
        confirm_here(sent, cast.MAIJA)

    assert Confirmation.objects.count() == 0


def test_confirm_on_yesterdays_check_is_refused(time_machine):
    time_machine.move_to("2027-01-04T23:59:00+02:00", tick=False)
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)
    time_machine.move_to("2027-01-05T00:01:00+02:00", tick=False)

    with pytest.raises(id_checks.CheckFirst):
        confirm_here(sent, cast.MAIJA)


def test_confirm_on_a_doubtful_check_is_refused_until_somebody_else_accepts_it():
    """C4"""
    sent = application(cast.MAIJA)
    made = doubtful(sent, cast.MAIJA)

    with pytest.raises(id_checks.CheckFirst):
        confirm_here(sent, cast.MAIJA)
    id_checks.decide(made, accepted=True, reason="It is her", by=acting("supervisor"))
    confirm_here(sent, cast.MAIJA)

    assert state(sent) == "valid"


def test_confirm_on_a_rejected_check_is_refused():
    """C4"""
    sent = application(cast.MAIJA)
    id_checks.decide(doubtful(sent, cast.MAIJA), accepted=False, reason="Not her", by=acting("supervisor"))

    with pytest.raises(id_checks.CheckFirst):
        confirm_here(sent, cast.MAIJA)


def test_confirm_on_a_check_that_was_undone_is_refused():
    """C5"""
    sent = application(cast.MAIJA)
    undo(check(sent, cast.MAIJA))

    with pytest.raises(id_checks.CheckFirst):
        confirm_here(sent, cast.MAIJA)


def test_confirm_on_the_check_of_another_applicant_is_refused():
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)

    with pytest.raises(id_checks.CheckFirst):
        confirm_here(sent, cast.MAIJA)


def test_confirm_what_was_not_read_is_refused():
    """R6"""
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)

    with pytest.raises(confirmation.Changed):
        confirm_here(sent, cast.MAIJA, digest="0" * 64)

    assert Confirmation.objects.count() == 0
    assert TermsAcceptance.objects.count() == 0


def test_confirm_of_a_former_version_is_refused():
    """R6"""
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)
    seen = applicant(sent, cast.MAIJA)
    changed = document.parse(cast.document(cast.MAIJA, language="sv"))
    changes.put(sent, changed, tag=seen.version.digest, by=HOUSING_SYSTEM)

    with pytest.raises(confirmation.Changed):
        counter_confirmation.confirm_here(
            seen, terms_read=terms.current(), digest=seen.version.digest, by=acting("adviser")
        )


def test_confirm_for_whoever_no_longer_applies_is_refused():
    """R6"""
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)
    seen = applicant(sent, cast.OLLI)
    changed = document.parse(cast.document(cast.MAIJA, cast.VERA))
    changes.put(sent, changed, tag=seen.version.digest, by=HOUSING_SYSTEM)

    with pytest.raises(confirmation.NotAnApplicant):
        counter_confirmation.confirm_here(
            seen, terms_read=terms.current(), digest=seen.version.digest, by=acting("adviser")
        )


def test_confirm_after_declining_is_refused():
    """R10"""
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)
    invitations.decline(applicant(sent, cast.OLLI))

    with pytest.raises(confirmation.Declined):
        confirm_here(sent, cast.OLLI)


def test_confirm_of_an_application_that_has_ended_is_refused(time_machine):
    """R8"""
    time_machine.move_to("2027-01-04T12:00:00+02:00", tick=False)
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)
    other = application(cast.MAIJA)
    confirm(other, cast.MAIJA)

    with pytest.raises(confirmation.CannotConfirmEnded):
        confirm_here(sent, cast.MAIJA)


def test_confirm_for_a_guardian_is_recorded_for_the_person():
    """C6"""
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA, **GUN)

    done = confirm_here(sent, cast.MAIJA)

    assert (state(sent), done.applicant) == ("valid", slot(sent, cast.MAIJA))
    assert (done.representative, done.representative_name) == ("guardian", "Gun Gran")


@pytest.mark.parametrize("event", ["person_confirmed", "confirmed"])
def test_confirm_is_not_stored_if_the_trail_cannot_be_written(event):
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)
    letters = Letter.objects.count()

    with refusing(event), pytest.raises(IntegrityError):
        confirm_here(sent, cast.MAIJA)

    assert state(sent) == "awaiting"
    assert [rows.objects.count() for rows in (Confirmation, TermsAcceptance, Person)] == [0, 0, 0]
    assert Letter.objects.count() == letters
