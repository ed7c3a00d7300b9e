"""The pages on which the counter learns a personal identity code, and takes it back (R3, C5, R17)."""

import pytest

from applications.models import IdCheck
from mailing.models import Letter
from tests import cast
from tests.applications.factories import application, confirm
from tests.conftest import headings
from tests.counter.checks import ETHAN, check, confirm_here, status
from tests.counter.desk.arranged import address, controls, text_of
from tests.counter.desk.test_checks import at, errors, form
from tests.counter.learned import CODE, NEW_CODE, NOTE, change_code, codes, learn, put

pytestmark = pytest.mark.django_db


def changed(sent, **different):
    """Return what an adviser sends of Olli, whose document bears another code."""
    return form(sent, 1, **{"code": NEW_CODE, "code_has_changed": "on", "note": NOTE, **different})


def person_page(client, sent, position=1):
    return client.get(address("desk_applicant", sent.reference, position))


def test_newcomers_code_is_one_field_of_the_check_and_no_click_more(adviser):
    sent = application(cast.MAIJA, ETHAN)

    response = adviser.post(at(sent, 1), form(sent, 1, code=CODE), follow=True)

    assert codes(sent)[1] == CODE
    assert "The ID check and the personal identity code have been saved." in text_of(response)
    assert response.request["PATH_INFO"] == address("desk_confirm", sent.reference, 1)
    person = adviser.get(address("desk_applicant", sent.reference, 1))
    assert "140390-••••" in text_of(person)
    assert [action.label for action in person.context["actions"]][:2] == ["Confirm application", "Create account"]


def test_newcomer_without_a_code_is_checked_with_the_field_left_empty(adviser):
    sent = application(cast.MAIJA, ETHAN)

    adviser.post(at(sent, 1), form(sent, 1))

    assert (status(IdCheck.objects.get()), codes(sent)[1]) == ("sound", None)


def test_code_is_on_no_page_and_in_no_letter_whole(adviser, supervisor):
    """R17"""
    sent = application(cast.MAIJA, ETHAN)

    pages = [
        adviser.post(at(sent, 1), form(sent, 1, code="140390-9033")),
        adviser.post(at(sent, 1), form(sent, 1, code=CODE), follow=True),
        supervisor.get(address("desk_check_made", IdCheck.objects.get().pk)),
        supervisor.get(address("desk_undo", IdCheck.objects.get().pk)),
        person_page(adviser, sent),
    ]

    assert [page for page in pages if "140390-9033" in page.content.decode() or CODE in page.content.decode()] == []
    assert CODE not in str(list(Letter.objects.values()))


@pytest.mark.parametrize(
    ("different", "field"),
    [
        ({"code": CODE[-4:]}, "code"),
        ({"code": "140390-9033"}, "code"),
        ({"code": "040594V9030"}, "code"),
        ({"code": CODE, "name_matches": None, "name_reason": "Married"}, "note"),
    ],
)
def test_what_is_wrong_with_a_newcomers_code_is_said_at_its_field(adviser, different, field):
    sent = application(cast.MAIJA, ETHAN)

    response = adviser.post(at(sent, 1), form(sent, 1, **different))

    assert list(errors(response)) == [field]
    assert IdCheck.objects.count() == 0


def test_changed_code_waits_and_its_page_shows_both_codes_masked(adviser, supervisor):
    sent = application(cast.MAIJA, cast.OLLI)

    response = adviser.post(at(sent, 1), changed(sent), follow=True)

    assert "It takes effect only when somebody else has accepted it." in text_of(response)
    page = text_of(supervisor.get(address("desk_decide", IdCheck.objects.get().pk)))
    assert "020594X••••" in page
    assert "Is another one: the code has changed: 020594X••••" in page
    supervisor.post(address("desk_decide", IdCheck.objects.get().pk), {"accepted": "yes", "reason": "Seen"})
    assert codes(sent)[1] == NEW_CODE


@pytest.mark.parametrize(
    ("different", "field"),
    [({"note": None}, "note"), ({"code": NEW_CODE[-4:]}, "code"), ({"code": "020594X9021"}, "code")],
)
def test_what_is_wrong_with_a_changed_code_is_said_at_its_field(adviser, different, field):
    sent = application(cast.MAIJA, cast.OLLI)

    response = adviser.post(at(sent, 1), changed(sent, **different))

    assert list(errors(response)) == [field]


def test_colleague_is_told_why_a_code_cannot_be_accepted_any_more(supervisor):
    sent = application(cast.MAIJA, ETHAN)
    made = learn(sent, is_doubtful=True, note=NOTE)
    put(sent, cast.MAIJA, {**ETHAN, "hetu": "140390-904U", "birth_date": None})

    answer = {"accepted": "yes", "reason": "Seen"}
    response = supervisor.post(address("desk_decide", made.pk), answer, follow=True)

    assert "or now has another personal identity code in it. Reject the check." in text_of(response)
    assert (codes(sent)[1], status(made)) == ("140390-904U", "waiting")


def test_whoever_has_confirmed_may_still_bring_a_code(adviser):
    sent = application(cast.MAIJA, ETHAN)
    check(sent, ETHAN)
    assert "Record the personal identity code" in controls(person_page(adviser, sent))
    confirm_here(sent, ETHAN)
    assert "Record the personal identity code" in controls(person_page(adviser, sent))

    adviser.post(at(sent, 1), form(sent, 1, code=CODE))

    assert codes(sent)[1] == CODE
    assert "Record the personal identity code" not in controls(person_page(adviser, sent))


def test_page_of_undoing_says_that_the_code_is_taken_back(supervisor):
    """C5"""
    sent = application(cast.MAIJA, ETHAN)
    made = learn(sent)
    confirm(sent, {**ETHAN, "hetu": CODE, "birth_date": None})

    page = supervisor.get(address("desk_undo", made.pk))

    assert headings(page)[0] == "Undo the check"
    assert "The personal identity code of Ethan Evans that was recorded at the check will be removed" in text_of(page)
    assert "Confirmation by Ethan Evans" in text_of(page)
    supervisor.post(address("desk_undo", made.pk), {"reason": "Somebody else's card"})
    assert codes(sent)[1] is None


def test_own_check_of_a_changed_code_is_not_accepted_by_oneself(adviser):
    sent = application(cast.MAIJA, cast.OLLI)
    made = change_code(sent, is_accepted=False)

    adviser.post(address("desk_decide", made.pk), {"accepted": "yes", "reason": "Seen"})

    assert codes(sent)[1] == cast.OLLI["hetu"]
