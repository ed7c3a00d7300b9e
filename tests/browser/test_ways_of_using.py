"""The whole journey without JavaScript, and with the keyboard alone."""

from playwright.sync_api import expect

from applications.models import Confirmation
from tests.applications.factories import application, state
from tests.browser.journey import BANK, WORDS, heading, is_ours, press, sign_in_at_bank
from tests.cast import MAIJA, OLLI
from tests.fonts import in_each_font

# What the element in focus is called, and whether somebody who looks at the screen sees where they are.
FOCUSED = """() => {
    const element = document.activeElement, style = getComputedStyle(element);
    const box = element.getBoundingClientRect(), label = element.labels && element.labels[0];
    const ring = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset), [line] = element.getClientRects();
    const there = document.elementFromPoint((line.left + line.right) / 2, (line.top + line.bottom) / 2);
    return {
        name: (label || element).innerText.trim(),
        visible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
            && box.top >= 0 && box.left >= 0 && box.bottom + ring <= innerHeight && box.right <= innerWidth
            && element.contains(there),
    };
}"""
MOST_TABS = 60


def test_application_is_confirmed_without_javascript(new_context, live_server):
    sent = application(MAIJA)
    page = new_context(java_script_enabled=False).new_page()

    page.goto(f"{live_server.url}/sv/")
    press(page, WORDS["sv"].go)
    sign_in_at_bank(page, MAIJA, language="sv")
    press(page, WORDS["sv"].confirm)

    assert heading(page) == "Din ansökan är giltig"
    assert state(sent) == "valid"


def test_session_is_extended_and_ended_without_javascript(new_context, sign_in, link):
    sent = application(MAIJA)
    context = new_context(java_script_enabled=False)
    sign_in(context, MAIJA)
    page = context.new_page()
    page.goto(link(sent))

    press(page, "Stay logged in")
    still_there = heading(page)
    press(page, "Log out")

    assert still_there == "Check the details"
    assert heading(page) == "You have logged out"


def hurry(page):
    """Let the animations of a page run a thousand times as fast."""
    clock = page.context.new_cdp_session(page)
    clock.send("Animation.enable")
    clock.send("Animation.setPlaybackRate", {"playbackRate": 1000})
    return clock  # it goes as slowly as before once nobody holds it


def test_session_warns_without_javascript_and_goes_on_with_what_is_typed(new_context, sign_in, live_server):
    sent = application(MAIJA, OLLI)
    context = new_context(java_script_enabled=False)
    sign_in(context, OLLI)
    page = context.new_page()
    page.goto(f"{live_server.url}/en/applications/{sent.number}/report/")
    page.get_by_label("What is wrong").fill("We are three.")
    warning = page.get_by_role("alertdialog", name="You will be logged out soon")
    early = warning.is_visible()

    clock = hurry(page)
    expect(warning).to_be_visible()
    clock.detach()
    with page.expect_navigation():
        warning.get_by_role("button", name="Continue").click()

    assert not early
    assert not warning.is_visible()
    expect(page.get_by_label("What is wrong")).to_have_value("We are three.")
    assert page.locator(".error-summary").count() == 0


def test_form_warns_without_javascript_and_stays_open_with_what_is_typed(new_context, live_server):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/en/application/new/")
    press(page, "Accept cookies")
    page.get_by_label("Last name").fill("Meikäläinen")
    warning = page.get_by_role("alertdialog", name="The form will close soon")

    clock = hurry(page)
    expect(warning).to_be_visible()
    clock.detach()
    with page.expect_navigation():
        warning.get_by_role("button", name="Continue").click()

    assert not warning.is_visible()
    expect(page.get_by_label("Last name")).to_have_value("Meikäläinen")


class Keyboard:
    """Somebody who uses the keyboard alone, and looks where the focus is."""

    def __init__(self, page):
        self.page = page
        self.unseen = []

    def tab(self):
        """Move on to the next element, and return its name."""
        self.page.keyboard.press("Tab")
        focused = self.page.evaluate(FOCUSED)
        if not focused["visible"]:
            self.unseen.append((self.page.url, focused["name"]))
        return focused["name"]

    def skip_to_content(self, name):
        """Press the skip link, which must come first."""
        assert self.tab() == name
        with self.page.expect_navigation():  # within the page; else the next one that is awaited
            self.page.keyboard.press("Enter")
        expect(self.page.locator("#content")).to_be_focused()

    def press(self, name, key):
        """Move to the link or button whose name begins so, and press it."""
        passed = []
        while not (there := self.tab()).startswith(name):
            passed.append(there)
            assert len(passed) < MOST_TABS, f"{name} is not reached by the keyboard, only {passed}"
        with self.page.expect_navigation():
            self.page.keyboard.press(key)


@in_each_font
def test_application_is_confirmed_with_the_keyboard_alone(page, live_server):
    sent, words = application(MAIJA, OLLI), WORDS["fi"]
    keyboard = Keyboard(page)
    steps = [
        (words.go, "Enter"),
        (words.accept_cookies, "Space"),
        (words.to_identification, "Space"),
        ("Aino Aalto", "Space"),  # the bank's name for Maija's code
        (words.accept, "Enter"),
        (words.confirm, "Space"),
        ("Katso, k", "Enter"),
    ]

    page.goto(f"{live_server.url}/fi/")
    for name, key in steps:
        if is_ours(page.url):
            keyboard.skip_to_content("Siirry suoraan sisältöön")
        else:
            page.wait_for_url(BANK)
        keyboard.press(name, key)

    assert heading(page) == f"Hakemus {sent.number}"
    assert Confirmation.objects.get().person.hetu == MAIJA["hetu"]
    assert keyboard.unseen == []
