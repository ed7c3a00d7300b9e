"""The main journey in the other engine: what Chromium forgives, Firefox may not."""

import pytest

from tests.applications.factories import application, state
from tests.browser import firefox as program
from tests.browser.journey import WORDS
from tests.cast import MAIJA
from tests.conftest import must_not_skip

FI = WORDS["fi"]
AT_THE_BANK = "form:has([name=hetu]) button"
FITS = "document.documentElement.scrollWidth <= innerWidth"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (program.PROGRAM or must_not_skip()), reason="Firefox is not installed"),
]


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    with program.started(tmp_path_factory.mktemp("firefox"), width=360, height=740) as started:
        yield started


def test_from_the_front_page_to_the_receipt(firefox, live_server):
    sent, wide = application(MAIJA), []
    firefox.complaints.clear()

    def press(role, name, to):
        firefox.press(role, name, to=to)
        wide.extend([] if firefox.evaluate(FITS) else [to])

    firefox.open(f"{live_server.url}/fi/")
    press("link", FI.go, "/fi/cookies/")
    press("button", FI.accept_cookies, "/fi/identify/")
    press("button", FI.to_identification, "/demo/broker/authorize")
    for name in ("hetu", "first_names", "last_name"):
        firefox.fill(f"[name={name}]", MAIJA[name])
    press("button", firefox.evaluate(f"document.querySelector('{AT_THE_BANK}').innerText"), "/terms/accept/")
    press("button", FI.accept, "/confirm/")
    press("button", FI.confirm, "/receipt/")

    assert firefox.evaluate("document.querySelector('h1').innerText") == "Hakemuksesi on voimassa"
    assert state(sent) == "valid"
    assert (wide, firefox.complaints) == ([], [])


def test_what_the_policy_blocks_is_complained_of(firefox, live_server):
    firefox.complaints.clear()
    firefox.open(f"{live_server.url}/fi/how-to/")
    firefox.evaluate("document.body.setAttribute('style', 'color: red'), ''")
    firefox.open(f"{live_server.url}/fi/")

    assert ["inline style" in complaint for complaint in firefox.complaints] == [True]
