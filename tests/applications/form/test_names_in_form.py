"""Whoever has one name, or none yet, is not turned away; what is no name is not sent on to others."""

import pytest

from applications.document import Stored
from applications.form import people
from applications.form.people import NameField
from applications.models import Application
from tests import cast
from tests.applications.form.forms import MAIN, OLLI, Somebody, address

pytestmark = pytest.mark.django_db

NO_NAMES = {"first_names": "", "last_name": ""}


@pytest.fixture
def somebody(client):
    return Somebody(client, "en").begin()


@pytest.mark.parametrize("name", ["first_names", "last_name"])
@pytest.mark.parametrize("typed", ["Your prize: www.foo.fi", "foo.fi", "King, Jr.", "Sofia/Sofie", "Maija 2", "-"])
def test_what_is_no_name_is_refused_at_its_field_with_how_to_write_it(somebody, name, typed):
    page = somebody.fill("people", "p1", {**MAIN, name: typed})

    assert page.status_code == 200
    assert f'href="#id_p1-{name}"' in page.text
    assert str(NameField.message) in page.text
    assert somebody.data["people"][0]["details"][name] == typed


def test_refusal_is_in_the_language_of_the_page(client):
    page = Somebody(client, "sv").begin().fill("people", "p1", {**MAIN, "last_name": "King, Jr."})

    assert "skriv ”King Jr.”" in page.text


@pytest.mark.parametrize("missing", ["first_names", "last_name"])
def test_somebody_with_one_name_can_apply(somebody, missing):
    somebody.fill("people", "p1", MAIN, to="form_add_person", kind="co")
    somebody.fill("people", "p2", {**OLLI, missing: ""})
    somebody.fill_everything()
    somebody.fill("people", "p1", {missing: ""})
    somebody.send()

    names = [[each.first_names, each.last_name] for each in Application.objects.with_people().get().applicants]
    assert names == [
        ["", "Meikäläinen"] if missing == "first_names" else ["Maija Liisa", ""],
        ["", "Öhman"] if missing == "first_names" else ["Olli", ""],
    ]
    sent = somebody.client.get(address("form_sent", "en"))
    assert sent.status_code == 200


@pytest.mark.parametrize("kind", ["main", "co"])
def test_applicant_without_a_name_is_asked_for_it(somebody, kind):
    somebody.fill("people", "p1", {**MAIN, **(NO_NAMES if kind == "main" else {})}, to="form_add_person", kind="co")

    page = somebody.fill("people", "p2", {**OLLI, **(NO_NAMES if kind == "co" else {})})

    assert (
        page.text.count("Enter your first name." if kind == "main" else "Enter the person’s first name.") == 2
    )  # in the summary and at the field


@pytest.mark.parametrize("answers", [{"birth_date": "30.10.2026"}, {"hetu": cast.TEA["hetu"]}])
def test_child_without_a_name_yet_moves_in(somebody, answers):
    somebody.fill("people", "p1", MAIN, to="form_add_person", kind="resident")
    somebody.fill("people", "p2", answers)
    somebody.fill_everything()
    summary = somebody.go("summary").text
    somebody.send()

    (child,) = Stored.model_validate_json(Application.objects.get().version.content).others_moving_in
    assert (child.first_names, child.last_name) == (None, None)
    assert "A person moving in with you" in summary


def test_adult_without_a_name_does_not_move_in(somebody):
    somebody.fill("people", "p1", MAIN, to="form_add_person", kind="resident")

    page = somebody.fill("people", "p2", {"birth_date": "1.1.1990"})

    assert "Enter the person’s first name. Only a child can be without a name." in page.text


def test_name_is_shown_as_it_is_stored():
    assert NameField().in_words("  A\u030asa\u00a0Maria ") == "Åsa Maria"
    assert set(people.NAMELESS) == {"resident", "unborn"}
