"""A household at the desk: who is here is checked in turn, and one page tells what came of it (J4)."""

import pytest

from applications import terms
from applications.models import Applicant
from tests.applications.factories import application, confirm
from tests.cast import MAIJA, OLLI, TEA, VILLE
from tests.counter.checks import ETHAN
from tests.counter.desk.arranged import address, checked, text_of
from tests.counter.desk.test_checks import at, form

pytestmark = pytest.mark.django_db
NAME_OF_VILLE = f"{VILLE['first_names']} {VILLE['last_name']}"


def visit(sent):
    return address("desk_visit", sent.reference)


def confirms(client, sent, position):
    """Press that the person confirms; return the answer."""
    what = {"version": sent.version.digest, "terms": terms.current().pk}
    return client.post(address("desk_confirm", sent.reference, position), what)


def test_application_asks_who_of_those_who_can_confirm_is_here(adviser):
    sent = application(MAIJA, OLLI, TEA, ETHAN)
    confirm(sent, OLLI)

    field = adviser.get(address("desk_application", sent.reference)).context["form"].fields["here"]

    assert field.choices == [(0, "Maija Liisa Meikäläinen"), (3, "Ethan Evans")]
    assert field.initial is None


@pytest.mark.parametrize("people", [[MAIJA], [MAIJA, TEA]])
def test_application_of_one_adult_asks_nobody(adviser, people):
    assert adviser.get(address("desk_application", application(*people).reference)).context["form"] is None


def test_nobody_ticked_is_said_at_the_field(adviser):
    sent = application(MAIJA, OLLI)

    response = adviser.post(visit(sent), {})

    assert response.context["form"].errors == {"here": ["Choose who is here."]}


@pytest.mark.parametrize("nonsense", ["7", "x", "2"])
def test_somebody_who_cannot_confirm_is_not_taken(adviser, nonsense):
    sent = application(MAIJA, OLLI, TEA)

    assert adviser.post(visit(sent), {"here": nonsense}).status_code == 200


def test_whoever_is_here_is_checked_and_confirms_in_turn_with_one_page_in_the_end(adviser):
    sent = application(MAIJA, OLLI, VILLE)

    first = adviser.post(visit(sent), {"here": ["0", "2"]})
    confirm_first = adviser.post(at(sent), form(sent))
    second = confirms(adviser, sent, 0)
    confirm_second = adviser.post(at(sent, 2), form(sent, 2))
    end = confirms(adviser, sent, 2)

    assert [each.url for each in (first, confirm_first, second, confirm_second, end)] == [
        address("desk_applicant", sent.reference, 0),
        address("desk_confirm", sent.reference, 0),
        address("desk_applicant", sent.reference, 2),
        address("desk_confirm", sent.reference, 2),
        visit(sent),
    ]
    shown = adviser.get(visit(sent))
    assert [str(each) for each in shown.context["here"]] == ["Maija Liisa Meikäläinen", NAME_OF_VILLE]
    assert [str(each) for each, _reports in shown.context["receipts"]] == ["Maija Liisa Meikäläinen", NAME_OF_VILLE]


def test_whom_else_is_here_is_ticked_beside_the_check_of_the_first(adviser):
    sent = application(MAIJA, OLLI)

    adviser.post(at(sent, 1), {**form(sent, 1), "here": "0"})
    following = confirms(adviser, sent, 1)

    assert following.url == address("desk_applicant", sent.reference, 0)


def test_check_that_waits_leads_on_to_the_next_who_is_here(adviser):
    sent = application(MAIJA, OLLI)
    adviser.post(visit(sent), {"here": ["0", "1"]})

    waiting = adviser.post(at(sent), form(sent, is_doubtful="on", note="Compare again."))

    assert waiting.url == address("desk_applicant", sent.reference, 1)


def test_whoever_is_here_alone_comes_to_the_receipt(adviser):
    sent = application(MAIJA, OLLI)
    checked(sent, MAIJA)

    assert confirms(adviser, sent, 0).url == address("desk_confirm", sent.reference, 0)


def test_whoever_gets_no_receipt_by_email_is_named_for_printing(adviser):
    sent = application(MAIJA, OLLI)
    Applicant.objects.filter(position=1).update(email="")
    adviser.post(visit(sent), {"here": ["0", "1"]})
    for position in (0, 1):
        adviser.post(at(sent, position), form(sent, position))
        confirms(adviser, sent, position)

    page, paper = text_of(adviser.get(visit(sent))), text_of(adviser.get(visit(sent), {"show": "customer"}))

    assert [each.count("Print the receipt and give it to the person.") for each in (page, paper)] == [1, 0]


def test_all_receipts_are_one_document_each_in_its_language(adviser):
    sent = application(MAIJA, OLLI)
    Applicant.objects.filter(position=1).update(language="sv")
    adviser.post(visit(sent), {"here": ["0", "1"]})
    for position in (0, 1):
        adviser.post(at(sent, position), form(sent, position))
        confirms(adviser, sent, position)

    paper = adviser.get(visit(sent), {"show": "customer"})

    assert paper.text.count('<div class="customer"') == 2
    assert 'class="customer" lang="sv"' in paper.text
    assert "<nav" not in paper.text


def test_visit_that_nobody_began_leads_to_the_application(adviser):
    sent = application(MAIJA, OLLI)

    assert adviser.get(visit(sent)).url == address("desk_application", sent.reference)


def test_operator_is_not_let_in(operator):
    assert operator.get(visit(application(MAIJA, OLLI))).status_code == 403
