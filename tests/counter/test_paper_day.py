"""What was signed on paper while the service was out of order, from its entry to a supervisor's decision (ADR 44)."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format, time_format

from applications import changes, document, receipt_pdf, terms
from applications.enums import Act, PaperWish, PendingReason
from applications.models import Confirmation, IdCheck, RecordedAct, Terms
from core.refusals import Refused
from counter import account_issue, id_checks, paper_day
from mailing import worker
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, application, confirm, sign_in, state
from tests.as_read import as_read
from tests.counter.checks import ETHAN, GUN, check, confirm_here, doubtful, end_of_code, fresh, passport, slot, status
from tests.counter.checks import undo as undo_check
from tests.staff import acting, staff

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def sent_before(*people, days=3):
    """Return an application that was sent before the outage."""
    return application(*people, sent_at=timezone.now() - days * DAY)


def enter(sent, who, *, wish=PaperWish.CONFIRMED, hours=26, by="adviser", code=None, is_doubtful=False, **more):
    """Enter what somebody of the cast signed on paper so many hours ago."""
    mine = slot(sent, who)
    paper = passport(
        checked_at=timezone.now() - hours * HOUR,
        entered_at=timezone.now(),
        paper_wish=wish,
        note="The network was down",
        **more,
    )
    return paper_day.enter_paper_check(
        paper,
        applicant=mine,
        digest=mine.version.digest,
        code=end_of_code(mine) if code is None else code,
        is_doubtful=is_doubtful,
        by=acting(by),
    )


def since_noon_before():
    """Return the hours since noon of yesterday, whatever the time of day is now."""
    noon = timezone.localtime().replace(hour=12, minute=0) - DAY
    return (timezone.now() - noon) / HOUR


def decide(made, *, accepted=True, by="supervisor"):
    return paper_day.decide(made, accepted=accepted, reason="Compared with the paper", by=acting(by))


def facts_of(event):
    return Entry.objects.filter(event=event).latest("pk").facts


def letters(sent):
    return list(Letter.objects.filter(about=sent.reference).order_by("pk").values_list("message", flat=True))


# --- Entering --------------------------------------------------------------------------------------------


def test_entered_check_has_its_true_time_and_waits():
    sent = sent_before(cast.MAIJA)
    before = timezone.now()

    made = enter(sent, cast.MAIJA)

    assert made.checked_at < before - 25 * HOUR
    assert before <= made.entered_at <= timezone.now()
    assert (made.pending_reason, status(made), state(sent)) == (PendingReason.PAPER, "waiting", "awaiting")
    assert facts_of("check_recorded")["on_paper_at"] == made.checked_at.isoformat()
    assert Entry.objects.filter(event="check_recorded").get().at >= before


def test_entered_check_lets_nobody_act_today():
    """Whoever signed yesterday, or this morning, is not here now."""
    sent = sent_before(cast.MAIJA)
    decide(enter(sent, cast.MAIJA, wish="", hours=0))

    with pytest.raises(id_checks.CheckFirst):
        confirm_here(sent, cast.MAIJA)
    assert id_checks.made_today(slot(sent, cast.MAIJA)) is None


def test_form_is_entered_once():
    sent = sent_before(cast.MAIJA)
    made = enter(sent, cast.MAIJA)
    again = passport(checked_at=made.checked_at, entered_at=timezone.now(), paper_wish="", note="Once more")
    mine = slot(sent, cast.MAIJA)

    for by in ("adviser", "supervisor"):
        with pytest.raises(id_checks.AlreadyChecked):
            paper_day.enter_paper_check(
                again,
                applicant=mine,
                digest=mine.version.digest,
                code=end_of_code(mine),
                is_doubtful=False,
                by=acting(by),
            )

    assert IdCheck.objects.count() == 1


@pytest.mark.parametrize("wish", [*PaperWish, ""])
@pytest.mark.parametrize("is_doubtful", [False, True])
def test_second_form_of_a_person_is_refused_while_one_waits(wish, is_doubtful):
    """Whoever has the paper in hand may write another time or another wish than the colleague who was quicker."""
    sent = sent_before(cast.MAIJA)
    enter(sent, cast.MAIJA, is_doubtful=is_doubtful)

    with pytest.raises(paper_day.FormWaits):
        enter(sent, cast.MAIJA, wish=wish, hours=25, by="supervisor", code="999X")

    assert IdCheck.objects.count() == 1
    assert Entry.objects.filter(event="code_mismatched").count() == 0


def test_form_of_somebody_else_in_the_household_is_entered_meanwhile():
    sent = sent_before(cast.MAIJA, ETHAN)

    made = [enter(sent, who) for who in (cast.MAIJA, ETHAN)]

    assert [status(each) for each in made] == ["waiting", "waiting"]


def test_rejected_form_is_entered_again():
    sent = sent_before(cast.MAIJA)
    decide(enter(sent, cast.MAIJA), accepted=False)

    decide(enter(sent, cast.MAIJA))

    assert state(sent) == "valid"


def test_undone_form_is_entered_again():
    sent = sent_before(cast.MAIJA)
    undo_check(enter(sent, cast.MAIJA))

    assert status(enter(sent, cast.MAIJA)) == "waiting"


def test_another_form_is_entered_after_an_accepted_one():
    sent = sent_before(cast.MAIJA)
    decide(enter(sent, cast.MAIJA))

    assert status(enter(sent, cast.MAIJA, wish=PaperWish.WITHDRAWN, hours=1)) == "waiting"


def test_code_is_compared_and_a_wrong_one_stands_in_the_trail():
    """C2"""
    sent = sent_before(cast.MAIJA)

    with pytest.raises(Refused):
        enter(sent, cast.MAIJA, code="999X")

    assert Entry.objects.filter(event="code_mismatched").count() == 1
    assert IdCheck.objects.count() == 0


def test_application_that_was_changed_since_is_refused():
    sent = sent_before(cast.MAIJA, days=0)

    with pytest.raises(paper_day.ChangedSince):
        enter(sent, cast.MAIJA)

    assert IdCheck.objects.count() == 0


def test_new_terms_are_to_be_read_first():
    sent = sent_before(cast.MAIJA)
    Terms.objects.create(published_at=timezone.now() - HOUR, text_fi="-", text_sv="-", text_en="-")

    with pytest.raises(paper_day.TermsSince):
        enter(sent, cast.MAIJA)


@pytest.mark.parametrize("wish", [PaperWish.CONFIRMED, PaperWish.RENEWED, PaperWish.WITHDRAWN])
def test_what_cannot_be_done_is_refused(wish):
    sent = sent_before(cast.MAIJA)
    if wish != PaperWish.RENEWED:  # which somebody must have confirmed first
        changes.withdraw(sent, by=actor(cast.MAIJA))

    with pytest.raises(Refused):
        enter(sent, cast.MAIJA, wish=wish)


def test_document_and_right_need_to_have_held_on_that_day_only():
    yesterday = timezone.localdate() - DAY
    sent = sent_before(cast.MAIJA)

    hours = since_noon_before()

    right = {**GUN, "basis_valid_until": yesterday}
    made = enter(sent, cast.MAIJA, document_valid_until=yesterday, hours=hours, **right)

    assert made.representative_name == "Gun Gran"
    with pytest.raises(id_checks.DocumentExpired):
        enter(sent_before(cast.MAIJA), cast.MAIJA, document_valid_until=yesterday - DAY, hours=hours)


@pytest.mark.parametrize("wrong", [{"pending_reason": ""}, {"entered_at": None}, {"entered_at": "before"}])
def test_database_refuses_a_paper_check_that_does_not_wait(wrong):
    made = enter(sent_before(cast.MAIJA), cast.MAIJA)
    if wrong.get("entered_at") == "before":
        wrong = {"entered_at": made.checked_at - DAY}

    values = {f.attname: getattr(made, f.attname) for f in IdCheck._meta.concrete_fields if not f.primary_key}
    with pytest.raises(IntegrityError), transaction.atomic():
        IdCheck.objects.create(**{**values, "account_key": None, **wrong})


# --- The decision ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [cast.MAIJA, ETHAN], ids=["code", "no code"])
def test_accepted_check_confirms_at_the_time_of_the_decision(who):
    sent = sent_before(cast.MAIJA, *([ETHAN] if who is ETHAN else []))
    made, before = enter(sent, who), timezone.now()

    decide(made)

    given = Confirmation.objects.get()
    assert (given.method, given.staff, given.id_check) == ("counter", staff("supervisor"), made)
    assert given.confirmed_at >= before
    assert given.signed_on_paper_at == made.checked_at
    assert state(sent) == ("awaiting" if who is ETHAN else "valid")
    assert facts_of("person_confirmed")["on_paper_at"] == made.checked_at.isoformat()
    assert paper_day.is_carried_out(made)


def test_person_gets_the_receipt_that_names_both_times():
    sent = sent_before(cast.MAIJA)
    decide(enter(sent, cast.MAIJA))
    worker.deliver_due_letters()

    [receipt] = [each for each in mail.outbox if "Signed on paper" in each.body or "paperilla" in each.body]

    assert "receipt" in letters(sent)
    assert "check_accepted" not in letters(sent)
    assert receipt.to == ["maija@example.test"]


@pytest.mark.parametrize("where", ["page", "pdf"])
def test_own_receipt_names_both_times_under_the_check_code_of_what_was_signed(client, where):
    sent = sent_before(cast.MAIJA)
    made = enter(sent, cast.MAIJA)
    decide(made)
    given = Confirmation.objects.get()
    sign_in(client, cast.MAIJA)

    with translation.override("en"):
        page = client.get(reverse("applications:receipt", args=[sent.reference]))
        shown = page.text if where == "page" else receipt_pdf.receipt_html(given, language="en")
        times = [
            as_read(f"{date_format(at)} at {time_format(at)}")
            for at in map(timezone.localtime, (given.confirmed_at, made.checked_at))
        ]

    read = " ".join(re.sub("<[^>]*>", " ", as_read(shown)).split())
    assert f"Date and time {times[0]} Signed on paper {times[1]}" in read
    assert given.check_code in read
    assert given.digest == made.applicant.version.digest


def test_receipt_of_others_names_no_signature_on_paper():
    given = confirm(sent_before(cast.MAIJA), cast.MAIJA)

    assert "Signed on paper" not in receipt_pdf.receipt_html(given, language="en")


def test_guardian_who_signed_is_named():
    """C6"""
    sent = sent_before(cast.MAIJA)

    decide(enter(sent, cast.MAIJA, **GUN))

    assert Confirmation.objects.get().representative_name == "Gun Gran"


def test_rejected_check_does_nothing():
    sent = sent_before(cast.MAIJA)

    decide(enter(sent, cast.MAIJA), accepted=False)

    assert Confirmation.objects.count() == 0
    assert letters(sent)[-1] == "check_rejected"


def test_adviser_does_not_decide():
    made = enter(sent_before(cast.MAIJA), cast.MAIJA, by="supervisor")

    for accepted in (True, False):
        with pytest.raises(id_checks.NeedsSupervisor):
            decide(made, accepted=accepted, by="adviser")


def test_supervisor_who_entered_it_does_not_decide():
    made = enter(sent_before(cast.MAIJA), cast.MAIJA, by="supervisor")

    with pytest.raises(id_checks.OwnCheck):
        decide(made)


@pytest.mark.parametrize("meanwhile", ["changed", "terms", "confirmed", "withdrawn"])
def test_what_can_be_done_no_more_is_not_done_and_the_person_is_told(meanwhile):
    sent = sent_before(cast.MAIJA)
    made = enter(sent, cast.MAIJA)
    match meanwhile:
        case "changed":
            changed = document.parse(cast.document(cast.MAIJA, language="sv"))
            changes.put(sent, changed, tag=slot(sent, cast.MAIJA).version.digest, by=HOUSING_SYSTEM)
        case "terms":
            Terms.objects.create(published_at=timezone.now(), text_fi="-", text_sv="-", text_en="-")
        case "confirmed":
            confirm(sent, cast.MAIJA)
        case "withdrawn":
            changes.withdraw(sent, by=actor(cast.MAIJA))

    decide(made)

    assert status(made) == "sound"
    assert not made.confirmations.exists()
    assert paper_day.present_refusal(fresh(made), current=terms.current()) is not None
    assert ("check_accepted" in letters(sent)) == (meanwhile != "withdrawn")
    if meanwhile != "withdrawn":
        assert Letter.objects.get(message="check_accepted").parameters["is_unused"] is True


def test_signed_withdrawal_is_recorded_with_the_decision():
    sent = sent_before(cast.MAIJA)
    made = enter(sent, cast.MAIJA, wish=PaperWish.WITHDRAWN)

    decide(made)

    act = RecordedAct.objects.get()
    assert (act.kind, act.id_check, act.staff) == (Act.WITHDRAWN, made, staff("supervisor"))
    assert state(sent) == "withdrawn"
    assert facts_of("withdrawn")["on_paper_at"] == made.checked_at.isoformat()


def test_signed_renewal_counts_from_the_decision():
    sent = sent_before(cast.MAIJA, days=40)
    confirm(sent, cast.MAIJA)
    made = enter(sent, cast.MAIJA, wish=PaperWish.RENEWED)

    decide(made)

    sent.refresh_from_db()
    assert RecordedAct.objects.get().kind == Act.RENEWED
    assert sent.valid_until == timezone.localdate() + 90 * DAY


def test_undoing_the_check_undoes_what_was_signed():
    """C5"""
    sent = sent_before(cast.MAIJA)
    made = enter(sent, cast.MAIJA)
    decide(made)

    undo_check(made)

    assert Confirmation.objects.get().undone_at is not None
    assert state(sent) == "awaiting"


def test_account_is_issued_on_an_accepted_paper_check():
    sent = sent_before(cast.MAIJA)
    made = enter(sent, cast.MAIJA, wish="")

    decide(made)

    assert letters(sent)[-1] == "check_accepted"
    assert "is_unused" not in Letter.objects.get(message="check_accepted").parameters
    assert account_issue.issue_account(made, email="own@example.test", by=acting("adviser")).email


def test_doubt_on_paper_is_decided_likewise():
    sent = sent_before(cast.MAIJA)
    made = enter(sent, cast.MAIJA, is_doubtful=True)

    decide(made)

    assert made.pending_reason == PendingReason.DOUBT
    assert state(sent) == "valid"


def test_other_checks_are_decided_as_before():
    sent = application(cast.MAIJA)
    made = doubtful(sent, cast.MAIJA)

    decide(made, by="supervisor")

    assert status(made) == "sound"
    assert Confirmation.objects.count() == 0


def test_nothing_is_decided_if_what_was_signed_cannot_be_written(monkeypatch):
    sent = sent_before(cast.MAIJA)
    made = enter(sent, cast.MAIJA)

    def fails(*args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr("applications.confirmation._store_confirmation", fails)
    with pytest.raises(IntegrityError), transaction.atomic():
        decide(made)

    assert status(made) == "waiting"


def test_person_who_comes_meanwhile_is_checked_anew_and_confirms():
    """What waits to be compared with its paper is no doubt about the person (C4)."""
    sent = sent_before(cast.MAIJA)
    entered = enter(sent, cast.MAIJA)

    made = check(sent, cast.MAIJA)
    confirm_here(sent, cast.MAIJA)
    decide(entered)

    assert (made.pending_reason, state(sent)) == ("", "valid")
    assert not paper_day.is_carried_out(entered)


def test_doubt_about_the_person_is_decided_first():
    """C4: no check of the same person passes a doubt by."""
    sent = sent_before(cast.MAIJA)
    made = enter(sent, cast.MAIJA)
    later = doubtful(sent, cast.MAIJA)

    with pytest.raises(id_checks.SecondLookWaits):
        decide(made)

    assert (status(made), state(sent)) == ("waiting", "awaiting")
    decide(later, accepted=False)
    decide(made)
    assert state(sent) == "valid"


def test_check_in_person_does_not_settle_what_was_signed_on_paper():
    sent = sent_before(cast.MAIJA)
    made = enter(sent, cast.MAIJA, wish=PaperWish.WITHDRAWN)

    decide(check(sent, cast.MAIJA, note="They came in person", is_doubtful=True))

    assert status(made) == "waiting"
    decide(made)
    assert state(sent) == "withdrawn"
