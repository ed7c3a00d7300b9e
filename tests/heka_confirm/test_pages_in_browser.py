"""The public pages in a browser: what is seen first, what can be pressed, and the end of the session."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from counter.models import Counter, ExceptionalHours
from counter.opening import Span
from identity import proof as identity_proof
from tests.applications.factories import person, proof
from tests.browser.journey import WORDS, control
from tests.cast import MAIJA
from tests.conftest import broken_rules
from tests.counter.hours import set_hours


@pytest.fixture
def _busy_counter(transactional_db):
    counter = Counter.only()
    counter.phone, counter.email = "09 310 00000", "a.rather.long.address.of.the.counter@example.test"
    counter.save()
    set_hours(counter, {n: [Span(dt.time(9), dt.time(12)), Span(dt.time(13), dt.time(16))] for n in range(5)})
    ExceptionalHours.objects.create(counter=counter, date=dt.date(2099, 12, 24))


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("size", [(1280, 900), (360, 740)])
@pytest.mark.usefixtures("_busy_counter")
def test_what_most_people_press_is_on_the_first_screen(live_server, page, language, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    words = WORDS[language]

    unseen = []
    for path, names in (("", [words.go]), ("cookies/?next=/identify/", [words.accept_cookies, words.do_not_accept])):
        page.goto(f"{live_server.url}/{language}/{path}")
        boxes = [control(page, name).bounding_box() for name in names]
        unseen += [path for box in boxes if box["y"] + box["height"] > size[1]]

    assert unseen == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_name_of_the_service_takes_two_lines_at_most_in_the_header(live_server, page, language):
    lines = """() => {
        const range = document.createRange();
        range.selectNodeContents(document.querySelector(".wordmark strong"));
        return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
    }"""
    page.goto(f"{live_server.url}/{language}/how-to/")

    for width, text in [(320, "100%"), (320, "200%"), (400, "200%"), (640, "200%")]:
        page.set_viewport_size({"width": width, "height": 640})
        page.evaluate("size => { document.documentElement.style.fontSize = size }", text)
        assert page.evaluate(lines) <= 2, (width, text)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, text)


def test_contrast_is_asked_for_again_when_a_colour_is_another(page):
    text = "<html lang='en'><title>Hello</title><main><h1 style='color: {}; background: white'>Hello</h1></main>"

    found = []
    for colour in ("black", "#ddd", "#ddd", "black"):
        page.set_content(text.format(colour))
        found.append([rule for rule, _ in broken_rules(page)])

    assert found == [[], ["color-contrast"], ["color-contrast"], []]


@pytest.mark.usefixtures("_busy_counter")
def test_everything_to_press_on_the_front_page_is_big_enough_and_shows_the_focus(live_server, page):
    page.goto(f"{live_server.url}/en/")
    for button in page.locator(".button, .languages a, .footer a").all():
        button.focus()

        assert button.bounding_box()["height"] >= 44
        assert button.evaluate("element => getComputedStyle(element).outlineWidth") == "3px"


def test_skip_link_comes_first_and_leads_to_the_content(live_server, page):
    page.goto(f"{live_server.url}/en/how-to/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("#content")).to_be_focused()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_back_to_top_moves_the_view_and_the_focus(live_server, page, language):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{live_server.url}/{language}/accessibility/")

    page.locator(".footer a[href='#top']").focus()
    scrolled = page.evaluate("scrollY")
    page.keyboard.press("Enter")

    assert scrolled > 640
    expect(page.locator("#top")).to_be_focused()
    assert page.evaluate("scrollY") == 0
    page.keyboard.press("Tab")
    expect(page.locator(".wordmark")).to_be_focused()


@pytest.fixture
def signed_in(live_server, page, client):
    """The browser of somebody who is signed in, on a page, with its clock in our hands."""
    client.force_login(person(MAIJA).user, backend="identity.backend.BrokerBackend")
    session = client.session
    identity_proof.remember(session, proof())
    session.save()
    name, value = next((name, cookie.value) for name, cookie in client.cookies.items())
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page.clock.install()
    page.goto(f"{live_server.url}/en/how-to/")
    return page


def test_session_warning_comes_two_minutes_before_the_end(signed_in, axe):
    warning = signed_in.get_by_role("alertdialog", name="You will be logged out soon")

    signed_in.clock.run_for(17 * 60 * 1000)
    early = warning.is_visible()
    signed_in.clock.run_for(61 * 1000)

    assert not early
    assert warning.is_visible()
    expect(warning.get_by_role("button", name="Continue")).to_be_focused()
    axe(signed_in)


def test_session_warning_keeps_the_focus_within(signed_in):
    signed_in.clock.run_for(18 * 60 * 1000 + 1000)

    texts = []
    for _ in range(3):
        signed_in.keyboard.press("Tab")
        texts.append(signed_in.evaluate("document.activeElement.textContent"))

    assert texts == ["Log out", "Continue", "Log out"]


def test_session_goes_on_after_escape(signed_in):
    link = signed_in.get_by_role("link", name="Terms of use")
    link.focus()
    ends = signed_in.locator("#session-end").inner_text()
    signed_in.clock.run_for(18 * 60 * 1000 + 1000)

    with signed_in.expect_response("**/extend/") as answer:
        signed_in.keyboard.press("Escape")
    signed_in.locator("#session-warning").wait_for(state="hidden")

    assert answer.value.status == 204
    expect(link).to_be_focused()
    assert signed_in.locator("#session-end").inner_text() != ends
    signed_in.clock.run_for(17 * 60 * 1000)
    assert signed_in.locator("#session-warning").is_hidden()


def test_session_that_ends_leads_to_a_page_that_says_so(signed_in, live_server):
    signed_in.clock.run_for(20 * 60 * 1000 + 1000)
    signed_in.wait_for_url("**/session/ended/**")

    assert signed_in.get_by_role("heading", level=1).inner_text() == "Your session has ended"


def test_session_goes_on_while_another_tab_is_used(signed_in, live_server):
    signed_in.clock.run_for(15 * 60 * 1000)
    other = signed_in.context.new_page()
    other.clock.install(time=signed_in.evaluate("Date.now()") / 1000)

    ends = signed_in.locator("#session-end").inner_text()
    other.goto(f"{live_server.url}/en/privacy/")
    expect(signed_in.locator("#session-end")).not_to_have_text(ends, timeout=20_000)  # milliseconds
    signed_in.clock.run_for(4 * 60 * 1000)

    assert signed_in.locator("#session-warning").is_hidden()


def test_log_out_in_one_tab_leaves_nothing_in_another(signed_in, live_server):
    other = signed_in.context.new_page()
    other.goto(f"{live_server.url}/en/privacy/")

    other.get_by_role("button", name="Log out").click()
    signed_in.wait_for_url("**/session/ended/**")

    assert "Meikäläinen" not in signed_in.content()
