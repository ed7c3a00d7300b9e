"""The slip for the counter: who gets whose, what stands on it, and what does not (J4)."""

import re
from urllib.parse import unquote

import pytest
import segno
from django.urls import reverse
from django.utils import translation

from applications import references, slip
from applications.models import Application
from mailing.models import Letter
from tests import cast
from tests.applications.factories import application, confirm
from tests.applications.households import posted, sent, slot, written
from tests.applications.test_views import text_of, url
from tests.as_read import as_read

pytestmark = pytest.mark.django_db

UNREACHABLE = {**cast.OLLI, "email": None}
WITHOUT_CODE = {**cast.OLLI, "hetu": None, "birth_date": "1994-05-02"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def page(sent, position, name="slip"):
    return reverse(f"applications:{name}", args=[sent.reference, position])


def modules(svg):
    """Return the dark modules of a QR code drawn as an SVG, by row and column, as a browser draws them."""
    (drawn,) = re.findall(r'<path stroke="#000" d="([^"]+)"', svg)
    x, y, dark = 0.0, 0.0, set()
    for move, numbers in re.findall(r"([Mmh])([-\d. ]+)", drawn):
        found = [float(number) for number in numbers.split()]
        if move == "h":
            dark |= {(int(y), int(x) + n) for n in range(int(found[0]))}
            x += found[0]
        else:
            x, y = (found[0], found[1]) if move == "M" else (x + found[0], y + found[1])
    return dark


def test_qr_code_holds_the_number_and_the_place_of_its_holder_and_nothing_else():
    sent = application(cast.MAIJA, cast.OLLI)
    code = segno.make(f"{sent.reference} 2", error="h", micro=False)

    expected = {
        (y + slip.QUIET_ZONE_MODULES, x + slip.QUIET_ZONE_MODULES)
        for y, row in enumerate(code.matrix)
        for x, is_dark in enumerate(row)
        if is_dark
    }

    assert modules(slip.qr(sent, 1)) == expected
    assert code.mode == "alphanumeric"


def test_qr_code_breaks_no_policy():
    sent = application(cast.MAIJA)
    svg = slip.qr(sent, 0)

    assert re.findall(r"style|data:|http|<(?!/?(?:svg|path)\b)", svg) == []


def test_slip_says_what_the_counter_needs(sign_in):
    sent = application(cast.MAIJA, cast.OLLI)

    response = sign_in(cast.OLLI).get(page(sent, 1))

    shown = text_of(response)
    for text in (
        "Olli Öhman",
        sent.number,
        "Bring your passport or identity card.",
        "Työpajankatu 8",
        "Opening hours",
    ):
        assert text in shown
    assert slip.qr(sent, 1) in response.text
    for hetu in (cast.MAIJA["hetu"], cast.OLLI["hetu"], cast.OLLI["hetu"][:6]):
        assert hetu not in response.text


def test_slip_has_the_deadline_in_the_language_of_the_page(sign_in, time_machine):
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    sent = application(cast.MAIJA)

    shown = text_of(sign_in(cast.MAIJA).get(page(sent, 0).replace("/en/", "/fi/")))

    assert "14.2.2027" in shown


@pytest.mark.parametrize("co_applicant", [UNREACHABLE, WITHOUT_CODE], ids=["no address", "no code"])
def test_main_applicant_gets_the_slip_of_whoever_gets_none(sign_in, co_applicant):
    application = sent(cast.MAIJA, co_applicant)
    client = sign_in(cast.MAIJA)

    shown = text_of(client.get(page(application, 1)))

    assert "Print this slip and give it to Olli Öhman" in shown
    assert "Send the slip to my email" not in shown
    assert page(application, 1) in client.get(url("status", application)).text


def test_main_applicant_gets_no_slip_of_others(sign_in):
    application = sent(cast.MAIJA, cast.OLLI)
    client = sign_in(cast.MAIJA)

    assert client.get(page(application, 1)).status_code == 404
    assert page(application, 1) not in client.get(url("status", application)).text


def test_slip_of_somebody_else_answers_as_no_application_at_all(sign_in):
    application = sent(cast.MAIJA, cast.VERA, UNREACHABLE)
    client = sign_in(cast.VERA)

    answers = [client.get(page(application, position)) for position in (0, 2, 3)]
    none = client.get(page(Application(reference=references.new()), 1))

    assert [answer.status_code for answer in answers] == [404] * 3
    assert {unvaried(answer) for answer in answers} == {unvaried(none)}
    assert client.get(page(application, 1)).status_code == 200


def unvaried(response):
    """Return the page without what differs each time."""
    varying = r'csrfmiddlewaretoken" value="\w+"|/applications/[\w-]+/people/\d/|data-seconds="\d+"'
    return re.sub(varying, "", unquote(response.text))


def test_outsider_gets_no_slip(sign_in):
    application = sent(cast.MAIJA, UNREACHABLE)

    assert sign_in(cast.OTSO).get(page(application, 1)).status_code == 404
    assert sign_in(cast.OTSO).post(page(application, 0, "send_slip")).status_code == 404


def test_who_is_not_awaited_needs_no_slip(sign_in):
    application = sent(cast.MAIJA, cast.OLLI)
    confirm(application, cast.MAIJA)

    response = sign_in(cast.MAIJA).get(page(application, 0))

    assert response.url == url("status", application)
    assert page(application, 0) not in sign_in(cast.MAIJA).get(response.url).text


def test_status_offers_the_counter_instead(sign_in):
    application = sent(cast.MAIJA, cast.OLLI)

    shown = sign_in(cast.OLLI).get(url("status", application)).text

    assert f'href="{page(application, 1)}">Confirm the application at customer service' in shown


def test_slip_is_sent_to_its_holder_in_their_language(sign_in):
    application = sent(cast.MAIJA, cast.OLLI, language="sv")
    posted()

    response = sign_in(cast.OLLI).post(page(application, 1, "send_slip"), follow=True)

    assert "We are sending the slip to your email address." in text_of(response)
    letter = Letter.objects.get()
    subject, text, html = written(letter)
    assert (letter.message, letter.to, letter.language) == ("slip", "olli@example.test", "sv")
    assert application.number in subject
    for body in (text, html):
        assert application.number in body
        assert f"/sv/applications/{application.number}/people/1/slip/" in body
        assert reverse("counter:page").replace("/en/", "/sv/") in body
    assert "<svg" not in html


def test_slip_of_the_main_applicant_leads_to_its_page(sign_in):
    application = sent(cast.MAIJA)
    posted()

    sign_in(cast.MAIJA).post(page(application, 0, "send_slip"))

    for body in written(Letter.objects.get())[1:]:
        assert f"/applications/{application.number}/people/0/slip/" in body


def test_slip_asked_for_twice_within_a_minute_is_sent_once(sign_in, time_machine):
    time_machine.move_to("2026-11-16T12:00:10+02:00", tick=False)
    application = sent(cast.MAIJA)
    posted()
    client = sign_in(cast.MAIJA)

    for _ in range(2):
        client.post(page(application, 0, "send_slip"))
    within = posted()
    time_machine.shift(60)
    client.post(page(application, 0, "send_slip"))

    assert (within, posted()) == ([("slip", "maija")], [("slip", "maija")])


def test_slips_sent_are_limited(sign_in):
    application = sent(cast.MAIJA)
    client = sign_in(cast.MAIJA)

    answers = [client.post(page(application, 0, "send_slip")).status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]


@pytest.mark.parametrize("who", [cast.MAIJA, UNREACHABLE], ids=["of somebody else", "without an address"])
def test_slip_is_sent_nowhere_but_to_its_holder(sign_in, who):
    application = sent(cast.MAIJA, UNREACHABLE)
    posted()

    response = sign_in(who).post(page(application, 1, "send_slip"))

    assert response.url == page(application, 1)
    assert posted() == []


def test_reading_the_address_that_sends_leads_to_the_slip(sign_in):
    application = sent(cast.MAIJA)
    posted()

    assert sign_in(cast.MAIJA).get(page(application, 0, "send_slip")).url == page(application, 0)
    assert posted() == []


def test_letter_of_receipt_leads_to_the_slips_of_those_without_an_address():
    application = sent(cast.MAIJA, UNREACHABLE, language="en")

    _, text, html = written(Letter.objects.get(message="arrived"))

    for body in (text, as_read(html)):
        assert "You can print a slip for a visit to customer service, Työpajankatu 8, and give it to them." in body
        assert url("status", application) in body


def test_slip_takes_a_constant_number_of_queries(sign_in, django_assert_num_queries):
    application = sent(cast.MAIJA, UNREACHABLE, cast.VERA, cast.VILLE)
    client = sign_in(cast.MAIJA)
    client.get(page(application, 1))

    # session with its person, application with its people and the terms; counter, its hours and exceptions
    with django_assert_num_queries(5):
        client.get(page(application, 1))


def test_who_declined_needs_no_slip(sign_in):
    application = sent(cast.MAIJA, UNREACHABLE)
    holder = slot(application, cast.OLLI)
    holder.declined_at = application.sent_at
    holder.save()

    assert sign_in(cast.MAIJA).get(page(application, 1)).url == url("status", application)
