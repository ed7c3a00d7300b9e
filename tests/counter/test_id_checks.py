import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from applications import changes, document, invitations
from applications.models import Confirmation, IdCheck
from counter import id_checks
from counter.models import Counter, DocumentType, SecondLook, Undoing
from identity.models import Account
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm, state
from tests.counter.broken_trail import refusing
from tests.counter.checks import (
    ETHAN,
    GUN,
    check,
    confirm_by_account,
    confirm_here,
    doubtful,
    fresh,
    issue,
    passport,
    status,
    undo,
)
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db

NOON = "2027-01-04T12:00:00+02:00"


def events():
    """Return what the trail tells, without what opened it all."""
    found = Entry.objects.exclude(event="sent").order_by("pk")
    return [(entry.event, entry.subject, entry.role) for entry in found]


def about(sent, who):
    return f"applicant {applicant(sent, who).pk}"


# --- Recording -------------------------------------------------------------------------------------------


def test_record_stores_whose_slot_what_was_shown_and_who_checked(time_machine):
    """C2"""
    time_machine.move_to(NOON, tick=False)
    sent = application(cast.MAIJA)

    made = check(sent, cast.MAIJA)

    found = fresh(made)
    assert (found.applicant, found.adviser) == (applicant(sent, cast.MAIJA), staff("adviser"))
    assert (found.document_type, found.country) == ("passport", "FI")
    assert (found.picture_matches, found.name_matches, found.name_reason) == (True, True, "")
    assert found.place == Counter.only().street_fi
    assert found.checked_at == dt.datetime.fromisoformat(NOON)
    assert found.status == "sound"


def test_record_has_no_place_for_a_document_number_or_a_copy():
    """C2"""
    fields = {field.name for field in IdCheck._meta.get_fields()}

    assert fields == {
        "id",
        "applicant",
        "document_type",
        "country",
        "document_valid_until",
        "document_has_no_end",
        "code_on_document",
        "picture_matches",
        "name_matches",
        "name_reason",
        "representative",
        "representative_name",
        "basis_document",
        "basis_valid_until",
        "basis_has_no_end",
        "acts",
        "account_key",
        "pending_reason",
        "entered_at",
        "paper_wish",
        "note",
        "adviser",
        "place",
        "checked_at",
        "second_look",
        "undoing",
        "confirmations",
        "accounts",
        "learned_code",
        "slots_with_its_code",
    }


def test_record_is_written_to_the_trail():
    """R19"""
    sent = application(cast.MAIJA)

    made = check(sent, cast.MAIJA)

    entry = Entry.objects.get(event="check_recorded")
    assert (entry.chain.name, entry.subject) == (f"application {sent.pk}", about(sent, cast.MAIJA))
    assert (entry.role, entry.user_id) == ("adviser", staff("adviser").pk)
    assert entry.facts == {"id_check": made.pk, "document": "passport", "outcome": "sound", "representative": ""}


def test_record_counts_the_last_day_of_validity_in_helsinki(time_machine):
    """C2"""
    time_machine.move_to("2027-01-04T23:30:00+02:00", tick=False)
    sent = application(cast.MAIJA, cast.OLLI)
    check(sent, cast.MAIJA, document_valid_until=dt.date(2027, 1, 4))
    time_machine.move_to("2027-01-05T00:30:00+02:00", tick=False)

    with pytest.raises(id_checks.DocumentExpired):
        check(sent, cast.OLLI, document_valid_until=dt.date(2027, 1, 4))


WITHOUT_END = {"document_valid_until": None, "document_has_no_end": True}


def test_record_of_a_document_without_an_end_says_so():
    """C2"""
    made = fresh(check(application(cast.MAIJA), cast.MAIJA, **WITHOUT_END, note="The card has no end date"))

    assert (made.document_valid_until, made.document_has_no_end, made.is_sound) == (None, True, True)


@pytest.mark.parametrize(
    ("different", "refusal"),
    [
        ({"document_valid_until": None}, id_checks.DocumentWithoutEnd),
        ({"document_has_no_end": True, "note": "Both"}, id_checks.DocumentWithoutEnd),
        (WITHOUT_END, id_checks.NoteMissing),
    ],
)
def test_record_of_a_document_has_its_last_day_or_says_in_a_note_that_it_has_none(different, refusal):
    with pytest.raises(refusal):
        check(application(cast.MAIJA), cast.MAIJA, **different)


@pytest.mark.parametrize(
    "different",
    [{"document_valid_until": None}, {"document_has_no_end": True, "note": "Both"}, WITHOUT_END],
)
def test_database_knows_the_end_of_a_document_or_a_note_that_it_has_none(different):
    made = check(application(cast.MAIJA), cast.MAIJA)
    again = passport(**different, applicant=made.applicant, adviser=made.adviser, place="", checked_at=made.checked_at)

    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_doubtful_document_without_an_end_that_is_sent_twice_is_recorded_once():
    """R12"""
    sent = application(cast.MAIJA)
    doubtful(sent, cast.MAIJA, **WITHOUT_END)

    with pytest.raises(id_checks.AlreadyChecked):
        doubtful(sent, cast.MAIJA, **WITHOUT_END)


def test_record_of_a_type_that_is_off_is_refused():
    """C3"""
    card = "residence-permit-card"

    with pytest.raises(id_checks.NotAccepted):
        check(application(cast.MAIJA), cast.MAIJA, document_type=card, note="Known to us")

    assert IdCheck.objects.count() == 0


@pytest.fixture
def card():
    DocumentType.objects.filter(code="residence-permit-card").update(is_on=True)
    return "residence-permit-card"


def test_record_of_another_type_by_an_adviser_waits_for_a_supervisor(card):
    """C3"""
    made = check(application(cast.MAIJA), cast.MAIJA, document_type=card, note="No passport")

    assert (made.pending_reason, status(made)) == ("type", "waiting")


def test_record_of_another_type_by_a_supervisor_with_a_note_is_sound(card):
    """C3"""
    made = check(application(cast.MAIJA), cast.MAIJA, by="supervisor", document_type=card, note="No passport")

    assert (made.pending_reason, status(made)) == ("", "sound")


@pytest.mark.parametrize("by", ["adviser", "supervisor"])
def test_record_of_another_type_without_a_note_is_refused(card, by):
    """C3"""
    with pytest.raises(id_checks.NoteMissing):
        check(application(cast.MAIJA), cast.MAIJA, by=by, document_type=card)


def test_record_of_a_doubtful_document_waits():
    """C4"""
    made = doubtful(application(cast.MAIJA), cast.MAIJA)

    assert (made.pending_reason, status(made)) == ("doubt", "waiting")


def test_record_of_a_picture_that_does_not_match_waits_whatever_else_was_said():
    """C4"""
    made = check(application(cast.MAIJA), cast.MAIJA, picture_matches=False, note="Another face")

    assert (made.pending_reason, status(made)) == ("doubt", "waiting")


def test_record_of_a_doubt_without_a_note_is_refused():
    """C4"""
    with pytest.raises(id_checks.NoteMissing):
        check(application(cast.MAIJA), cast.MAIJA, is_doubtful=True)


def test_record_of_another_name_with_a_reason_is_sound():
    """R4: a different name never blocks"""
    made = check(application(cast.MAIJA), cast.MAIJA, name_matches=False, name_reason="Married in May")

    assert (fresh(made).name_reason, status(made)) == ("Married in May", "sound")


def test_record_of_another_name_without_a_reason_is_refused_by_the_database():
    """C2"""
    with pytest.raises(IntegrityError):
        check(application(cast.MAIJA), cast.MAIJA, name_matches=False)


def test_record_keeps_on_what_a_guardian_acts():
    """C6"""
    made = check(application(cast.MAIJA), cast.MAIJA, **GUN)

    assert {name: getattr(fresh(made), name) for name in GUN} == GUN
    assert Entry.objects.get(event="check_recorded").facts["representative"] == "guardian"


def test_record_of_a_right_to_act_that_has_expired_is_refused():
    """C6"""
    with pytest.raises(id_checks.BasisExpired):
        check(application(cast.MAIJA), cast.MAIJA, **{**GUN, "basis_valid_until": dt.date(2020, 1, 1)})


def test_record_of_a_proxy_without_a_document_is_refused_by_the_database():
    """C6"""
    with pytest.raises(IntegrityError):
        check(application(cast.MAIJA), cast.MAIJA, **{**GUN, "basis_document": ""})


def test_record_of_somebody_without_a_code_is_sound():
    """R3"""
    sent = application(cast.MAIJA, co_applicants=[ETHAN])

    assert status(check(sent, ETHAN)) == "sound"


def test_record_after_a_change_that_the_adviser_has_not_seen_is_refused():
    """R6"""
    sent = application(cast.MAIJA)
    seen = applicant(sent, cast.MAIJA)
    changed = document.parse(cast.document(cast.MAIJA, language="sv"))
    changes.put(sent, changed, tag=seen.version.digest, by=HOUSING_SYSTEM)

    with pytest.raises(id_checks.SlotChanged):
        check(sent, cast.MAIJA, digest=seen.version.digest)


def test_record_for_a_slot_of_a_former_version_is_refused():
    """R6"""
    sent = application(cast.MAIJA)
    seen = applicant(sent, cast.MAIJA)
    changed = document.parse(cast.document(cast.MAIJA, language="sv"))
    changes.put(sent, changed, tag=seen.version.digest, by=HOUSING_SYSTEM)
    now = applicant(sent, cast.MAIJA).version.digest

    with pytest.raises(id_checks.SlotChanged):
        id_checks.record(
            passport(), applicant=seen, digest=now, code=seen.hetu, is_doubtful=False, by=acting("adviser")
        )


def test_record_for_an_application_that_has_ended_is_refused(time_machine):
    """R8"""
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA)
    time_machine.shift(dt.timedelta(days=91))

    with pytest.raises(id_checks.CannotCheckEnded):
        check(sent, cast.MAIJA)


def test_whoever_confirmed_at_the_counter_and_comes_back_after_a_week_gets_their_account(time_machine):
    """J5"""
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)
    confirm_here(sent, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=8))

    again = check(sent, cast.MAIJA)

    assert issue(again).id_check == again
    assert state(sent) == "valid"


def test_whoever_confirmed_online_is_not_sent_home_from_the_counter():
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.MAIJA)

    assert check(sent, cast.MAIJA).status == "sound"


def test_record_of_somebody_under_18_is_refused():
    """R2"""
    with pytest.raises(id_checks.CannotCheckUnder18):
        check(application(cast.MAIJA, cast.TEA), cast.TEA)


def test_whoever_has_declined_and_may_still_withdraw_is_not_sent_home_from_the_counter():
    """R10, R11"""
    sent = application(cast.MAIJA, cast.OLLI)
    invitations.decline(applicant(sent, cast.OLLI))

    assert check(sent, cast.OLLI).status == "sound"


def test_record_of_somebody_checked_today_is_refused():
    """R12"""
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)

    with pytest.raises(id_checks.AlreadyChecked):
        check(sent, cast.MAIJA, by="supervisor")

    assert IdCheck.objects.count() == 1


@pytest.mark.parametrize("days", [0, 1, 29])
def test_record_beside_a_doubtful_check_that_waits_waits_too(time_machine, days):
    """C4"""
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA)
    doubtful(sent, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=days))

    made = check(sent, cast.MAIJA, by="supervisor", note="A new passport")

    assert (made.pending_reason, status(made)) == ("another", "waiting")


def test_record_again_on_another_day_is_another_check(time_machine):
    time_machine.move_to(NOON)
    sent = application(cast.MAIJA)
    check(sent, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=1))

    check(sent, cast.MAIJA)

    assert IdCheck.objects.count() == 2


def test_record_again_after_the_first_was_rejected_or_undone_is_another_check():
    sent = application(cast.MAIJA)
    id_checks.decide(doubtful(sent, cast.MAIJA), accepted=False, reason="Not her", by=acting("supervisor"))
    undo(check(sent, cast.MAIJA))

    assert status(check(sent, cast.MAIJA)) == "sound"


def test_record_is_not_stored_if_the_trail_cannot_be_written():
    sent = application(cast.MAIJA)

    with refusing("check_recorded"), pytest.raises(IntegrityError):
        check(sent, cast.MAIJA)

    assert IdCheck.objects.count() == 0


@pytest.mark.parametrize("act", ["update", "delete"])
def test_check_that_was_recorded_is_neither_edited_nor_deleted(act):
    """R18, R19"""
    made = check(application(cast.MAIJA), cast.MAIJA)

    with pytest.raises(IntegrityError):
        IdCheck.objects.filter(pk=made.pk).update(country="SE") if act == "update" else made.delete()


# --- The second look -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "outcome", "event"), [(True, "sound", "check_accepted"), (False, "rejected", "check_rejected")]
)
def test_decide_by_another_adviser_is_what_the_check_is_worth(accepted, outcome, event):
    """C4"""
    made = doubtful(application(cast.MAIJA), cast.MAIJA, by="supervisor")

    look = id_checks.decide(made, accepted=accepted, reason="Compared with the register", by=acting("adviser"))

    assert status(made) == outcome
    assert (look.by, look.reason) == (staff("adviser"), "Compared with the register")
    assert events()[-1][0] == event


def test_decide_on_ones_own_check_is_refused():
    """C4"""
    made = doubtful(application(cast.MAIJA), cast.MAIJA)

    with pytest.raises(id_checks.OwnCheck):
        id_checks.decide(made, accepted=True, reason="I am sure now", by=acting("adviser"))

    assert status(made) == "waiting"


def test_decide_on_another_type_is_for_supervisors(card):
    """C3"""
    made = check(application(cast.MAIJA), cast.MAIJA, document_type=card, note="No passport")
    other = acting("operator")

    with pytest.raises(id_checks.NeedsSupervisor):
        id_checks.decide(made, accepted=True, reason="All right", by=other)

    id_checks.decide(made, accepted=True, reason="All right", by=acting("supervisor"))
    assert status(made) == "sound"


def test_doubt_does_not_take_the_place_of_a_supervisor(card):
    """C3"""
    made = doubtful(application(cast.MAIJA), cast.MAIJA, document_type=card)

    with pytest.raises(id_checks.NeedsSupervisor):
        id_checks.decide(made, accepted=True, reason="All right", by=acting("operator"))

    id_checks.decide(made, accepted=False, reason="Not alike", by=acting("operator"))
    assert status(made) == "rejected"


def test_doubt_of_a_supervisor_about_another_type_is_decided_by_anybody_else(card):
    """C3"""
    made = doubtful(application(cast.MAIJA), cast.MAIJA, document_type=card, by="supervisor")

    id_checks.decide(made, accepted=True, reason="Compared with the register", by=acting("adviser"))

    assert status(made) == "sound"


def test_decide_twice_is_refused():
    """C4"""
    made = doubtful(application(cast.MAIJA), cast.MAIJA)
    id_checks.decide(made, accepted=False, reason="Not her", by=acting("supervisor"))

    with pytest.raises(id_checks.CheckNotWaiting):
        id_checks.decide(made, accepted=True, reason="Yes, her", by=acting("supervisor"))

    assert SecondLook.objects.count() == 1


def test_decide_on_a_check_that_was_certain_is_refused():
    with pytest.raises(id_checks.CheckNotWaiting):
        id_checks.decide(
            check(application(cast.MAIJA), cast.MAIJA), accepted=False, reason="No", by=acting("supervisor")
        )


def test_decide_on_a_check_that_was_undone_is_refused():
    made = doubtful(application(cast.MAIJA), cast.MAIJA)
    undo(made)

    with pytest.raises(id_checks.CheckNotWaiting):
        id_checks.decide(made, accepted=True, reason="Yes", by=acting("supervisor"))


@pytest.mark.parametrize(("days", "seconds", "outcome"), [(30, -1, "waiting"), (30, 1, "too_late")])
def test_decide_is_possible_for_thirty_days(time_machine, days, seconds, outcome):
    """C4"""
    time_machine.move_to(NOON, tick=False)
    made = doubtful(application(cast.MAIJA), cast.MAIJA)
    time_machine.shift(dt.timedelta(days=days, seconds=seconds))

    assert status(made) == outcome
    assert list(IdCheck.objects.waiting()) == ([made] if outcome == "waiting" else [])
    if outcome == "too_late":
        with pytest.raises(id_checks.CheckNotWaiting):
            id_checks.decide(made, accepted=True, reason="Late", by=acting("supervisor"))


def test_decide_is_not_stored_if_the_trail_cannot_be_written():
    made = doubtful(application(cast.MAIJA), cast.MAIJA)

    with refusing("check_accepted"), pytest.raises(IntegrityError):
        id_checks.decide(made, accepted=True, reason="Yes", by=acting("supervisor"))

    assert status(made) == "waiting"


def test_sound_are_those_that_have_effect():
    checks = [
        check(application(cast.MAIJA), cast.MAIJA),
        doubtful(application(cast.OLLI), cast.OLLI),
        doubtful(application(cast.VERA), cast.VERA),
        doubtful(application(cast.VILLE), cast.VILLE),
        check(application(cast.OTSO), cast.OTSO),
    ]
    id_checks.decide(checks[1], accepted=False, reason="No", by=acting("supervisor"))
    id_checks.decide(checks[2], accepted=True, reason="Yes", by=acting("supervisor"))
    undo(checks[4])

    assert [status(made) for made in checks] == ["sound", "rejected", "sound", "waiting", "undone"]
    assert list(IdCheck.objects.sound().order_by("pk")) == [checks[0], checks[2]]
    assert list(IdCheck.objects.waiting()) == [checks[3]]


# --- Undoing ---------------------------------------------------------------------------------------------


def test_undo_lets_fall_the_confirmation_and_the_account():
    """C5"""
    sent = application(cast.MAIJA)
    made = check(sent, cast.MAIJA)
    confirm_here(sent, cast.MAIJA)
    account = issue(made)

    waiting = undo(made)

    assert waiting == [sent]
    assert (status(made), state(sent)) == ("undone", "awaiting")
    assert Confirmation.objects.filter(undone_at=None).count() == 0
    account.refresh_from_db()
    assert account.closed_at is not None
    assert not account.user.has_usable_password()


def test_undo_keeps_who_undid_it_and_why():
    """C5"""
    made = check(application(cast.MAIJA), cast.MAIJA)

    undo(made, reason="It was her sister")

    undoing = Undoing.objects.get()
    assert (undoing.check_made, undoing.by, undoing.reason) == (made, staff("supervisor"), "It was her sister")


def test_undo_is_written_to_the_trail_before_what_falls():
    """R19"""
    sent = application(cast.MAIJA)
    made = check(sent, cast.MAIJA)
    confirm_here(sent, cast.MAIJA)
    issue(made)
    before = Entry.objects.latest("pk").pk

    undo(made)

    maija = about(sent, cast.MAIJA)
    assert [(e.event, e.subject, e.role) for e in Entry.objects.filter(pk__gt=before).order_by("pk")] == [
        ("check_undone", maija, "supervisor"),
        ("account_closed", maija, "supervisor"),
        ("confirmation_undone", maija, "supervisor"),
        ("undone", "", "supervisor"),
    ]


def test_undo_closes_accounts_that_stand_on_this_check_alone():
    sent = application(cast.MAIJA, cast.OLLI)
    issue(check(sent, cast.MAIJA))
    issue(made := check(sent, cast.OLLI), email="olli.own@example.test")

    undo(made)

    assert [account.email for account in Account.objects.filter(closed_at=None)] == ["maija.own@example.test"]


def test_undo_tells_the_person_whose_account_is_closed():
    made = check(application(cast.MAIJA), cast.MAIJA)
    issue(made)

    undo(made)

    assert [(letter.message, letter.to) for letter in Letter.objects.filter(message="account_closed")] == [
        ("account_closed", "maija.own@example.test")
    ]


def test_undo_lets_fall_what_was_confirmed_with_the_account():
    """C5"""
    first, second = application(cast.MAIJA, cast.OLLI), application(cast.MAIJA, cast.VERA)
    issue(made := check(first, cast.MAIJA))
    confirm_by_account(first, cast.MAIJA)
    confirm_by_account(second, cast.MAIJA)

    waiting = undo(made)

    assert waiting == [first, second]
    assert Confirmation.objects.filter(undone_at=None).count() == 0


@pytest.mark.parametrize("make", [check, doubtful])
def test_undo_of_a_check_on_which_nothing_rests_changes_nothing_else(make):
    sent = application(cast.MAIJA)
    made = make(sent, cast.MAIJA)

    assert undo(made) == []
    assert (status(made), state(sent)) == ("undone", "awaiting")


def test_undo_twice_is_refused():
    made = check(application(cast.MAIJA), cast.MAIJA)
    undo(made)

    with pytest.raises(id_checks.AlreadyUndone):
        undo(made)


@pytest.mark.parametrize("event", ["check_undone", "account_closed", "confirmation_undone", "undone"])
def test_undo_is_not_stored_if_the_trail_cannot_be_written(event):
    sent = application(cast.MAIJA)
    made = check(sent, cast.MAIJA)
    confirm_here(sent, cast.MAIJA)
    issue(made)
    letters = Letter.objects.count()

    with refusing(event), pytest.raises(IntegrityError):
        undo(made)

    assert (status(made), state(sent)) == ("sound", "valid")
    assert Account.objects.filter(closed_at=None).count() == 1
    assert Confirmation.objects.filter(undone_at=None).count() == 1
    assert Letter.objects.count() == letters
