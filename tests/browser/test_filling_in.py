"""Filling in an application in a browser: in three languages, without JavaScript, on a phone, by keyboard (J6.1)."""

import re

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import expect

from applications import drafts
from applications.document import Stored
from applications.models import Application, Draft
from identity.session_store import SessionStore
from tests import cast
from tests.applications.form.forms import HOME, INCOME, MAIN, OLLI, WISHES
from tests.browser.journey import LANGUAGES, PHONE, WORDS, broken_rules, faults, heading, path, press
from tests.browser.test_ways_of_using import MOST_TABS, Keyboard
from tests.fonts import in_each_font


class Form:
    """Somebody in front of the form, on a page in a language."""

    def __init__(self, page, server, language):
        self.page, self.language, self.at = page, language, f"{server.url}/{language}/"

    def word(self, text):
        with translation.override(self.language):
            return gettext(text)

    def press(self, text):
        press(self.page, self.word(text))

    def begin(self, **numbers):
        self.page.goto(self.at)
        self.press("Fill in the housing application")
        for name, number in numbers.items():
            self.page.locator(f"[name={name}]").select_option(str(number))
        press(self.page, WORDS[self.language].accept_cookies)

    def answer(self, prefix, answers):
        for name, value in answers.items():
            self.answer_one(f"{prefix}-{name}", value)

    def answer_one(self, name, value):
        field = self.page.locator(f"[name='{name}']")
        if field.first.get_attribute("type") in {"radio", "checkbox"}:
            for each in value if isinstance(value, list) else [value]:
                self.page.locator(f"[name='{name}'][value='{each}']").check()
        elif field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def go_on(self):
        # The first of that name is for the Enter key, and out of sight.
        with self.page.expect_navigation():
            self.page.locator("main form .actions button.button").filter(
                has_text=re.compile(f"^{re.escape(self.word('Save and continue'))}$")
            ).click()

    def fill_in(self, look=lambda name: None, **others):
        """Fill in every step. `others` have their places; without them a place for Olli is added."""
        look("people")
        self.answer("p1", MAIN)
        if not others:
            self.press("Add a co-applicant")
        for prefix, answers in {"p2": {**OLLI, "email": "olli@example.test"}, **others}.items():
            self.answer(prefix, answers)
        look("people, two")
        self.go_on()
        look("home")
        self.answer("home", {"dwelling": HOME["dwelling"], "reasons": HOME["reasons"]})
        if not self.page.locator("[name='home-rooms']").is_visible():
            self.go_on()
            look("home, more questions")
        self.answer("home", HOME)
        self.go_on()
        look("money")
        self.answer("p1", INCOME)
        self.answer("p2", INCOME)
        self.go_on()
        look("wishes")
        self.answer("wishes", WISHES)
        self.go_on()
        look("summary")

    def send(self):
        self.page.locator("[name=assurance]").check()
        self.press("Submit")


def stored():
    return Stored.model_validate_json(Application.objects.get().version.content)


@pytest.mark.parametrize("language", LANGUAGES)
def test_application_is_filled_in_and_sent(page, live_server, language):
    form = Form(page, live_server, language)

    form.begin()
    form.fill_in()
    form.send()
    page.reload()
    page.go_back()

    application = Application.objects.get()
    page.goto(f"{form.at}application/people/")
    assert path(page) == f"/{language}/application/sent/"
    assert application.number in page.locator("main").inner_text()
    assert page.get_by_role("link", name=WORDS[language].go).is_visible()
    assert [each.hetu for each in stored().applicants] == [cast.MAIJA["hetu"], cast.OLLI["hetu"]]


def test_application_is_filled_in_without_javascript(new_context, live_server):
    page = new_context(java_script_enabled=False).new_page()
    form = Form(page, live_server, "sv")

    form.begin()
    form.fill_in()
    form.send()

    assert Application.objects.get().number in page.locator("main").inner_text()
    assert str(stored().content.home.area) == "28.5"


def test_pages_of_the_form_are_accessible_also_on_a_small_phone(new_context, live_server):
    page, faulty = new_context(viewport=PHONE).new_page(), {}
    form = Form(page, live_server, "fi")

    def look(name):
        if found := faults(page, "fi"):
            faulty[name] = found

    page.goto(form.at)
    form.press("Fill in the housing application")
    look("begin")
    press(page, WORDS["fi"].accept_cookies)
    form.go_on()
    look("people, with faults")
    form.fill_in(look)
    form.press("Save and continue later")
    look("later")
    page.goto(f"{form.at}application/home/?check=1")
    look("home, checked")
    page.goto(f"{form.at}application/summary/")
    form.send()
    look("sent")
    page.goto(f"{form.at}application/continue/?token=0")
    look("dead link")

    assert faulty == {}


def test_questions_come_and_go_at_once_with_the_script(page, live_server):
    form = Form(page, live_server, "en")
    form.begin()
    page.goto(f"{form.at}application/home/")
    since, rooms = page.locator("[name='home-homeless_since']"), page.locator("[name='home-rooms']")

    before = since.is_visible(), rooms.is_visible()
    form.answer_one("home-dwelling", "homeless")
    homeless = since.is_visible(), rooms.is_visible()
    since.fill("1.2.2026")
    form.answer_one("home-dwelling", "flat")
    flat = since.is_visible(), rooms.is_visible()
    form.answer_one("home-dwelling", "homeless")

    assert (before, homeless, flat) == ((False, False), (True, False), (False, True))
    assert since.input_value() == "1.2.2026"  # a slip of the finger takes nothing away


def test_nobody_is_trapped_by_a_faulty_answer_that_is_asked_no_more(page, live_server):
    form = Form(page, live_server, "fi")
    form.begin()
    page.goto(f"{form.at}application/home/")
    form.answer("home", {"dwelling": "flat", "reasons": ["homeless", "too_small"]})
    form.answer("home", {"homeless_since": "10/2026", "rent": "abc"})
    form.go_on()
    refused = path(page)

    page.locator("[name='home-reasons'][value='homeless']").uncheck()
    form.answer("home", {"dwelling": "homeless"})
    page.locator("[name='home-homeless_since']").fill("1.10.2026")
    form.go_on()

    assert refused == "/fi/application/home/"
    assert path(page) == "/fi/application/money/"


def test_untrue_fact_that_was_cleared_is_not_in_the_application(page, live_server):
    form = Form(page, live_server, "en")
    form.begin()
    page.goto(f"{form.at}application/home/")
    form.answer("home", {"dwelling": "flat", "reasons": ["homeless", "too_small"], "homeless_since": "1.10.2026"})
    form.go_on()
    page.goto(f"{form.at}application/home/")

    page.locator("[name='home-reasons'][value='homeless']").uncheck()
    form.go_on()
    page.goto(f"{form.at}application/summary/")

    assert "1 October 2026" not in page.locator("main").inner_text()


@pytest.mark.parametrize("javascript", [True, False])
def test_nothing_typed_is_lost_by_changing_language_or_step_or_going_back(new_context, live_server, javascript):
    page = new_context(java_script_enabled=javascript).new_page()
    form = Form(page, live_server, "sv")
    form.begin()
    form.answer("p1", {"first_names": "Gun-Britt", "hetu": "010594", "email": "gun-britt@exa"})

    def typed():
        return [page.locator(f"[name='p1-{name}']").input_value() for name in ("first_names", "hetu", "email")]

    press(page, "Suomi")
    finnish = path(page), typed(), page.locator(".error-summary").count()
    press(page, "Svenska")
    form.press("Current home and need for housing")
    form.answer("home", {"reasons": ["other"]})
    form.press("Back")
    back = path(page), typed()
    page.goto(f"{form.at}application/home/")

    assert finnish == ("/fi/application/people/", ["Gun-Britt", "010594", "gun-britt@exa"], 0)
    assert back == ("/sv/application/people/", ["Gun-Britt", "010594", "gun-britt@exa"])
    assert page.locator("[name='home-reasons'][value='other']").is_checked()


def test_link_to_another_page_keeps_what_is_typed(page, live_server):
    form = Form(page, live_server, "en")
    form.begin()
    form.answer("p1", {"first_names": "Gun-Britt"})

    form.press("Privacy notice")
    read = path(page)
    page.goto(f"{form.at}application/people/")

    assert read == "/en/privacy/"
    assert page.locator("[name='p1-first_names']").input_value() == "Gun-Britt"


def test_fault_is_in_focus_and_leads_to_its_question(page, live_server):
    form = Form(page, live_server, "en")
    form.begin()
    form.answer("p1", {**MAIN, "hetu": "010594Y9033"})

    form.go_on()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").first.click()

    expect(page.locator("[name='p1-hetu']")).to_be_focused()
    assert broken_rules(page) == []


class Heard:
    """What assistive technology gets of one person's part of the form: Chromium's tree of accessibility."""

    ROLES = ("group", "heading", "textbox", "combobox", "checkbox")

    def __init__(self, page, prefix):
        session = page.context.new_cdp_session(page)
        root = session.send("DOM.getDocument")["root"]["nodeId"]
        part = session.send("DOM.querySelector", {"nodeId": root, "selector": f"#{prefix}"})["nodeId"]
        self.nodes = {
            (role, node["name"]["value"]): node
            for role in self.ROLES
            for node in session.send("Accessibility.queryAXTree", {"nodeId": part, "role": role})["nodes"]
        }

    def described(self):
        """Return of whatever has a hint or a fault the description that is read after its name."""
        texts = {name: node.get("description", {}).get("value") for (_, name), node in self.nodes.items()}
        return {name: text for name, text in texts.items() if text}

    def are(self, name, value):
        """Return the names of what has a property of this value."""
        return [
            named
            for (_, named), node in self.nodes.items()
            if any(each["name"] == name and each["value"].get("value") == value for each in node["properties"])
        ]


def test_person_is_heard_with_heading_labels_hints_and_faults(page, live_server):
    form = Form(page, live_server, "en")
    form.begin()
    form.answer("p1", {**MAIN, "hetu": "010594Y9033"})
    before = Heard(page, "p1")

    form.go_on()
    after = Heard(page, "p1")

    code = "Personal identity code"
    assert list(before.nodes) == [
        ("group", "Main applicant"),
        ("heading", "Main applicant"),
        ("textbox", "First names"),
        ("textbox", "Last name"),
        ("textbox", code),
        ("textbox", "Address"),
        ("textbox", "Municipality of residence"),
        ("textbox", "Email address"),
        ("textbox", "Phone number"),
        ("combobox", "Language of communication"),
        ("checkbox", "This person has a non-disclosure for personal safety"),
    ]
    assert before.are("level", 2) == ["Main applicant"]
    assert before.are("required", True) == [code]  # one name is enough
    assert before.described()["Email address"] == "We can send you emails only if you give an address."
    assert list(before.described()) == [
        "First names",
        code,
        "Address",
        "Email address",
        "Language of communication",
        "This person has a non-disclosure for personal safety",
    ]
    assert before.are("invalid", "true") == []
    fault = "Invalid personal identity code. Check it character by character. It should look like this: 131052-308T"
    assert after.nodes.keys() == before.nodes.keys()
    assert after.are("invalid", "true") == [code]
    assert after.described() == before.described() | {code: f"{before.described()[code]} {fault}"}


def test_session_warns_before_it_ends_also_who_is_not_signed_in(page, live_server):
    form = Form(page, live_server, "en")
    form.begin()
    page.clock.install()
    page.goto(f"{form.at}application/people/")

    page.clock.run_for(18 * 60 * 1000 + 1000)
    shown = page.get_by_role("alertdialog").is_visible()
    rules = broken_rules(page)
    page.get_by_role("alertdialog").get_by_role("button", name="Continue", exact=True).click()
    page.locator("#session-warning").wait_for(state="hidden")

    assert shown
    assert rules == []
    assert heading(page)


def test_form_closes_by_itself_and_saves_what_is_typed(page, live_server):
    """R21: nothing of it stays on the screen of a shared computer."""
    form = Form(page, live_server, "en")
    form.begin()
    form.answer("p1", MAIN)
    form.go_on()
    page.clock.install()
    page.goto(f"{form.at}application/home/")
    form.answer("home", {"dwelling": "flat", "reasons": ["too_small"], "rent": "89x"})

    page.clock.run_for(20 * 60 * 1000 + 1000)
    page.wait_for_url("**/application/closed/**")
    closed, text = heading(page), page.locator("main").inner_text()
    back = page.goto(f"{form.at}application/home/")

    assert closed == "The form was closed"
    assert "We will send the link to m••••@example.test." in text
    assert not [own for own in ("89x", MAIN["last_name"]) if own in text]
    assert "/application/closed/" in back.url
    assert drafts.form_data_of(Draft.objects.get())["home"]["rent"] == "89x"


def test_typing_puts_the_end_of_the_form_off(page, live_server):
    form = Form(page, live_server, "en")
    form.begin()
    page.clock.install()
    page.goto(f"{form.at}application/people/")
    for minute in range(3):
        page.clock.run_for(15 * 60 * 1000)
        with page.expect_response("**/application/stay/"):
            page.locator("[name='p1-first_names']").fill(f"Maija {'L' * minute}")

    assert path(page) == "/en/application/people/"
    assert not page.locator("#session-warning").is_visible()


def test_closed_browser_finds_the_application_again(new_context, live_server):
    context = new_context()
    form = Form(context.new_page(), live_server, "sv")
    form.begin()
    form.answer("p1", MAIN)
    form.go_on()
    kept = [cookie for cookie in context.cookies() if cookie["expires"] > 0]  # the others go with the browser
    again = new_context()
    again.add_cookies(kept)

    page = again.new_page()
    page.goto(f"{form.at}application/people/")

    assert [cookie["name"] for cookie in kept] == ["cookies", "draft"]
    assert page.locator("[name='p1-last_name']").input_value() == MAIN["last_name"]


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_that_was_sent_too_late_says_what_became_of_it_and_what_can_be_done(
    new_context, live_server, language, javascript
):
    context = new_context(java_script_enabled=javascript)
    page = context.new_page()
    form = Form(page, live_server, language)
    form.begin()
    form.answer("p1", MAIN)
    form.go_on()
    form.answer("home", {"reasons": ["too_small"]})
    [session] = [cookie["value"] for cookie in context.cookies() if cookie["name"] == "session"]
    SessionStore(session).delete()  # as after 20 idle minutes

    form.go_on()

    assert heading(page) == form.word("The form was closed")
    assert form.word("What you typed last has been saved:") in page.locator("main").inner_text()
    assert page.get_by_role("button", name=form.word("Send the link")).is_visible()
    assert page.get_by_role("link", name=WORDS[language].to_identification).is_visible()
    assert javascript is False or faults(page, language) == []


@in_each_font
def test_application_is_filled_in_and_sent_with_the_keyboard_alone(page, live_server):
    form, keyboard = Form(page, live_server, "en"), Keyboard(page)
    form.begin()

    def reach(name, value=None):
        """Press Tab until the focus is on a field, of several with that name on the one with that value."""
        for _ in range(MOST_TABS):
            keyboard.tab()
            focus = page.evaluate("({name: document.activeElement.name, value: document.activeElement.value})")
            if focus["name"] == name and value in {None, focus["value"]}:
                return
        raise AssertionError(f"{name} is not reached by the keyboard")

    def typed(name, text):
        reach(name)
        page.keyboard.type(text)

    def chosen(name, value):
        reach(name, value)
        page.keyboard.press("Space")

    def gone_on():
        with page.expect_navigation():
            page.keyboard.press("Enter")  # as anywhere in a form: it goes on, and removes nobody
        return path(page)

    typed("p1-first_names", "Maija")
    typed("p1-last_name", "Meikäläinen")
    typed("p1-hetu", cast.MAIJA["hetu"])
    assert gone_on() == "/en/application/home/"
    chosen("home-dwelling", "flat")
    chosen("home-reasons", "too_small")
    assert gone_on() == "/en/application/money/"
    typed("p1-monthly_gross", "2450")
    assert gone_on() == "/en/application/wishes/"
    chosen("wishes-purpose", "new")
    chosen("wishes-flat_types", "2")
    typed("wishes-highest_rent", "1100")
    assert gone_on() == "/en/application/summary/"
    chosen("assurance", None)
    assert gone_on() == "/en/application/sent/"

    assert Application.objects.get().names == "Maija Meikäläinen"
    assert keyboard.unseen == []


def test_long_label_goes_on_beside_its_box_on_a_small_phone(new_context, live_server):
    form = Form(new_context(viewport=PHONE).new_page(), live_server, "fi")
    form.begin()
    form.page.goto(f"{form.at}application/people/")
    boxes = """() => [...document.querySelectorAll("main [type=checkbox], main [type=radio]")]
        .filter(box => box.offsetParent).map(box => {
            const text = document.createRange();
            text.selectNodeContents(box.labels[0]);
            const lefts = [...text.getClientRects()].filter(line => line.width > 40).map(line => line.left);
            return Math.min(...lefts) >= box.getBoundingClientRect().right;
        })"""
    of_people = form.page.evaluate(boxes)
    form.page.goto(f"{form.at}application/home/")
    of_home = form.page.evaluate(boxes)

    assert of_people == [True]
    assert of_home == [True] * 16
