"""The code on the document is compared with that of the slot: a namesake with another code gets nowhere (R4, C2)."""

import logging

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from applications.models import IdCheck
from counter import code_comparison, id_checks
from identity.models import RateCount
from records.models import Entry
from tests import cast
from tests.applications.factories import application, person, state
from tests.counter.checks import ETHAN, GUN, check, confirm_here, fresh, issue, slot, status
from tests.counter.desk.arranged import address, text_of
from tests.counter.desk.test_checks import at, form
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db

OWN = cast.MAIJA["hetu"]
ANOTHER = "010594Y9021"  # born on the same day
NOTE = "A British passport bears no Finnish code"


@pytest.fixture
def adviser(db):
    return sign_in_staff(Client(), staff("adviser"))


def wrong(sent, code=ANOTHER, by="adviser"):
    with pytest.raises(code_comparison.CodeDiffers):
        check(sent, cast.MAIJA, code=code, by=by)


def test_whoever_writes_another_person_s_code_beside_her_own_name_replaces_nothing_and_gets_no_account():
    """Her own passport matches name, picture and birth date; it bears her own code."""
    victims = application(cast.MAIJA)
    check(victims, cast.MAIJA)
    confirm_here(victims, cast.MAIJA)
    hers = application({**cast.MAIJA, "first_names": "Iida", "last_name": "Impostor"})

    with pytest.raises(code_comparison.CodeDiffers):
        check(hers, cast.MAIJA, code=ANOTHER)

    assert (state(victims), state(hers)) == ("valid", "awaiting")
    assert slot(hers, cast.MAIJA).id_checks.count() == 0


@pytest.mark.parametrize("typed", [OWN, OWN.lower(), "9032", " 9032 ", "010594 Y 9032", "010594y9032\u200b"])
def test_code_is_compared_whole_or_by_its_last_four(typed):
    made = check(application(cast.MAIJA), cast.MAIJA, code=typed)

    assert (fresh(made).code_on_document, status(made)) == ("matches", "sound")


@pytest.mark.parametrize("typed", ["9021", ANOTHER, "010594-9032", "2", "05949032", "Ä032", "903"])
def test_code_that_differs_records_nothing(typed):
    sent = application(cast.MAIJA)

    wrong(sent, typed)

    assert IdCheck.objects.count() == 0


def test_wrong_try_stays_in_the_trail_without_the_code():
    sent = application(cast.MAIJA)

    wrong(sent)

    entry = Entry.objects.get(event="code_mismatched")
    assert (entry.subject, entry.user, entry.facts) == (
        f"applicant {slot(sent, cast.MAIJA).pk}",
        staff("adviser"),
        {},
    )


def test_code_of_one_person_is_not_guessed_for_long_in_any_application_or_by_several_staff():
    for number in range(code_comparison.MOST_OF_PERSON):
        wrong(application(cast.MAIJA), by=["adviser", "supervisor"][number % 2])

    with pytest.raises(code_comparison.TooManyTries):
        check(application(cast.MAIJA), cast.MAIJA, code=OWN)

    assert IdCheck.objects.count() == 0


def test_one_adviser_does_not_guess_at_many_people(monkeypatch):
    monkeypatch.setattr(code_comparison, "MOST_OF_STAFF", 2)
    sent = application(cast.MAIJA, cast.OLLI)
    wrong(sent)
    with pytest.raises(code_comparison.CodeDiffers):
        check(sent, cast.OLLI, code=ANOTHER)

    with pytest.raises(code_comparison.TooManyTries):
        check(sent, cast.MAIJA)

    assert check(sent, cast.MAIJA, by="supervisor").is_sound


def test_right_codes_are_never_too_many():
    for _ in range(code_comparison.MOST_OF_PERSON + 1):
        check(application(cast.MAIJA), cast.MAIJA)

    assert RateCount.objects.count() == 0


def test_counts_of_tries_hold_no_code():
    wrong(application(cast.MAIJA))

    assert not any("9032" in key or "9021" in key for key in RateCount.objects.values_list("key", flat=True))


def test_document_without_the_code_has_no_effect_before_a_colleague_accepts_it():
    sent = application(cast.MAIJA)

    made = check(sent, cast.MAIJA, code="", note=NOTE)

    assert (made.code_on_document, made.pending_reason, status(made)) == ("absent", "no_code", "waiting")
    with pytest.raises(id_checks.OwnCheck):
        id_checks.decide(made, accepted=True, reason="It is her", by=acting("adviser"))
    id_checks.decide(made, accepted=True, reason="I know her", by=acting("supervisor"))  # at once
    confirm_here(sent, cast.MAIJA)
    assert state(sent) == "valid"


def test_document_without_the_code_needs_a_note():
    with pytest.raises(id_checks.NoteMissing):
        check(application(cast.MAIJA), cast.MAIJA, code="")


def test_document_without_the_code_that_does_not_wait_is_refused_by_the_database():
    made = check(application(cast.MAIJA), cast.MAIJA)
    made.pk, made.account_key, made.code_on_document = None, None, "absent"

    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


def test_person_without_a_code_need_not_have_one(adviser):
    """R3"""
    sent = application(cast.MAIJA, co_applicants=[ETHAN])

    fields = adviser.get(at(sent, 1)).context["form"].fields
    made = check(sent, ETHAN)

    assert {"code_is_absent", "code_has_changed"} & fields.keys() == set()
    assert fields["code"].required is False
    assert (made.code_on_document, status(made)) == ("", "sound")


def test_code_of_the_represented_person_is_compared_too():
    """C6: from the document that shows the right."""
    with pytest.raises(code_comparison.CodeDiffers):
        check(application(cast.MAIJA), cast.MAIJA, code=ANOTHER, **GUN)


# --- At the desk -------------------------------------------------------------------------------------------


def test_form_says_clearly_that_the_code_differs_and_never_repeats_it(adviser, caplog):
    caplog.set_level(logging.DEBUG)
    sent = application(cast.MAIJA)

    response = adviser.post(at(sent), form(sent, code=ANOTHER))

    assert "This is not the code in the application." in text_of(response)
    assert 'href="#id_code"' in response.content.decode()
    assert [part for part in (response.content.decode(), caplog.text) if "9021" in part or "9032" in part] == []


def test_form_says_when_the_code_was_typed_too_often(adviser):
    sent = application(cast.MAIJA)
    for _ in range(code_comparison.MOST_OF_PERSON):
        adviser.post(at(sent), form(sent, code="9021"))

    response = adviser.post(at(sent), form(sent))

    assert "The code has been entered wrongly too often." in text_of(response)
    assert IdCheck.objects.count() == 0


def test_field_of_the_code_is_not_remembered_by_the_browser(adviser):
    page = adviser.get(at(application(cast.MAIJA))).content.decode()

    [field] = [tag for tag in page.split("<") if tag.startswith("input") and 'name="code"' in tag]
    assert 'autocomplete="off"' in field
    assert "value" not in field


def test_other_names_of_the_holder_of_the_code_are_shown_beside_the_form(adviser):
    application({**cast.MAIJA, "first_names": "Iida", "last_name": "Impostor"})
    person({**cast.MAIJA, "last_name": "Mustonen"})
    application(cast.OLLI)
    sent = application(cast.MAIJA)

    shown = text_of(adviser.get(at(sent)))

    assert "The holder of this code is also known by another name." in shown
    assert "Iida Impostor Maija Liisa Mustonen" in shown
    assert "Olli" not in shown


def test_one_name_in_all_applications_is_no_other_name(adviser):
    application(cast.MAIJA)
    sent = application({**cast.MAIJA, "last_name": "MEIKÄLÄINEN"})

    assert "another name" not in text_of(adviser.get(at(sent)))


def test_person_with_one_name_is_not_said_to_have_another(adviser):
    sent = application({**cast.MAIJA, "first_names": "Suharto", "last_name": None})

    assert code_comparison.other_names(slot(sent, cast.MAIJA)) == []


def test_page_of_a_check_says_that_the_code_matched_and_shows_no_code(adviser):
    made = check(application(cast.MAIJA), cast.MAIJA)

    page = adviser.get(address("desk_check_made", made.pk))

    assert "Personal identity code on the document Matches" in text_of(page)
    assert "9032" not in page.content.decode()


def test_account_rests_on_a_check_whose_code_matched():
    assert issue(check(application(cast.MAIJA), cast.MAIJA)).id_check.code_on_document == "matches"
