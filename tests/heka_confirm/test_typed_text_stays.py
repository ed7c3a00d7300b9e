"""Whoever changes the language of a page keeps what they have typed in it; without JavaScript, too."""

import re

import pytest
from django.core import mail

from applications.models import ErrorReport
from counter.models import Feedback
from identity import cookies
from tests import cast
from tests.applications.conftest import sign_in  # noqa: F401  # a fixture
from tests.applications.factories import applicant, application
from tests.applications.form.forms import Somebody

pytestmark = pytest.mark.django_db

PUBLIC = [
    ("feedback/", {"kind": "other", "text": "It works.\r\nMostly.", "email": "me@exa"}),
    ("account/create/", {"email": "me@exa"}),
    ("account/forgotten-password/", {"email": "me@exa"}),
    ("email/", {"code": "K7M4P"}),
    ("receipt/", {"number": "K7M-P3X", "check_code": "0123"}),
    ("invitation/", {"code": "K7MP"}),
]
OWN = [
    ("contact-details/", {"email": "me@exa", "phone": "12", "language": "en"}),
    ("report/", {"text": "We are three.\r\nNot two."}),
]


def buttons(page):
    """Return the buttons of the language switch, each with the address to which it sends the form."""
    found = re.findall(
        r'<button class="as-link" form="(\w+)" formaction="([^"]+)" name="show" lang="(\w+)"', page.text
    )
    [form] = {form for form, _address, _language in found}
    assert page.text.count(f'<form id="{form}" ') == 1
    return {language: address for _form, address, language in found}


def shown_in_swedish(client, address, typed):
    """Type something, press the button of the language, and return the page that comes."""
    page = client.get(address)
    assert page.status_code == 200
    hidden = dict(re.findall(r'<input type="hidden" name="(form_key|csrfmiddlewaretoken)" value="([^"]*)"', page.text))
    return client.post(buttons(page)["sv"], {**hidden, **typed, "show": ""})


def holds(page, typed):
    """Tell whether a page is in Swedish, shows what was typed, and finds no fault in it."""
    initial = page.context["form"].initial
    return (
        page.status_code == 200
        and '<html lang="sv">' in page.text
        and {name: initial.get(name) for name in typed} == typed
        and all(value.replace("\r\n", "\n") in page.text.replace("\r\n", "\n") for value in typed.values())
        and "error-summary" not in page.text
    )


@pytest.mark.parametrize(("path", "typed"), PUBLIC, ids=[path for path, _typed in PUBLIC])
def test_text_on_a_public_page_stays_and_nothing_is_done(client, path, typed):
    client.cookies[cookies.acceptance_name()] = cookies.VERSION

    assert holds(shown_in_swedish(client, f"/en/{path}", typed), typed)
    assert (Feedback.objects.count(), mail.outbox) == (0, [])


@pytest.mark.parametrize(("path", "typed"), OWN, ids=[path for path, _typed in OWN])
def test_text_of_an_applicant_stays_and_nothing_is_done(sign_in, path, typed):  # noqa: F811
    sent = application(cast.MAIJA, cast.OLLI)

    assert holds(shown_in_swedish(sign_in(cast.OLLI), f"/en/applications/{sent.number}/{path}", typed), typed)
    assert applicant(sent, cast.OLLI).email == "olli@example.test"
    assert ErrorReport.objects.count() == 0


def test_address_for_the_link_stays(client):
    somebody = Somebody(client, "en").begin()

    assert holds(shown_in_swedish(client, somebody.at("draft_later"), {"email": "me@exa"}), {"email": "me@exa"})


def test_session_goes_on_without_losing_what_is_typed(sign_in):  # noqa: F811
    """The button of the strip and that of the warning send the form, and come back to it."""
    sent, client = application(cast.MAIJA, cast.OLLI), sign_in(cast.OLLI)
    here = f"/en/applications/{sent.number}/report/"

    page = client.get(here).text
    again = client.post(here, {"text": "We are three.", "show": ""})

    shown = f'form="typed" formaction="{here}" name="show">'
    assert page.count(f"{shown}Stay logged in") == page.count(f"{shown}Continue") == 1
    assert "We are three.</textarea>" in again.text
    assert "error-summary" not in again.text
