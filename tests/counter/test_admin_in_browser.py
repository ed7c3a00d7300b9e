"""The operator's pages in a browser: accessible, and what new terms change is seen before they are published."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from applications.models import Terms
from counter.opening import Span
from mailing.enums import Rank
from tests.browser.journey import DESKTOP, PHONE, wider_than_the_screen
from tests.counter.hours import set_hours
from tests.mailing.letters import queued
from tests.staff import sign_in_staff, staff

PAGES = [
    ("index", []),
    ("app_list", ["counter"]),
    ("statistics", []),
    ("password_change", []),
    ("password_change_done", []),
    ("identity_user_changelist", []),
    ("identity_user_add", []),
    ("mailing_letter_changelist", []),
    ("upstream_apiclient_add", []),
    ("upstream_webhookdelivery_changelist", []),
    ("counter_counter_history", [1]),
    ("counter_counter_change", [1]),
    ("counter_notice_add", []),
    ("counter_documenttype_add", []),
    ("applications_terms_add", []),
]


@pytest.fixture
def operator(live_server, page):
    client = sign_in_staff(Client(), staff("operator"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    return page


def address(name, language="en", args=()):
    with translation.override(language):
        return reverse(f"admin:{name}", args=args)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_pages_of_the_operator_are_accessible_on_a_desktop_and_a_small_phone(live_server, operator, axe, language):
    for rank in Rank:
        queued(rank.name, rank=rank)
    for name, args in PAGES:
        operator.set_viewport_size(DESKTOP)
        operator.goto(live_server.url + address(name, language, args))
        axe(operator)
        operator.set_viewport_size(PHONE)

        assert not wider_than_the_screen(operator), name


def test_links_of_lists_can_be_hit(live_server, operator):
    """WCAG 2.2, 2.5.8: 24 pixels."""
    operator.goto(live_server.url + address("identity_user_changelist"))
    links = operator.locator("#changelist-filter a, #changelist .toggle, .staff nav a").all()

    assert len(links) > 8
    assert [link.inner_text() for link in links if min(map(link.bounding_box().get, ("width", "height"))) < 24] == []


def test_letters_of_the_admin_are_neither_thin_nor_capital(live_server, operator):
    operator.goto(live_server.url + address("identity_user_changelist"))

    odd = """elements => elements.filter(each => {
        const look = getComputedStyle(each);
        return each.innerText && (look.fontWeight < 400 || look.textTransform !== "none");
    }).map(each => each.outerHTML)"""
    assert operator.locator("body *").evaluate_all(odd) == []


def test_new_terms_show_what_they_change_and_are_then_published(live_server, operator, axe):
    known = Terms.objects.count()
    operator.goto(live_server.url + address("applications_terms_add"))
    for language, text in {"Finnish": "Hei\n\nmaailma", "Swedish": "Hej", "English": "Hello"}.items():
        operator.get_by_label(f"Text in {language}").fill(text)
    operator.get_by_label("At once").check()
    operator.get_by_role("button", name="Check the changes").click()

    expect(operator.locator("[lang=fi] ins").last).to_contain_text("maailma")
    for size in (DESKTOP, PHONE):
        operator.set_viewport_size(size)
        axe(operator)
        assert not wider_than_the_screen(operator)
    assert Terms.objects.count() == known

    operator.get_by_role("link", name="Back to the text").click()
    expect(operator.get_by_label("Text in Swedish")).to_have_value("Hej")
    operator.go_back()
    with operator.expect_navigation():
        operator.get_by_role("button", name="Publish the new terms now").click()
    assert Terms.objects.latest().text_fi == "Hei\r\n\r\nmaailma"


@pytest.mark.parametrize(
    ("language", "monday", "opens"), [("fi", "Maanantai", "avautumisaika"), ("sv", "Måndag", "öppningstid")]
)
def test_hours_of_a_week_are_on_one_screen(live_server, operator, axe, counter, language, monday, opens):
    set_hours(counter, {weekday: [Span(dt.time(9), dt.time(15))] for weekday in range(5)})
    operator.set_viewport_size({"width": 1366, "height": 768})
    operator.goto(live_server.url + address("counter_counter_change", language, [1]))
    table = operator.locator(".hours table").first.bounding_box()
    save = operator.locator("[name=_save]").first
    assert save.bounding_box()["y"] < table["y"]
    assert table["y"] + table["height"] <= 768

    operator.get_by_label(f"{monday}: {opens}").fill("10.30")
    for size in (DESKTOP, PHONE):
        operator.set_viewport_size(size)
        axe(operator)
        assert not wider_than_the_screen(operator)
    with operator.expect_navigation():
        save.click()

    assert counter.weekly_hours.first().opens == dt.time(10, 30)


@pytest.mark.parametrize(("language", "shown"), [("fi", "Svenska"), ("sv", "Suomi")])
def test_terms_that_are_typed_stay_in_another_language_of_the_page(live_server, operator, language, shown):
    operator.goto(live_server.url + address("applications_terms_add", language))
    operator.locator("[name=text_sv]").fill("Hej")
    operator.get_by_role("button", name=shown).click()

    expect(operator.locator(f"html:not([lang={language}]) [name=text_sv]")).to_have_value("Hej")


def test_choice_in_a_form_is_one_line_where_there_is_room(live_server, operator):
    operator.set_viewport_size(DESKTOP)
    operator.goto(live_server.url + address("applications_terms_add", "fi"))

    heights = operator.locator("label:has([type=radio])").evaluate_all("all => all.map(each => each.offsetHeight)")

    assert heights
    assert max(heights) < 40


def test_what_is_wrong_with_a_form_is_seen_and_focused(live_server, operator, axe):
    operator.goto(live_server.url + address("counter_counter_change", args=[1]))
    operator.get_by_label("Email address").first.fill("x")
    operator.locator("[name=_save]").last.click()

    expect(operator.locator(".error-summary")).to_be_focused()
    for size in (DESKTOP, PHONE):
        operator.set_viewport_size(size)
        axe(operator)
        assert not wider_than_the_screen(operator)
    operator.get_by_role("link", name="Email address: ").click()
    expect(operator.locator("#id_email")).to_be_focused()


def test_notice_is_added_by_its_form(live_server, operator, page):
    operator.goto(live_server.url + address("counter_notice_add"))
    for language in ("Finnish", "Swedish", "English"):
        operator.get_by_label(f"Text in {language}").fill(f"Notice in {language}")
    operator.get_by_label("Shown until").fill("31.12.99")
    operator.get_by_label("Time of day").last.fill("12")

    with operator.expect_navigation():
        operator.get_by_role("button", name="Save", exact=True).click()

    assert operator.get_by_role("link", name="Notice in English").first.is_visible()
