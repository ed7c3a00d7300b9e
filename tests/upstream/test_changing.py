"""Changing and withdrawing through the API."""

import datetime as dt

import pytest
from django.utils import timezone

from applications import changes, invitations
from applications.models import Application, StateChange
from mailing.models import Letter
from privacy import erasure
from tests.applications.factories import actor, applicant, application, confirm, state
from tests.cast import MAIJA, OLLI, VERA
from tests.interleaving import before_lock
from tests.staff import acting
from tests.upstream.conftest import body, sent
from upstream import clients, events


def digest(one):
    return Application.objects.get(pk=one.pk).version.digest


def problem_of(response):
    return response.status_code, response.json()["type"].removeprefix("urn:heka-confirm:")


def test_status_shows_the_version_as_a_tag(caller):
    """Whatever answer shows it, and with a correction it changes."""
    one = sent(caller, MAIJA)

    tag = caller.get(one.number)["ETag"]

    assert tag == caller.get(f"{one.number}/document")["ETag"] == caller.get(one.number)["ETag"]
    corrected(one, MAIJA)
    assert caller.get(one.number)["ETag"] != tag
    assert caller.get(one.number).json()["digest"] == digest(one)


def test_changing_makes_a_version_that_has_to_be_confirmed_again(caller):
    one = sent(caller, MAIJA)
    confirm(one, MAIJA)
    first = digest(one)

    response = caller.put(one.number, body(MAIJA, OLLI), first)

    assert response.status_code == 200
    assert response["ETag"] == caller.get(one.number)["ETag"]
    assert response.json()["digest"] == digest(one) != first
    assert response.json()["state"] == "awaiting"
    assert [each["progress"] for each in response.json()["applicants"]] == ["waiting", "waiting"]
    change = StateChange.objects.latest("pk")
    assert (change.transition, change.source, change.name) == ("changed", "housing_system", "Housing system")


def test_changing_what_somebody_else_changed_is_refused(caller):
    one = sent(caller, MAIJA)
    first = digest(one)
    caller.put(one.number, body(MAIJA, OLLI), first)

    response = caller.put(one.number, body(MAIJA, VERA), first)

    assert problem_of(response) == (412, "changed-meanwhile")
    assert Application.objects.get().version.number == 2


def test_changing_again_as_before_is_answered_as_before_and_changes_nothing(caller):
    """RFC 9110 § 13.1.1: what was asked for is so already."""
    one = sent(caller, MAIJA)
    first, changed = digest(one), body(MAIJA, OLLI)
    caller.put(one.number, changed, first)

    assert caller.put(one.number, changed, first).status_code == 200
    assert Application.objects.get().version.number == 2


def test_changing_must_name_what_it_changes(caller):
    one = sent(caller, MAIJA)

    assert problem_of(caller.put(one.number, body(MAIJA))) == (428, "about:blank")


@pytest.mark.parametrize("tag", ["*", "abc", '"abc"', '"' + "0" * 64, "'" + "0" * 64 + "'"])
def test_changing_what_is_named_in_another_form_is_refused(caller, tag):
    one = sent(caller, MAIJA)

    response = caller.put(one.number, body(MAIJA), **{"If-Match": tag})

    assert problem_of(response) == (400, "invalid-header")


def test_changing_takes_the_weak_tag_of_a_compressed_answer(caller):
    one = sent(caller, MAIJA)

    assert caller.put(one.number, body(MAIJA, OLLI), **{"If-Match": f'W/"{digest(one)}"'}).status_code == 200


def test_changing_into_another_application_is_refused(caller):
    one = sent(caller, MAIJA)

    response = caller.put(one.number, body(MAIJA, reference="other"), digest(one))

    assert problem_of(response) == (409, "another-reference")


def test_changing_into_something_faulty_is_refused(caller):
    one = sent(caller, MAIJA)

    response = caller.put(one.number, {**body(MAIJA), "language": "de"}, digest(one))

    assert problem_of(response) == (422, "invalid-application")
    assert response.json()["errors"][0]["pointer"] == "/language"


@pytest.mark.parametrize(
    ("changed_in", "answered"), [("here", (409, "changed-here")), ("there", (200, None)), ("both", (200, None))]
)
def test_changing_is_refused_where_people_alone_edit_the_applications(caller, changed_in, answered):
    """J6.4"""
    one = sent(caller, MAIJA)
    clients.settle(caller.client, origin={"changed_in": changed_in})

    response = caller.put(one.number, body(MAIJA, OLLI), digest(one))

    assert (response.status_code, response.json().get("type", "").rpartition(":")[2] or None) == answered
    assert Application.objects.get().version.number == 1 + (answered[0] == 200)


@pytest.mark.parametrize("changed_in", ["here", "there", "both"])
def test_withdrawing_is_possible_wherever_applications_are_edited(caller, changed_in):
    """J6.4"""
    one = sent(caller, MAIJA)
    clients.settle(caller.client, origin={"changed_in": changed_in})

    assert caller.withdraw(one.number).json()["state"] == "withdrawn"


def test_application_remembers_the_client_that_sent_it_and_none_if_it_was_filled_in_here(caller):
    """J6.4"""
    one = sent(caller, MAIJA)

    assert one.origin == caller.client.origin
    assert application(OLLI).origin is None


def test_application_filled_in_here_is_edited_where_those_of_the_client_are_that_receives_it(caller):
    """J6.4, J8"""
    clients.settle(caller.client, receives_forms=True)
    one = application(OLLI)

    events.collect()

    assert Application.objects.get(pk=one.pk).origin == caller.client.origin


@pytest.mark.parametrize("ended", ["lapsed", "expired", "withdrawn", "replaced"])
def test_changing_what_has_ended_is_refused(caller, ended):
    """R8"""
    one = sent(caller, MAIJA)
    Application.objects.update(state=ended)

    assert problem_of(caller.put(one.number, body(MAIJA), digest(one))) == (409, "ended")


def test_others_applications_are_not_found(caller, stranger):
    one = sent(caller, MAIJA)

    assert stranger.put(one.number, body(MAIJA), digest(one)).status_code == 404
    assert stranger.withdraw(one.number).status_code == 404
    assert state(one) == "awaiting"


def test_withdrawing_tells_everybody(caller):
    """R11"""
    one = sent(caller, MAIJA, OLLI)

    response = caller.withdraw(one.number)

    assert (response.status_code, response.json()["state"]) == (200, "withdrawn")
    assert Letter.objects.filter(message="withdrawn").count() == 2
    assert StateChange.objects.filter(transition="withdrawn").count() == 1


def test_withdrawing_again_changes_nothing(caller):
    one = sent(caller, MAIJA)

    answers = [caller.withdraw(one.number) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert StateChange.objects.filter(transition="withdrawn").count() == 1
    assert Letter.objects.filter(message="withdrawn").count() == 1


@pytest.mark.parametrize("ended", ["lapsed", "expired", "replaced"])
def test_withdrawing_what_has_ended_otherwise_is_refused(caller, ended):
    one = sent(caller, MAIJA)
    Application.objects.update(state=ended)

    assert problem_of(caller.withdraw(one.number)) == (409, "ended")
    assert state(one) == ended


@pytest.mark.parametrize("number", ["K7M-P3X-Q4T", "x", "%00"])
def test_what_is_not_there_is_not_found(caller, number):
    assert caller.withdraw(number).status_code == 404


def test_withdrawing_without_a_token_is_refused(client, caller):
    one = sent(caller, MAIJA)

    assert client.post(f"/api/v1/applications/{one.number}/withdraw").status_code == 401
    assert client.put(f"/api/v1/applications/{one.number}").status_code == 401
    assert state(one) == "awaiting"


# --- What people have corrected -------------------------------------------------------------------------------


def corrected(one, who, **details):
    wanted = {"email": "own@example.test", "phone": "050 765 4321", "language": "sv", **details}
    invitations.correct_own_contact_details(applicant(one, who), **wanted)


def contact_of(one, who):
    slot = applicant(one, who)
    return slot.email, slot.phone, slot.language


def body_known_at(at, *people):
    sent = body(*people)
    for each in (sent["main_applicant"], *sent["co_applicants"]):
        each["contact_details_at"] = at and at.isoformat()
    return sent


CORRECTED = ("own@example.test", "050 765 4321", "sv")


@pytest.mark.parametrize("hours", [None, -1])
def test_change_brings_back_no_address_that_its_owner_has_corrected_and_invites_nobody_there(caller, hours):
    """J2.4: twice, for the correction is carried on"""
    one = sent(caller, MAIJA, OLLI)
    corrected(one, OLLI)
    at = hours and timezone.now() + dt.timedelta(hours=hours)
    Letter.objects.all().delete()

    for rent in ("1100.00", "1200.00"):
        changed = body_known_at(at, MAIJA, OLLI)
        changed["co_applicants"][0]["email"] = f"{rent}@example.test"
        changed["content"]["wishes"]["highest_rent"] = rent
        assert caller.put(one.number, changed, digest(one)).status_code == 200

    assert Application.objects.get().version.number > 1
    assert contact_of(one, OLLI) == CORRECTED
    assert contact_of(one, MAIJA)[0] == "maija@example.test"
    assert {letter.to for letter in Letter.objects.filter(message="invitation")} == {"own@example.test"}


def test_change_with_what_the_housing_system_has_learned_later_counts(caller, time_machine):
    one = sent(caller, MAIJA, OLLI)
    corrected(one, OLLI)
    time_machine.move_to(timezone.now() + dt.timedelta(hours=2))

    known = body_known_at(timezone.now(), MAIJA, OLLI)
    known["co_applicants"][0]["email"] = "moved@example.test"
    caller.put(one.number, known, digest(one))

    assert contact_of(one, OLLI) == ("moved@example.test", *CORRECTED[1:])
    caller.put(one.number, body(MAIJA, OLLI), digest(one))
    assert contact_of(one, OLLI)[0] == "olli@example.test"


def test_person_who_is_removed_and_comes_back_keeps_what_they_corrected(caller):
    one = sent(caller, MAIJA, OLLI)
    corrected(one, OLLI)
    caller.put(one.number, body(MAIJA), digest(one))

    caller.put(one.number, body(MAIJA, OLLI), digest(one))

    assert contact_of(one, OLLI) == CORRECTED


def test_time_of_contact_details_that_lies_ahead_is_refused(caller):
    """It would win over every correction."""
    one = sent(caller, MAIJA, OLLI)

    ahead = body_known_at(timezone.now() + dt.timedelta(days=1), MAIJA, OLLI)
    response = caller.put(one.number, ahead, digest(one))

    assert response.status_code == 422
    assert "/co_applicants/0/contact_details_at" in response.text


@pytest.mark.parametrize("act", ["put", "withdraw"])
def test_application_that_is_erased_at_that_moment_is_not_found(caller, act):
    one = sent(caller, MAIJA)
    first, gone = digest(one), applicant(one, MAIJA)
    changes.withdraw(one, by=actor(MAIJA))

    with before_lock(lambda: erasure.erase_person(gone, reason="Asked for it", by=acting("supervisor"))):
        response = caller.put(one.number, body(MAIJA), first) if act == "put" else caller.withdraw(one.number)

    assert response.status_code == 404
