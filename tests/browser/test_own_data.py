"""The page of one's own data in a browser: by the rules of accessibility, on a desktop and on a small phone."""

import pytest
from django.conf import settings
from django.test import Client

from identity import proof as identity_proof
from tests.applications.factories import application, confirm, person, proof
from tests.browser.journey import LANGUAGES, faults
from tests.cast import MAIJA, OLLI
from tests.counter.checks import check


def sign_in(page, live_server):
    """Put Maija, identified at her bank, in front of the browser."""
    client = Client()
    client.force_login(person(MAIJA).user, backend="identity.backend.BrokerBackend")
    session = client.session
    identity_proof.remember(session, proof())
    session.save()
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])


@pytest.mark.parametrize("language", LANGUAGES)
def test_own_data_are_accessible_and_fit_a_small_phone(page, live_server, language):
    sent = application(MAIJA, OLLI)
    check(sent, MAIJA)
    confirm(sent, MAIJA)
    sign_in(page, live_server)

    page.goto(f"{live_server.url}/{language}/own-data/")

    assert page.locator("h1").count() == 1
    assert page.locator(".details").count() > 5
    assert page.locator("table").count() > 3
    assert faults(page, language) == []


def test_own_data_are_downloaded_as_a_file(page, live_server):
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/en/own-data/")

    with page.expect_download() as download:
        page.get_by_role("button", name="Download your data").click()

    assert download.value.suggested_filename == "own-data.json"
