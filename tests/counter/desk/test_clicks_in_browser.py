"""What each kind of customer costs at the desk: buttons, pages and Tabs, by keyboard. With one more, these fail.

The pages are counted from the desk's first one, on which the search box has the focus, until it has it again.
"""

import pytest
from django.utils import translation
from django.utils.translation import gettext, pgettext
from playwright.sync_api import expect

from applications.models import Application, IdCheck
from identity.models import Account
from tests.applications.factories import application
from tests.browser.journey import Way
from tests.cast import MAIJA, OLLI, OTSO
from tests.counter.checks import ETHAN, end_of_code
from tests.counter.desk.arranged import address, checked, protect
from tests.counter.desk.test_desk_in_browser import logged_in

pytestmark = pytest.mark.django_db(transaction=True)
in_finnish_and_swedish = pytest.mark.parametrize("language", ["fi", "sv"])
LAPTOP = {"width": 1366, "height": 768}
MOST_TABS = 60
FOCUSED = """() => {
    const element = document.activeElement, label = element.labels && element.labels[0];
    return (label || element).innerText.trim().replaceAll("\\u00ad", "");
}"""
NAMESAKE = {**OTSO, "first_names": MAIJA["first_names"], "last_name": MAIJA["last_name"]}


class Desk:
    """The desk of an adviser with a keyboard and a scanner, who presses what has the focus."""

    def __init__(self, page, server, language, first="desk"):
        self.page, self.language, self.tabs = page, language, 0
        self.way = Way(page)
        page.set_viewport_size(LAPTOP)
        page.goto(server.url + address(first, language=language))

    def say(self, msgid, context=""):
        with translation.override(self.language):
            return pgettext(context, msgid) if context else gettext(msgid)

    def tab_to(self, msgid):
        """Move on to the field or button that is called so in the language of the page."""
        name = self.say(msgid)
        for _ in range(MOST_TABS):
            if self.page.evaluate(FOCUSED).startswith(name):
                return
            self.page.keyboard.press("Tab")
            self.tabs += 1
        raise AssertionError(f"{name} is not reached by the keyboard")

    def press(self, msgid, key="Enter"):
        self.tab_to(msgid)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def search(self, text):
        """Type into the search box, which has the focus, as a scanner does."""
        expect(self.page.locator("[name=text]:focus")).to_have_count(1)
        self.page.keyboard.type(text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def scan(self, sent, position=0):
        self.search(f"{sent.reference} {position + 1}")

    def fill_in(self, slot, until="31.12.2030"):
        """Fill in the check of a passport, from the first field to the two ticks."""
        expect(self.page.locator("[name=document_type]")).to_be_focused()
        self.page.keyboard.press("ArrowDown")
        self.tab_to("Last day of validity")
        self.page.keyboard.type(until)
        self.tab_to("Personal identity code on the document")
        self.page.keyboard.type(end_of_code(slot))
        for tick in ("The picture matches the person who is here", "The name matches"):
            self.tab_to(tick)
            self.page.keyboard.press("Space")

    def check(self, slot, then="Save and go on to confirm"):
        self.fill_in(slot)
        self.press(then)

    def ends_with_the_search_box(self):
        expect(self.page.locator("[name=text]:focus")).to_have_count(1)

    def cost(self):
        """Return how many buttons and pages it took, and how many Tabs."""
        return len(self.way.clicks), len(self.way.pages), self.tabs


@pytest.fixture
def at_desk(live_server, new_context):
    """Return a desk in a language."""

    def open_desk(language, role="adviser", **options):
        return Desk(logged_in(new_context(), live_server, role), live_server, language, **options)

    return open_desk


def slot_of(sent, position=0):
    return Application.objects.with_people().get(pk=sent.pk).applicants[position]


CONFIRMS = "The person confirms the application"


@in_finnish_and_swedish
def test_1_slip_and_confirming_here_is_three_buttons_and_four_pages(at_desk, language):
    sent = application(MAIJA)
    desk = at_desk(language)

    desk.scan(sent)
    box = desk.page.get_by_role("button", name=desk.say("Save and go on to confirm")).bounding_box()
    desk.check(slot_of(sent))
    desk.press(CONFIRMS)

    desk.ends_with_the_search_box()
    assert desk.way.clicks == [
        desk.say("Search", "verb"),
        desk.say("Save and go on to confirm"),
        desk.say(CONFIRMS),
    ]
    assert desk.cost() == (3, 4, 11)
    assert box["y"] + box["height"] <= LAPTOP["height"]
    sent.refresh_from_db()
    assert sent.state == "valid"


@in_finnish_and_swedish
def test_2_account_with_the_address_of_the_application_is_one_button_for_the_other(at_desk, language):
    sent = application(MAIJA)
    desk = at_desk(language)

    desk.scan(sent)
    desk.check(slot_of(sent), then="Save and create an account")
    address_read = desk.page.locator(".read-back").inner_text()
    desk.press("The address is right. Create account")

    desk.ends_with_the_search_box()
    assert desk.cost() == (3, 4, 12)
    assert address_read == slot_of(sent).email == Account.objects.get().email


@in_finnish_and_swedish
def test_3_co_applicant_without_an_address_costs_no_more(at_desk, language):
    sent = application(MAIJA, {**OLLI, "email": None})
    desk = at_desk(language)

    desk.scan(sent, 1)
    desk.check(slot_of(sent, 1))
    desk.press(CONFIRMS)

    desk.ends_with_the_search_box()
    assert desk.cost() == (3, 4, 12)
    assert slot_of(sent, 1).confirmed


@in_finnish_and_swedish
def test_4_somebody_without_a_code_and_a_foreign_passport(at_desk, language):
    sent = application(MAIJA, ETHAN)
    desk = at_desk(language)

    desk.scan(sent, 1)
    expect(desk.page.locator("[name=document_type]")).to_be_focused()
    desk.page.keyboard.press("ArrowDown")
    desk.tab_to("Country that issued it")
    desk.page.keyboard.type("Ghana")
    desk.tab_to("Last day of validity")
    desk.page.keyboard.type("31.12.2030")
    for tick in ("The picture matches the person who is here", "The name matches"):
        desk.tab_to(tick)
        desk.page.keyboard.press("Space")
    desk.press("Save and go on to confirm")
    desk.press(CONFIRMS)

    desk.ends_with_the_search_box()
    assert desk.cost() == (3, 4, 10)
    assert IdCheck.objects.get().country == "GH"


@in_finnish_and_swedish
def test_5_doubt_is_kept_open_with_one_part_of_the_form_more(at_desk, language):
    sent = application(MAIJA)
    desk = at_desk(language)

    desk.scan(sent)
    desk.fill_in(slot_of(sent))
    desk.tab_to("Something differs, is in doubt or needs a note")
    desk.page.keyboard.press("Enter")
    desk.tab_to("I am in doubt: somebody else will decide")
    desk.page.keyboard.press("Space")
    desk.tab_to("Note")
    desk.page.keyboard.type("The picture is old.")
    desk.press("Save and go on to confirm")

    assert desk.cost() == (2, 3, 14)
    assert IdCheck.objects.waiting().count() == 1


@in_finnish_and_swedish
def test_5_second_look_is_three_presses_and_ends_with_the_search_box(at_desk, language):
    sent = application(MAIJA)
    waiting = checked(sent, MAIJA, is_doubtful=True)
    desk = at_desk(language, role="supervisor")

    opened = address("desk_check_made", waiting.pk, language=language)
    desk.page.locator(f'a[href="{opened}"]').focus()
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    desk.press("Do the second review")
    desk.tab_to("Accept the check")
    desk.page.keyboard.press("Space")
    desk.tab_to("Reason")
    desk.page.keyboard.type("The same face.")
    desk.press("Save the decision")

    assert desk.cost()[:2] == (3, 4)
    assert IdCheck.objects.sound().count() == 1


@in_finnish_and_swedish
def test_6_expired_document_costs_one_more_button(at_desk, language):
    sent = application(MAIJA)
    desk = at_desk(language)

    desk.scan(sent)
    desk.fill_in(slot_of(sent), until="31.12.2025")
    desk.press("Save and go on to confirm")
    said = desk.page.locator(".error-summary").inner_text()
    desk.page.locator("[name=document_valid_until]").fill("31.12.2030")
    desk.tab_to("Personal identity code on the document")
    desk.page.keyboard.type(end_of_code(slot_of(sent)))
    desk.press("Save and go on to confirm")
    desk.press(CONFIRMS)

    desk.ends_with_the_search_box()
    assert desk.say("The document has expired. Ask for another one.") in said
    assert desk.cost()[:2] == (4, 5)


@in_finnish_and_swedish
def test_7_guardian_costs_no_more_buttons(at_desk, language):
    sent = application(MAIJA)
    desk = at_desk(language)

    desk.scan(sent)
    desk.fill_in(slot_of(sent))
    desk.tab_to("A guardian or proxy is here instead")
    desk.page.keyboard.press("Enter")
    desk.tab_to("Who is here instead")
    desk.page.keyboard.press("ArrowDown")
    for field, text in [
        ("Name of the guardian or proxy", "Edna Edunvalvoja"),
        ("Document that shows their right", "DVV 1"),
        ("Last day of the right to act", "31.12.2030"),
    ]:
        desk.tab_to(field)
        desk.page.keyboard.type(text)
    desk.press("Save and go on to confirm")
    desk.press("The representative confirms the application")

    desk.ends_with_the_search_box()
    assert desk.cost() == (3, 4, 16)
    assert "Edna Edunvalvoja" in desk.page.locator("main").inner_text()


@in_finnish_and_swedish
def test_8_protected_person_costs_no_more(at_desk, language):
    sent = application(MAIJA)
    protect(slot_of(sent))
    desk = at_desk(language)

    desk.scan(sent)
    desk.check(slot_of(sent))
    desk.press(CONFIRMS)

    desk.ends_with_the_search_box()
    assert desk.cost()[:2] == (3, 4)


@in_finnish_and_swedish
def test_9_wrong_one_of_two_namesakes_costs_two_presses_more(at_desk, language):
    wrong, right = application(NAMESAKE), application(MAIJA)
    desk = at_desk(language)

    desk.search("Meikäläinen")
    expect(desk.page.locator("main tbody th a").first).to_be_focused()
    hits = desk.page.locator("main tbody th a")
    first = hits.evaluate_all("links => links.map(link => link.getAttribute('href'))").index(
        address("desk_applicant", wrong.reference, 0, language=language)
    )
    for place in (first, 1 - first):
        desk.page.locator("main tbody th a").nth(place).focus()
        with desk.page.expect_navigation():
            desk.page.keyboard.press("Enter")
        if place == first:
            with desk.page.expect_navigation():
                desk.page.go_back()
    expect(desk.page.locator("[name=document_type]")).to_be_focused()
    desk.check(slot_of(right))
    desk.press(CONFIRMS)

    desk.ends_with_the_search_box()
    assert desk.cost()[:2] == (5, 7)


@in_finnish_and_swedish
def test_10_nobody_found_is_one_press_with_the_search_box_ready(at_desk, language):
    desk = at_desk(language)

    desk.search("Nobody")

    desk.ends_with_the_search_box()
    assert desk.cost() == (1, 2, 0)


@in_finnish_and_swedish
def test_11_check_is_undone_with_four_presses(at_desk, language):
    sent = application(MAIJA)
    made = checked(sent, MAIJA)
    desk = at_desk(language, role="supervisor")

    desk.scan(sent)
    opened = address("desk_check_made", made.pk, language=language)
    desk.page.locator(f'a[href="{opened}"]').focus()
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    desk.press("Undo the check")
    desk.tab_to("Reason")
    desk.page.keyboard.type("Wrong person.")
    desk.press("Undo the check")

    assert desk.cost()[:2] == (4, 5)
    assert IdCheck.objects.sound().count() == 0


@in_finnish_and_swedish
@pytest.mark.parametrize("role", ["adviser", "supervisor"])
def test_save_button_is_on_the_screen_where_others_may_be_here_too(at_desk, language, role):
    sent = application(MAIJA, OLLI, ETHAN)
    desk = at_desk(language, role=role)

    for position in (0, 2):
        desk.page.goto(desk.page.url.partition("/admin/")[0] + "/admin/desk/")
        desk.scan(sent, position)
        box = desk.page.get_by_role("button", name=desk.say("Save and go on to confirm")).bounding_box()
        assert box["y"] + box["height"] <= LAPTOP["height"]


@in_finnish_and_swedish
def test_household_takes_two_presses_more_for_each_who_came_along(at_desk, language):
    sent = application(MAIJA, OLLI)
    desk = at_desk(language)

    desk.scan(sent)
    desk.fill_in(slot_of(sent))
    desk.tab_to("Olli Öhman")
    desk.page.keyboard.press("Space")
    desk.press("Save and go on to confirm")
    desk.press(CONFIRMS)
    desk.check(slot_of(sent, 1))
    desk.press(CONFIRMS)

    desk.ends_with_the_search_box()
    assert desk.cost()[:2] == (5, 6)
    assert [bool(each.confirmed) for each in Application.objects.with_people().get(pk=sent.pk).applicants] == [
        True
    ] * 2


def test_scan_opens_the_person_wherever_the_focus_is(at_desk):
    first, second = application(MAIJA), application(OLLI)
    desk = at_desk("fi")
    desk.scan(first)
    expect(desk.page.locator("[name=document_type]")).to_be_focused()

    with desk.page.expect_navigation():
        desk.page.evaluate(
            """typed => [...typed, "Enter"].forEach(key => document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true})))""",
            f"{second.reference} 1",
        )

    desk.page.wait_for_url(f"**{address('desk_applicant', second.reference, 0, language='fi')}")


def test_slow_hand_is_no_scanner(at_desk):
    sent = application(MAIJA)
    desk = at_desk("fi")
    desk.scan(sent)
    field = desk.page.locator("[name=code]")

    field.press_sequentially("010594Y9032", delay=80)
    field.press("Enter")

    expect(desk.page.locator(".error-summary")).to_be_visible()
