"""The pages of identification in a real browser, under the strict policy."""

import pytest

from identity import keys

pytestmark = pytest.mark.django_db(transaction=True)
OUTCOMES = ["cancelled", "error", "expired", "refused", "unreachable", "counter"]
PAGES = [
    "identify/",
    *[f"identify/{outcome}/" for outcome in OUTCOMES],
    "cookies/",
    "cookies/declined/",
    "session/ended/",
    "signed-out/",
]


@pytest.fixture
def here(live_server, settings):
    if not settings.IDENTITY_KEYS_FILE.exists():
        keys.make()
    return live_server.url


@pytest.fixture
def complaints(page):
    """What the browser complains of: scripts, styles or forms that the policy blocks."""
    found = []
    page.on("console", lambda message: found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_no_page_breaks_the_policy(here, page, complaints):
    page.goto(f"{here}/fi/cookies/blocked/")
    page.goto(f"{here}/fi/cookies/")
    with page.expect_navigation():
        page.locator("main form button").first.click()
    for path in PAGES:
        page.goto(f"{here}/fi/{path}")

    assert complaints == []


@pytest.mark.parametrize("javascript", [True, False])
def test_the_way_to_the_broker_and_back(here, browser, javascript):
    context = browser.new_context(java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"{here}/sv/identify/?next=/sv/how-to/")
    assert context.cookies() == []
    with page.expect_navigation():
        page.locator("main form button").first.click()
    assert page.url == f"{here}/sv/identify/?next=/sv/how-to/"
    page.locator("main form button").first.click()
    page.wait_for_url("**/demo/broker/**")
    page.locator("form button").first.click()
    page.wait_for_url(f"{here}/sv/how-to/")
    assert sorted(cookie["name"] for cookie in context.cookies()) == ["cookies", "session"]
    context.close()
