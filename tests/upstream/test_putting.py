"""Nothing falls for nothing, and nothing is overwritten unseen (J8)."""

import datetime as dt

import pytest
from django.db.models import Q
from django.utils import timezone

from applications import changes, document, intake, invitations
from applications.models import Applicant, Application
from core.actors import UNIDENTIFIED
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.factories import actor, applicant, confirm, invitation, state
from tests.cast import MAIJA, OLLI, VERA
from tests.counter.learned import CODE, ETHAN, learn
from tests.upstream.conftest import body, sent
from upstream import events
from upstream.models import ApiClient


def digest(one):
    return Application.objects.get(pk=one.pk).version.digest


def version(one):
    return Application.objects.get(pk=one.pk).version.number


def tag(caller, one):
    return caller.get(f"{one.number}/document")["ETag"].strip('"')


def read(caller, one):
    return caller.get(f"{one.number}/document").json()


def kinds(caller):
    events.collect()
    page = events.page(caller.client, Q(), after="0", limit=500)
    return [event.type.rpartition(".")[2] for event in page.events]


@pytest.fixture
def valid(caller):
    """Return an application of two that is valid, and what was sent."""
    whole = body(MAIJA, OLLI)
    one = sent(caller, MAIJA, OLLI)
    confirm(one, MAIJA)
    confirm(one, OLLI)
    Letter.objects.all().delete()
    return one, whole


def test_what_is_the_same_changes_nothing(caller, valid):
    one, whole = valid
    before, known = kinds(caller), tag(caller, one)

    answer = caller.put(one.number, whole, digest(one))

    assert (answer.status_code, answer["ETag"]) == (200, f'"{known}"')
    assert (state(one), version(one), kinds(caller)) == ("valid", 1, before)
    assert Letter.objects.count() == 0


def test_what_is_the_same_is_so_however_it_is_written(caller, valid):
    one, whole = valid
    whole["content"]["wishes"]["highest_rent"] = 1100
    whole["content"]["wishes"]["flat_types"].reverse()
    whole["sent_at"] = (timezone.now() - dt.timedelta(days=3)).isoformat()

    assert caller.put(one.number, whole, digest(one)).status_code == 200
    assert (state(one), version(one)) == ("valid", 1)


def test_what_is_the_same_is_never_too_late(caller, valid):
    one, whole = valid

    assert caller.put(one.number, whole, "0" * 64).status_code == 200


def test_what_has_declined_stays_so_when_the_same_comes(caller):
    """A nightly run takes nothing back that a person has said."""
    one = sent(caller, MAIJA, OLLI)
    invitations.decline(applicant(one, OLLI), by=actor(OLLI))

    assert caller.put(one.number, body(MAIJA, OLLI), digest(one)).status_code == 200
    assert (version(one), applicant(one, OLLI).declined_at is not None) == (1, True)


def test_new_contact_details_fall_into_their_place_and_nothing_falls_for_them(caller):
    one = sent(caller, MAIJA, OLLI)
    confirm(one, MAIJA)
    former = invitation(one, OLLI)
    moved = body(MAIJA, OLLI)
    moved["main_applicant"]["phone"] = "050 111 2222"
    moved["co_applicants"][0]["email"] = "new@example.test"

    answer = caller.put(one.number, moved, digest(one))

    assert (answer.status_code, version(one), answer.json()["awaited"]) == (200, 1, [1])
    assert (applicant(one, MAIJA).phone, applicant(one, OLLI).email) == ("050 111 2222", "new@example.test")
    assert invitation(one, OLLI) != former
    assert Letter.objects.filter(message="invitation", to="new@example.test").count() == 1
    assert kinds(caller)[-2:] == ["contact_details_changed"] * 2


def test_contact_details_that_are_repeated_leave_what_the_person_has_corrected(caller, valid, time_machine):
    one, whole = valid
    mine = {"email": "own@example.test", "phone": "050 765 4321", "language": "sv"}
    invitations.correct_own_contact_details(applicant(one, OLLI), **mine, by=actor(OLLI))
    time_machine.move_to(timezone.now() + dt.timedelta(hours=2))
    whole["co_applicants"][0]["contact_details_at"] = timezone.now().isoformat()

    assert caller.put(one.number, whole, digest(one)).status_code == 200

    olli = applicant(one, OLLI)
    assert (olli.email, olli.phone, olli.language) == tuple(mine.values())
    assert state(one) == "valid"


def test_contact_details_that_are_known_to_be_newer_count(caller, valid, time_machine):
    one, whole = valid
    mine = {"email": "own@example.test", "phone": "050 765 4321", "language": "sv"}
    invitations.correct_own_contact_details(applicant(one, OLLI), **mine, by=actor(OLLI))
    time_machine.move_to(timezone.now() + dt.timedelta(hours=2))
    whole["co_applicants"][0] |= {"email": "newest@example.test", "contact_details_at": timezone.now().isoformat()}

    assert caller.put(one.number, whole, digest(one)).status_code == 200

    olli = applicant(one, OLLI)
    assert (olli.email, olli.phone, olli.language) == ("newest@example.test", "050 765 4321", "sv")


def test_correction_between_reading_and_putting_is_not_overwritten_unseen(caller, valid):
    one, _ = valid
    known, document = tag(caller, one), read(caller, one)
    details = {"email": "own@example.test", "phone": "", "language": "sv"}
    invitations.correct_own_contact_details(applicant(one, OLLI), **details, by=actor(OLLI))
    document["content"]["wishes"]["highest_rent"] = "900.00"

    refused = caller.put(one.number, document, known)

    assert (refused.status_code, refused.json()["title"]) == (412, "The application has changed meanwhile")
    assert caller.put(one.number, document, digest(one)).status_code == 200  # names the content alone
    assert applicant(one, OLLI).email == "own@example.test"


def test_mark_that_comes_with_the_same_content_is_set_and_one_that_is_missing_is_not_removed(caller, valid):
    """R16"""
    one, whole = valid
    whole["co_applicants"][0]["non_disclosure"] = True
    caller.put(one.number, whole, digest(one))
    marked = applicant(one, OLLI).protected
    whole["co_applicants"][0]["non_disclosure"] = False

    caller.put(one.number, whole, digest(one))

    assert (marked, applicant(one, OLLI).protected, state(one)) == (True, True, "valid")


def test_correction_outlives_a_round_trip_of_the_document(caller, valid):
    """What was read and sent back is no news of the client's."""
    one, whole = valid
    details = {"email": "own@example.test", "phone": "", "language": "sv"}
    invitations.correct_own_contact_details(applicant(one, OLLI), **details, by=actor(OLLI))
    caller.put(one.number, read(caller, one), tag(caller, one))

    caller.put(one.number, whole, digest(one))

    assert applicant(one, OLLI).email == "own@example.test"


def test_news_that_did_not_count_for_want_of_a_time_counts_with_one(caller, valid, time_machine):
    one, whole = valid
    details = {"email": "own@example.test", "phone": "", "language": "sv"}
    invitations.correct_own_contact_details(applicant(one, OLLI), **details, by=actor(OLLI))
    whole["co_applicants"][0]["email"] = "news@example.test"
    caller.put(one.number, whole, digest(one))
    time_machine.move_to(timezone.now() + dt.timedelta(hours=2))
    whole["co_applicants"][0]["contact_details_at"] = timezone.now().isoformat()

    caller.put(one.number, whole, digest(one))

    assert applicant(one, OLLI).email == "news@example.test"


def test_mark_that_a_stranger_set_here_stays_here_when_the_housing_system_sends_it_back(caller):
    """R16"""
    marked = cast.document(MAIJA, cast.applicant(OLLI, non_disclosure=True), reference="x")
    here = intake.send(document.parse(marked), by=UNIDENTIFIED)
    elsewhere = sent(caller, OLLI, reference="other")
    ApiClient.objects.update(receives_forms=True)
    events.collect()
    changed = read(caller, here)
    changed["content"]["wishes"]["highest_rent"] = "1"

    assert caller.put(here.number, changed, tag(caller, here)).status_code == 200

    assert (applicant(here, OLLI).protected, applicant(elsewhere, OLLI).protected) == (True, False)


def test_held_emails_stay_held_when_only_a_telephone_number_is_new(caller, valid):
    one, whole = valid
    Applicant.objects.filter(pk=applicant(one, OLLI).pk).update(held_at=timezone.now())
    whole["co_applicants"][0]["phone"] = "050 111 2222"

    caller.put(one.number, whole, digest(one))

    assert (applicant(one, OLLI).phone, applicant(one, OLLI).held_at is None) == ("050 111 2222", False)


def test_content_that_was_taken_before_a_rule_is_not_refused_when_it_is_sent_back(caller, monkeypatch):
    faulty = body(MAIJA)
    faulty["content"]["wishes"] |= {"area_min": 90, "area_max": 50}
    with monkeypatch.context() as before:
        before.setattr(document, "check", lambda _document, **_: None)
        caller.post(faulty)
    one = Application.objects.get()

    assert caller.put(one.number, read(caller, one), tag(caller, one)).status_code == 200
    faulty["content"]["wishes"]["highest_rent"] = "1"
    assert caller.put(one.number, faulty, digest(one)).status_code == 422


def test_others_who_move_in_have_no_order(caller):
    whole = body(MAIJA)
    whole["others_moving_in"] = [
        {"first_names": name, "last_name": "Lapsi", "birth_date": "2020-01-01"} for name in ("Aatu", "Beeta")
    ]
    caller.post(whole)
    one = Application.objects.get()
    whole["others_moving_in"].reverse()

    assert caller.put(one.number, whole, digest(one)).status_code == 200
    assert version(one) == 1


# --- The document ---------------------------------------------------------------------------------------------


def test_document_is_what_was_sent(caller):
    whole = body(MAIJA, OLLI)
    assert caller.post(whole).status_code == 201
    one = Application.objects.get()

    found = read(caller, one)

    for where in (found["main_applicant"], *found["co_applicants"]):
        assert where.pop("non_disclosure") is False
    assert caller.put(one.number, found, digest(one)).status_code == 200
    assert (version(one), found["reference"]) == (1, "HS-2026-0001")
    assert [each["last_name"] for each in found["co_applicants"]] == [OLLI["last_name"]]
    assert found["main_applicant"]["hetu"] == MAIJA["hetu"]


def test_document_shows_what_people_changed_here_and_goes_back_as_it_is(caller):
    """H2: so whoever changes it changes what there is."""
    one = sent(caller, MAIJA)
    changed = cast.document(MAIJA)
    changed["content"]["wishes"]["highest_rent"] = "999"
    first = digest(one)
    current = Application.objects.with_people().get()
    changes.edit(current, changes.Document.model_validate(changed), digest=first, by=actor(MAIJA))

    found = read(caller, one)

    assert float(found["content"]["wishes"]["highest_rent"]) == 999
    assert caller.put(one.number, body(MAIJA), first).status_code == 412
    assert caller.put(one.number, found, tag(caller, one)).status_code == 200
    assert version(one) == 2


def test_document_has_the_code_that_the_counter_learned_and_either_form_is_the_same(caller):
    whole = body(MAIJA)
    whole["co_applicants"] = [cast.applicant(ETHAN)]
    caller.post(whole)
    one = Application.objects.get()
    known = tag(caller, one)
    learn(one)

    found = read(caller, one)

    assert (found["co_applicants"][0]["hetu"], "birth_date" in found["co_applicants"][0]) == (CODE, False)
    assert tag(caller, one) != known
    for either in (found, whole):
        assert caller.put(one.number, either, digest(one)).status_code == 200
    assert version(one) == 1


def test_document_of_another_client_is_not_found(caller, stranger):
    one = sent(caller, MAIJA)

    assert stranger.get(f"{one.number}/document").status_code == 404


def test_reading_the_document_is_recorded(caller):
    """R16"""
    one = sent(caller, MAIJA)

    read(caller, one)

    entry = Entry.objects.get(event="document_read")
    assert (entry.role, entry.name) == ("housing_system", "Housing system")


def test_digests_of_given_details_are_kept_for_what_the_housing_system_gave_and_nothing_else(caller):
    one = sent(caller, MAIJA, VERA)
    slots = Applicant.objects.filter(version__application=one)

    assert [len(slot.given_details.split()) for slot in slots] == [3, 3]
    assert not any(detail in slot.given_details for slot in slots for detail in (slot.email, slot.phone) if detail)


def test_person_without_a_code_keeps_what_they_corrected_too(caller):
    whole = body(MAIJA)
    whole["co_applicants"] = [{**cast.applicant(ETHAN), "email": "sent@example.test"}]
    caller.post(whole)
    one = Application.objects.get()
    slot = Application.objects.with_people().get().applicants[1]
    invitations.correct_address(slot, email="right@example.test")
    whole["content"]["wishes"]["highest_rent"] = "1"

    caller.put(one.number, whole, digest(one))

    assert (version(one), Application.objects.with_people().get().applicants[1].email) == (2, "right@example.test")
