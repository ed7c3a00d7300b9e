"""What is in a form already: of an identified person (J6.1), and what another step has asked (WCAG 3.3.7)."""

import re

import pytest

from applications import document, intake
from applications.form.prefill import data_of_person
from core.actors import UNIDENTIFIED
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, confirm, person
from tests.applications.form.forms import HOME, MAIN, Somebody, address

pytestmark = pytest.mark.django_db

THEIRS = {**cast.applicant(cast.OLLI), "email": "stranger@example.test", "address": "Elsewhere 1"}


def sent_by(by):
    return intake.send(document.parse(cast.document(cast.MAIJA, co_applicants=[THEIRS])), by=by)


def found():
    details = data_of_person(person(cast.OLLI), language="fi")["people"][0]["details"]
    return details.get("email"), details.get("address")


@pytest.mark.parametrize("stranger", [UNIDENTIFIED, cast.MAIJA], ids=["unidentified", "another applicant"])
def test_nobody_gets_an_address_in_their_form_that_somebody_else_wrote(stranger):
    """A door that does not identify this person sets no address for them (R16)."""
    sent = sent_by(actor(stranger) if stranger is cast.MAIJA else stranger)
    before = found()
    confirm(sent, cast.OLLI)

    assert (before, found()) == ((None, None), ("stranger@example.test", "Elsewhere 1"))


@pytest.mark.parametrize("own", [HOUSING_SYSTEM, cast.OLLI], ids=["housing system", "themselves"])
def test_address_of_an_application_that_is_the_persons_own_is_in_their_form(own):
    sent_by(actor(own) if own is cast.OLLI else own)

    assert found() == ("stranger@example.test", "Elsewhere 1")


OWN_ADDRESS = 'name="home-address" value="Työpajankatu 8, 00580 Helsinki"'


@pytest.fixture
def somebody(client):
    somebody = Somebody(client).begin()
    somebody.fill("people", "p1", {**MAIN, "address": "Työpajankatu 8, 00580 Helsinki"})
    return somebody


def test_address_of_the_home_is_the_one_that_the_main_applicant_gave(somebody):
    before = somebody.go("home").text
    somebody.fill("home", "home", {"dwelling": "flat", "reasons": ["too_small"]})
    asked = somebody.go("home").text

    assert OWN_ADDRESS in before
    assert re.search(r'<fieldset[^>]* hidden disabled><div class="field">\s*<label for="id_home-address">', before)
    assert OWN_ADDRESS in asked


def test_known_address_is_no_answer_before_it_is_sent(somebody):
    somebody.fill("home", "home", {"dwelling": "homeless", "reasons": ["homeless"]})
    somebody.fill("money", "p1", {"monthly_gross": "0"})

    assert "Työpajankatu" not in somebody.go("summary").text.split('id="section-home"')[1].split("</section>")[0]


@pytest.mark.parametrize("typed", ["", "Esimerkkikatu 1"])
def test_typed_address_of_the_home_is_kept_also_where_it_was_cleared(somebody, typed):
    somebody.fill("home", "home", {**HOME, "address": typed})

    [shown] = re.findall(r'<input [^>]*name="home-address"[^>]*>', somebody.go("home").text)
    assert re.findall(r' value="([^"]*)"', shown) == [typed] * bool(typed)


@pytest.mark.parametrize("typed", ["maija@example.test", "maija@exmaple.fi", "maija"])
def test_saving_for_later_offers_the_address_that_was_typed(client, typed):
    somebody = Somebody(client).begin()
    somebody.fill("people", "p1", {"email": typed}, to="draft_later")

    page = client.get(address("draft_later"))

    assert f'name="email" value="{typed}"' in page.text
    assert "error-summary" not in page.text
