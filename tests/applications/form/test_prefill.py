"""What an identified person finds in a new form (J6.1)."""

import pytest

from applications import document, intake
from applications.form.prefill import data_of_person
from core.actors import UNIDENTIFIED
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, confirm, person

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
