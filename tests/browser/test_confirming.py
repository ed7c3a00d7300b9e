"""J1: from the front page, or the housing system's link, to the receipt."""

import re

import pytest

from applications import terms
from applications.models import Application, Confirmation, TermsAcceptance
from demo import data
from tests.applications.factories import application, confirm, state
from tests.browser.journey import (
    LANGUAGES,
    PHONE,
    WORDS,
    Found,
    control,
    found,
    go_to_bank,
    heading,
    identify_as,
    notices,
    path,
    press,
    sign_in_at_bank,
    wider_than_the_screen,
)
from tests.cast import MAIJA, OLLI

# Title and heading of each page, and the name of its step.
PAGES = {
    "fi": [
        ("Hekan asuntohakemuksen vahvistaminen", "Vahvista asuntohakemuksesi", None),
        ("Evästeet", "Evästeet", "Evästeet"),
        ("Tunnistautuminen", "Tunnistaudu", "Tunnistautuminen"),
        ("Lue käyttöehdot", "Lue käyttöehdot", "Käyttöehdot"),
        ("Tarkista tiedot", "Tarkista tiedot", "Tarkistus ja vahvistus"),
        ("Kuitti – Voimassa", "Hakemuksesi on voimassa", "Kuitti"),
    ],
    "sv": [
        ("Bekräfta din Heka-bostadsansökan", "Bekräfta din bostadsansökan", None),
        ("Kakor", "Kakor", "Kakor"),
        ("Identifiering", "Identifiera dig", "Identifiering"),
        ("Läs användarvillkoren", "Läs användarvillkoren", "Användarvillkor"),
        ("Kontrollera uppgifterna", "Kontrollera uppgifterna", "Kontroll och bekräftelse"),
        ("Kvittering – Giltig", "Din ansökan är giltig", "Kvittering"),
    ],
    "en": [
        ("Confirm your Heka housing application", "Confirm your housing application", None),
        ("Cookies", "Cookies", "Cookies"),
        ("Identification", "Identify yourself", "Identification"),
        ("Read the terms of use", "Read the terms of use", "Terms of use"),
        ("Check the details", "Check the details", "Check and confirm"),
        ("Receipt – Valid", "Your application is valid", "Receipt"),
    ],
}


# Labels are those of the number, the method and the status on the receipt.
SENTENCES = {
    "fi": {
        "not yet": "Hakemuksesi ei ole vielä voimassa. Vahvista hakemus.",
        "waiting": "Odotamme, että Olli Öhman vahvistaa hakemuksen.",
        "until": "Hakemuksesi on voimassa {day.day}.{day.month}.{day.year} asti.",
        "labels": ("Hakemusnumero", "Tunnistautumistapa", "Hakemuksen tila"),
        "bank": "verkkopankkitunnukset",
        "awaiting": "Lähetetty – odottaa vahvistusta",
        "valid": "Voimassa",
    },
    "sv": {
        "not yet": "Din ansökan gäller inte ännu. Bekräfta ansökan.",
        "waiting": "Vi väntar på att Olli Öhman bekräftar ansökan.",
        "until": "Din ansökan gäller till och med {day.day}.{day.month}.{day.year}.",
        "labels": ("Ansökningsnummer", "Identifieringssätt", "Ansökans status"),
        "bank": "nätbankskoder",
        "awaiting": "Skickad – väntar på bekräftelse",
        "valid": "Giltig",
    },
    "en": {
        "not yet": "Your application is not valid yet. Confirm it.",
        "waiting": "We are waiting for Olli Öhman to confirm the application.",
        "until": "Your application is valid until {day.day} {day:%B} {day.year}.",
        "labels": ("Application number", "Identification method", "Application status"),
        "bank": "online banking codes",
        "awaiting": "Sent – waiting for confirmation",
        "valid": "Valid",
    },
}


def facts(page):
    """Return the receipt's rows."""
    rows = page.locator(".details > div").all()
    return {row.locator("dt").inner_text(): row.locator("dd").inner_text() for row in rows}


@pytest.mark.parametrize("language", LANGUAGES)
def test_application_is_confirmed_from_the_front_page_to_the_receipt(page, live_server, language):
    words, sent = WORDS[language], application(MAIJA)
    page.set_viewport_size(PHONE)
    seen, too_wide = [], []

    def look():
        seen.append(found(page))
        if wider_than_the_screen(page):
            too_wide.append(path(page))

    page.goto(f"{live_server.url}/{language}/")
    look()
    press(page, words.go)
    look()
    press(page, words.accept_cookies)
    look()
    go_to_bank(page, words)
    at_the_bank = page.locator("html").get_attribute("lang")
    identify_as(page, MAIJA, method="mobile")
    look()
    press(page, words.accept)
    look()
    press(page, words.confirm)
    look()

    assert seen == [Found(language, *texts) for texts in PAGES[language]]
    assert at_the_bank == language
    assert too_wide == []
    made = Confirmation.objects.get()
    assert state(sent) == "valid"
    assert (made.method, made.provider, made.level) == ("mobile", "demo", "http://demo.invalid/loatest2")
    assert (made.digest, made.terms, made.person.hetu) == (sent.version.digest, terms.current(), MAIJA["hetu"])
    assert TermsAcceptance.objects.get().person == made.person


@pytest.mark.parametrize("language", LANGUAGES)
def test_link_of_the_housing_system_leads_to_its_own_application(page, link, language):
    application(MAIJA)
    linked = application(MAIJA, OLLI)
    application(MAIJA)

    page.goto(link(linked, language))
    sign_in_at_bank(page, MAIJA, language=language)

    assert path(page) == f"/{language}/applications/{linked.number}/confirm/"
    assert page.locator("h2 .number").inner_text() == linked.number


@pytest.mark.parametrize("language", LANGUAGES)
def test_fixed_sentences_stand_on_the_pages_before_and_after_confirming(page, sign_in, link, language):
    sent, words, fixed = application(MAIJA, OLLI), WORDS[language], SENTENCES[language]
    sign_in(page.context, MAIJA)

    page.goto(link(sent, language))
    before = page.locator("main").inner_text()
    press(page, words.confirm)
    waiting = facts(page)
    waits_for = notices(page)
    confirm(sent, OLLI)
    page.reload()

    number, method, status = fixed["labels"]
    assert fixed["not yet"] in before
    assert fixed["waiting"] in waits_for[0]
    assert waiting[number] == sent.number
    assert waiting[method] == fixed["bank"]
    assert waiting[status] == fixed["awaiting"]
    assert facts(page)[status] == fixed["valid"]
    assert fixed["until"].format(day=sent.valid_until) in notices(page)[0]


def test_two_people_make_the_application_valid_each_in_their_language(page, new_context, link):
    sent = application(MAIJA, OLLI)
    page.goto(link(sent, "fi"))
    sign_in_at_bank(page, MAIJA, language="fi")
    press(page, "Vahvista hakemus")

    other = new_context().new_page()
    other.goto(link(sent, "sv"))
    sign_in_at_bank(other, OLLI, language="sv")
    press(other, "Bekräfta ansökan")

    page.reload()
    assert [heading(page), heading(other)] == ["Hakemuksesi on voimassa", "Din ansökan är giltig"]
    assert state(sent) == "valid"
    assert Confirmation.objects.count() == 2


def test_demo_person_is_let_in_with_one_press_and_may_confirm(page, live_server):
    data.load()
    page.goto(f"{live_server.url}/fi/")
    page.get_by_text("Kokeile demoa").click()
    page.get_by_role("link", name="Avaa linkki : Aino Aalto").click()
    press(page, "Hyväksy evästeet")
    go_to_bank(page, WORDS["fi"])

    page.get_by_role("button", name="Aino Aalto").click()
    press(page, "Hyväksy")
    press(page, "Vahvista hakemus")

    assert heading(page) == "Hakemuksesi on voimassa"


def test_language_chosen_on_the_way_stays(page, link):
    sent = application(MAIJA)
    seen = []
    page.goto(link(sent, "fi"))

    press(page, "Svenska")
    press(page, "Godkänn kakorna")
    seen.append(path(page))
    press(page, "English")
    go_to_bank(page, WORDS["en"])
    identify_as(page, MAIJA)
    seen.append(path(page))
    press(page, "Svenska")
    press(page, "Godkänn")
    seen.append(path(page))
    press(page, "Bekräfta ansökan")
    press(page, "English")
    seen.append(path(page))

    assert seen == [
        "/sv/identify/",
        "/en/terms/accept/",
        f"/sv/applications/{sent.number}/confirm/",
        f"/en/applications/{sent.number}/receipt/",
    ]


def is_in_sight(page, button):
    box = button.bounding_box()
    return box["y"] >= 0 and box["y"] + box["height"] <= page.viewport_size["height"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_button_is_on_the_first_screen_of_a_phone_and_again_at_the_end(page, sign_in, link, language):
    sign_in(page.context, MAIJA)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(link(application(MAIJA, OLLI), language))

    first, last = page.get_by_role("button", name=WORDS[language].confirm, exact=True).all()
    at_first = is_in_sight(page, first)
    with page.expect_navigation():
        last.click()

    assert at_first
    assert path(page).endswith("/receipt/")


def test_on_a_wide_screen_the_button_stays_beside_the_details(page, sign_in, link):
    sign_in(page.context, MAIJA)
    page.goto(link(application(MAIJA), "fi"))
    button = control(page, WORDS["fi"].confirm)  # the only one that is shown

    at_first = is_in_sight(page, button)
    page.get_by_role("link", name="Peru hakemus", exact=True).scroll_into_view_if_needed()

    assert (at_first, is_in_sight(page, button)) == (True, True)


@pytest.mark.parametrize("has_script", [True, False])
def test_what_is_folded_is_opened_by_a_press_and_printed_unopened(new_context, sign_in, link, has_script):
    page = new_context(java_script_enabled=has_script).new_page()
    sign_in(page.context, MAIJA)
    page.goto(link(application(MAIJA), "fi"))
    name, rent = page.get_by_text("Maija Liisa Meikäläinen", exact=True).last, page.get_by_text("890,00", exact=False)

    shown = name.is_visible(), rent.is_visible()
    page.get_by_text("Nykyinen asunto", exact=True).click()
    opened = rent.is_visible()
    page.emulate_media(media="print")

    assert (shown, opened) == ((True, False), True)
    assert all(row.is_visible() for row in page.locator(".details dd").all())


def test_receipt_is_printed_without_what_is_for_the_screen(page, sign_in, link):
    sent = application(MAIJA)
    sign_in(page.context, MAIJA)
    page.goto(link(sent))
    press(page, "Confirm application")

    page.emulate_media(media="print")

    for_the_screen = "nav, footer, .person, .steps, .skip, form, button, .no-print"
    assert [one.inner_html() for one in page.locator(for_the_screen).all() if one.is_visible()] == []
    assert page.get_by_text(sent.number).is_visible()
    assert page.get_by_text("Maija Liisa Meikäläinen", exact=True).last.is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_everything_comes_from_the_service_itself(page, live_server, watch, link):
    page.goto(link(application(MAIJA)))
    sign_in_at_bank(page, MAIJA)
    press(page, "Confirm application")

    # That nothing else is asked holds for every test here (the fixture); this one sees that it was looked at.
    kinds = {re.sub(r".*[./]", "", url.partition("?")[0]) for url in watch.requests}
    assert {"css", "js"} <= kinds
    assert page.locator("link[rel=icon]").get_attribute("href").startswith("/static/")  # the shell draws no icons
    assert Application.objects.get().state == "valid"
    assert control(page, "Log out").count() == 1
