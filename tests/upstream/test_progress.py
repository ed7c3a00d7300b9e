"""What brings an application nearer is an event, and stands in its history (J8)."""

import datetime as dt

import pytest
from django.db.models import Q
from django.utils import timezone

from applications import changes, document, invitations, undeliverable
from applications.models import Application, Happening
from mailing.models import Letter
from tests import cast
from tests.applications.factories import actor, applicant, confirm, invitation
from tests.cast import MAIJA, OLLI, VERA
from tests.counter.checks import check, decline_here, undo
from tests.counter.learned import ETHAN, learn
from tests.upstream.conftest import body, sent
from upstream import events


def told(caller):
    events.collect()
    return events.page(caller.client, Q(), after="0", limit=500).events


def last(caller):
    """Return (what happened, whom it concerns, through whom) of the last event."""
    event = told(caller)[-1]
    return event.type.rpartition(".")[2], event.data.position, str(event.data.by)


def confirms(one):
    confirm(one, OLLI)


def declines(one):
    invitations.decline(applicant(one, OLLI), by=actor(OLLI))


def reports(one):
    invitations.report_error(applicant(one, OLLI), text="My income is another", by=actor(OLLI))


def opens(one):
    invitations.opened(invitation(one, OLLI))


def corrects(one):
    details = {"email": "own@example.test", "phone": "", "language": "fi"}
    invitations.correct_own_contact_details(applicant(one, OLLI), **details, by=actor(OLLI))


def moves(one):
    invitations.correct_address(applicant(one, OLLI), email="moved@example.test", by=actor(MAIJA))


def bounces(one):
    Letter.objects.filter(message="invitation").update(sent_at=timezone.now(), bounced_at=timezone.now())
    undeliverable.tell()


def declines_and_takes_back(one):
    made = check(one, OLLI)
    decline_here(one, OLLI)
    undo(made)


@pytest.mark.parametrize(
    ("act", "event"),
    [
        (confirms, ("person_confirmed", 1, "person")),
        (declines, ("person_declined", 1, "person")),
        (declines_and_takes_back, ("declining_undone", 1, "counter")),
        (reports, ("error_reported", 1, "person")),
        (opens, ("invitation_opened", 1, "form")),
        (bounces, ("invitation_undeliverable", 1, "clock")),
        (corrects, ("contact_details_changed", 1, "person")),
        (moves, ("contact_details_changed", 1, "person")),
    ],
)
def test_each_step_is_one_event_and_stands_in_the_history(caller, act, event):
    one = sent(caller, MAIJA, OLLI)
    before = len(told(caller))

    act(one)

    assert last(caller) == event
    if act != declines_and_takes_back:
        assert len(told(caller)) == before + 1
    types = [each.type.rpartition(".")[2] for each in told(caller)]
    assert [each["type"] for each in caller.get(one.number).json()["history"]] == types


def test_code_that_the_counter_learned_is_an_event_without_the_code(caller):
    whole = body(MAIJA)
    whole["co_applicants"] = [cast.applicant(ETHAN)]
    caller.post(whole)

    learn(Application.objects.get())

    event = told(caller)[-1]
    assert (event.type.rpartition(".")[2], event.data.position) == ("code_learned", 1)
    assert event.model_dump_json().count("140390") == 0


def test_invitation_is_opened_once(caller):
    one = sent(caller, MAIJA, OLLI)

    opens(one)
    opens(one)

    assert Happening.objects.filter(kind="invitation_opened").count() == 1


def test_invitation_is_told_undeliverable_once_and_a_new_one_again(caller, time_machine):
    one = sent(caller, MAIJA, OLLI)
    bounces(one)
    undeliverable.tell()
    moves(one)

    bounces(one)

    kinds = [each.type.rpartition(".")[2] for each in told(caller)]
    assert kinds.count("invitation_undeliverable") == 2


def test_declining_that_is_undone_in_a_former_version_is_told_nobody(caller):
    """The person's place may be another's by then, and nobody waits for them."""
    one = sent(caller, MAIJA, OLLI, VERA)
    made = check(one, VERA)
    decline_here(one, VERA)
    caller.put(one.number, body(MAIJA, VERA), Application.objects.get().version.digest)
    before = len(told(caller))

    undo(made)

    assert len(told(caller)) == before


def test_declining_that_is_undone_after_the_end_is_told_nobody(caller):
    one = sent(caller, MAIJA, OLLI)
    made = check(one, OLLI)
    decline_here(one, OLLI)
    caller.withdraw(one.number)

    undo(made)

    assert last(caller)[0] == "withdrawn"


def test_last_confirmation_is_one_event_that_says_whose(caller):
    one = sent(caller, MAIJA, OLLI)
    confirm(one, MAIJA)
    confirm(one, OLLI)

    event = told(caller)[-1]

    assert (event.type.rpartition(".")[2], event.data.position, event.data.state) == ("confirmed", 1, "valid")


def test_change_says_what_changed_and_through_whom(caller):
    sent(caller, MAIJA, OLLI)
    changed = cast.document(MAIJA, OLLI)
    changed["content"]["wishes"]["highest_rent"] = "999"
    changed["main_applicant"]["income"]["assets"] = "10"
    current = Application.objects.with_people().get()
    changes.edit(current, document.parse(changed), digest=current.version.digest, by=actor(MAIJA))

    event = told(caller)[-1].data

    assert event.by == "person"
    assert event.changed == ["/content/wishes/highest_rent", "/main_applicant/income/assets"]


def test_change_of_the_household_leads_to_whom_it_added_and_removed(caller):
    one = sent(caller, MAIJA, OLLI)
    first = Application.objects.get().version.digest

    caller.put(one.number, body(MAIJA, OLLI, VERA), first)
    caller.put(one.number, body(MAIJA), Application.objects.get().version.digest)

    added, removed = told(caller)[-2:]
    assert added.data.changed == ["/co_applicants/1"]
    assert removed.data.changed == ["/co_applicants/0", "/co_applicants/1"]


def test_status_tells_how_far_everybody_is(caller):
    one = sent(caller, MAIJA, OLLI, VERA)
    confirm(one, MAIJA)
    declines(one)
    opens_vera = invitation(one, VERA)
    invitations.opened(opens_vera)

    stands = caller.get(one.number).json()

    main, olli, vera = stands["applicants"]
    assert (main["progress"], main["method"], main["confirmed_at"] is not None) == ("confirmed", "bank", True)
    assert (olli["progress"], olli["declined_at"] is not None, olli["invitation"]) == ("declined", True, None)
    assert (vera["progress"], vera["invitation"]["state"]) == ("waiting", "opened")
    assert stands["awaited"] == [2]
    assert (stands["version"], stands["client_reference"]) == (1, "HS-2026-0001")


def test_status_tells_of_an_undeliverable_invitation(caller):
    one = sent(caller, MAIJA, OLLI)
    bounces(one)

    assert caller.get(one.number).json()["applicants"][1]["invitation"]["state"] == "undeliverable"


def test_status_says_of_an_invitation_what_its_last_event_says(caller):
    one = sent(caller, MAIJA, OLLI)
    opens(one)
    bounces(one)

    assert last(caller)[0] == "invitation_undeliverable"
    assert caller.get(one.number).json()["applicants"][1]["invitation"]["state"] == "undeliverable"


def test_resend_to_the_same_address_changes_no_contact_details(caller, time_machine):
    one = sent(caller, MAIJA, OLLI)
    time_machine.move_to(timezone.now() + dt.timedelta(hours=1))

    invitations.correct_address(applicant(one, OLLI), email=applicant(one, OLLI).email, by=actor(MAIJA))

    assert last(caller)[0] == "sent"
    assert applicant(one, OLLI).contact_corrected_at is None


def test_status_and_events_name_nobody(caller):
    one = sent(caller, MAIJA, OLLI)
    for act in (opens, reports, moves, confirms):
        act(one)

    texts = caller.get(one.number).content.decode() + "".join(each.model_dump_json() for each in told(caller))

    for who in (MAIJA, OLLI):
        assert [fact for fact in who.values() if fact in texts] == []
    assert "@" not in texts
    assert "income is" not in texts
