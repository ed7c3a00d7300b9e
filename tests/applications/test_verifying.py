"""The page on which whoever holds a receipt checks it: nobody is identified, and nobody named."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from applications import references
from applications.models import Application, Confirmation
from applications.views.receipts import MOST_UNKNOWN
from tests import cast
from tests.applications.factories import application, confirm
from tests.applications.test_receipts import change, end
from tests.applications.test_views import text_of
from tests.conftest import headings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def page():
    return reverse("applications:verify")


def typed(made, **different):
    return {"number": made.receipt_number, "check_code": made.check_code, **different}


def undo(sent):
    Confirmation.objects.update(undone_at="2034-04-20T12:00:00Z")


def test_page_asks_for_the_number_and_the_check_code(client):
    response = client.get(page())

    assert response.status_code == 200
    assert headings(response)[0] == "Check a receipt or certificate"
    assert {"Number of the receipt or certificate", "Check code"} <= {
        field.label for field in response.context["form"]
    }
    assert "status" not in response.text


def test_genuine_receipt_of_a_valid_application_says_until_when(client, time_machine):
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    made = confirm(application(cast.MAIJA), cast.MAIJA)

    response = client.post(page(), typed(made))

    assert response.status_code == 200
    assert headings(response)[0] == "The receipt is genuine and still valid"
    assert re.search(r"<title>\s*The receipt is genuine and still valid\s", response.text)
    assert "The application is valid until 14 February 2027." in text_of(response)


def test_genuine_receipt_of_an_application_that_waits_says_so(client, time_machine):
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    made = confirm(application(cast.MAIJA, cast.OLLI), cast.MAIJA)

    response = client.post(page(), typed(made))

    assert headings(response)[0] == "The receipt is genuine and still valid"
    assert "It must be confirmed by 14 February 2027." in text_of(response)


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (change, "The application has since been changed and must be confirmed again."),
        (end, "The application has ended."),
        (undo, "The confirmation has been undone."),
    ],
)
def test_genuine_receipt_that_no_longer_counts_says_why(client, happens, sentence):
    sent = application(cast.MAIJA, cast.OLLI)
    made = confirm(sent, cast.MAIJA)
    happens(sent)

    response = client.post(page(), typed(made))

    assert headings(response)[0] == "The receipt is genuine but no longer valid"
    assert sentence in text_of(response)


def test_wrong_number_and_wrong_check_code_have_one_answer(client):
    made = confirm(application(cast.MAIJA), cast.MAIJA)
    strange = references.new()
    number, code = typed(made, number=strange), typed(made, check_code="0" * 16)

    answers = [client.post(page(), each) for each in (number, code)]

    assert [(a.status_code, headings(a)[0]) for a in answers] == [
        (200, "We do not know this receipt or certificate")
    ] * 2
    alike = [a.text.replace(made.check_code, "").replace("0" * 16, "") for a in answers]
    assert alike[0].replace(strange, "") == alike[1].replace(made.receipt_number, "")


@pytest.mark.parametrize("happens", [lambda sent: None, change, end, undo])
def test_answer_names_nobody_and_no_application(client, happens):
    sent = application(cast.MAIJA, cast.OLLI)
    made = confirm(sent, cast.MAIJA)
    happens(sent)

    text = client.post(page(), typed(made)).text

    names = [sent.reference, sent.number, *(who[n] for who in (cast.MAIJA, cast.OLLI) for n in who)]
    assert [fact for fact in [*names, "Maija", "Olli", "example.test", "bank"] if fact in text] == []


def test_receipt_is_known_however_it_is_typed(client):
    made = confirm(application(cast.MAIJA), cast.MAIJA)

    answer = client.post(page(), {"number": f" {made.number.lower()} ", "check_code": made.digest[:16].upper()})

    assert headings(answer)[0] == "The receipt is genuine and still valid"


@pytest.mark.parametrize(
    ("different", "error"),
    [
        ({"number": "K7M-P3X-Q4T"}, "Check the number. One of its characters is wrong or missing."),
        ({"number": ""}, "Enter the number of the receipt or certificate, for example K7M-P3X-Q4T."),
        ({"check_code": "0123 4567 89ab cde"}, "Enter at least the first 16 characters of the check code."),
        ({"check_code": "x" * 64}, "Each of them is a digit or one of a–f."),
        ({"check_code": "0" * 201}, "Ensure this value has at most 200 characters"),
    ],
)
def test_what_cannot_be_a_receipt_is_said_so_at_its_field(client, different, error):
    made = confirm(application(cast.MAIJA), cast.MAIJA)

    response = client.post(page(), typed(made, **different))

    assert headings(response)[0] == "The form has the following errors:"
    assert error in text_of(response)
    assert list(response.context["form"].errors) == list(different)


def test_page_is_not_stored_and_sets_no_cookie(client):
    made = confirm(application(cast.MAIJA), cast.MAIJA)

    for response in (client.get(page()), client.post(page(), typed(made))):
        assert "no-store" in response["Cache-Control"]
        assert response.cookies == {}


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_form_of_another_site_is_refused(client, headers):
    made = confirm(application(cast.MAIJA), cast.MAIJA)

    assert client.post(page(), typed(made), headers=headers).status_code == 403


def test_wrong_receipts_are_limited_and_genuine_ones_are_always_told(client, time_machine):
    time_machine.move_to("2026-11-16T12:00:00+02:00", tick=False)
    made = confirm(application(cast.MAIJA), cast.MAIJA)
    wrong, malformed = typed(made, check_code="0" * 16), typed(made, number="wrong")

    before = [client.post(page(), tried).status_code for _ in range(MOST_UNKNOWN) for tried in (wrong, malformed)]
    response = client.post(page(), wrong)

    assert set(before) == {200}
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert client.post(page(), malformed).status_code == 200
    assert client.post(page(), typed(made)).status_code == 200
    assert client.post(page(), wrong, REMOTE_ADDR="198.51.100.7").status_code == 200


@pytest.mark.parametrize("others", [0, 3])
def test_checking_takes_a_constant_number_of_queries(client, others, django_assert_num_queries):
    sent = application(cast.MAIJA, *[cast.OLLI, cast.VERA, cast.VILLE][:others])
    made = confirm(sent, cast.MAIJA)
    client.get(page())

    with django_assert_num_queries(0):
        client.get(page())
    with django_assert_num_queries(3):  # the receipt, whether its people are named, and the certificate
        client.post(page(), typed(made))
    with django_assert_num_queries(3):  # the limit too
        client.post(page(), typed(made, check_code="0" * 16))


def test_checking_changes_nothing_of_the_application(client):
    made = confirm(application(cast.MAIJA, cast.OLLI), cast.MAIJA)
    before = list(Application.objects.values()), list(Confirmation.objects.values())

    client.post(page(), typed(made))

    assert (list(Application.objects.values()), list(Confirmation.objects.values())) == before


def test_how_to_leads_to_the_page(client):
    assert f'href="{page()}"' in client.get(reverse("how_to")).text
