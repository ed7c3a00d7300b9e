"""Wherever a form is answered with a page, the same page is there in the other languages."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from applications import invitations
from applications.invitation_links import invitation_token
from identity import cookies
from identity.proof import remember
from tests import cast
from tests.applications.factories import actor, applicant, application, invitation, person, proof
from tests.identity.accounts import issued, token_of
from tests.reading import same_browser, taken_back
from tests.test_consistency import ADDRESSES, TEMPLATES, client_of, filled, name  # noqa: F401

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a href="([^"]+)" lang="(\w\w)" hreflang')


def dead_ends(client, page):
    """Return where the language links of a page lead nowhere, or not to its language."""
    found = []
    for link, language in LINK.findall(page.text.replace("&amp;", "&")):
        there = same_browser(client).get(link, follow=True)
        if there.status_code not in {200, page.status_code} or there["Content-Language"] != language:
            found.append((link, there.status_code))
    return found


@pytest.mark.parametrize("who", ["anonymous", "applicant", "account"])
def test_every_page_that_answers_a_form_is_there_in_each_language(filled, client_of, who):  # noqa: F811
    answered, found = [], []
    for address in map(filled, ADDRESSES):
        client = client_of(who)
        client.handler.enforce_csrf_checks = False
        client.cookies[cookies.acceptance_name()] = cookies.VERSION
        with taken_back():
            page = client.post(address, {"text": "x"})
            if page.status_code < 500 and "text/html" in page.get("Content-Type", "") and not page.get("Location"):
                answered.append(address)
                if page.status_code != 405:  # the links of a page that only reads lead to what it says to this reader
                    found += [(address, *end) for end in dead_ends(client, page)]

    assert len(answered) > 15
    assert found == []


def test_password_that_is_refused_can_be_set_in_each_language(client):
    page = client.post(f"/fi/account/password/?token={token_of(issued())}", {"password": "short"})

    assert (page.status_code, len(LINK.findall(page.text))) == (200, 3)
    assert dead_ends(client, page) == []


def test_invitation_that_was_sent_again_says_so_in_each_language(client, time_machine):
    sent = application(cast.MAIJA, cast.OLLI)
    former = invitation_token(invitation(sent, cast.OLLI))
    time_machine.move_to(timezone.now() + dt.timedelta(hours=1))
    invitations.resend(applicant(sent, cast.OLLI), by=actor(cast.MAIJA))

    page = client.post(f"/fi/invitation/continue/?token={former}")
    [_, swedish, _] = LINK.findall(page.text)

    assert page.status_code == 410
    assert client.get(swedish[0], follow=True).status_code == 410
    assert dead_ends(client, page) == []


def test_terms_that_are_newer_lead_on_in_each_language(client):
    client.force_login(person(cast.OLLI).user, backend="identity.backend.BrokerBackend")
    session = client.session
    remember(session, proof())
    session.save()

    page = client.post("/fi/terms/accept/?next=/fi/own-data/", {"terms": "0", "next": "/fi/own-data/"})

    assert page.status_code == 409
    assert [link for link, _ in LINK.findall(page.text)] == [
        f"/{language}/terms/accept/?next=/fi/own-data/" for language in ("fi", "sv", "en")
    ]


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_no_form_carries_in_a_field_what_the_address_of_its_page_needs(template):
    assert re.findall(r'type="hidden" name="(token|pass)"', template.read_text()) == []
