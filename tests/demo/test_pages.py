"""The broker's pages in a browser."""

import pytest

from identity import client

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_keys_of_an_earlier_broker():
    client.forget_keys()


@pytest.fixture
def broker(page, live_server, service):
    """Open the broker's page in a language, and return the browser's page."""

    def open_in(language):
        signed = service.request(
            aud=f"{live_server.url}/demo/broker",
            redirect_uri=f"{live_server.url}/identification/callback/",
            ui_locales=language,
        )
        page.goto(f"{live_server.url}/demo/broker/authorize?client_id=heka-confirm&request={signed}")
        return page

    return open_in


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_broker_pages_are_accessible(broker, axe, live_server, language):
    page = broker(language)
    axe(page)

    page.locator("#id_hetu").fill("150785-9211")
    with page.expect_navigation():
        page.locator('form[action$="/other"] button').click()
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator(".errors a").count() == 3
    axe(page)

    page.goto(f"{live_server.url}/demo/broker/authorize")
    axe(page)


def test_broker_page_fits_a_narrow_screen(broker):
    page = broker("fi")
    page.set_viewport_size({"width": 320, "height": 700})

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_whole_sign_in_by_mouse(page, live_server):
    page.goto(f"{live_server.url}/sv/cookies/")
    page.locator('form[action$="/cookies/accept/"] button').click()
    page.locator('form[action$="/identification/start/"] button').click()
    page.get_by_role("button", name="Selma Söderström").click()

    page.wait_for_url(f"{live_server.url}/sv/**")
    assert [cookie["name"] for cookie in page.context.cookies() if cookie["name"] == "session"] == ["session"]
