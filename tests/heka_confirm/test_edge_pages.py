"""The pages that a proxy shows, or gunicorn itself, where no page of the service can be (deploy/pages)."""

import re

import pytest

from counter.models import Counter
from heka_confirm.web_worker import CODE
from tests.processes import ROOT
from tests.service_names import SERVICE_NAMES

PAGES = {path.stem: path.read_text() for path in sorted((ROOT / "deploy" / "pages").glob("*.html"))}
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1366, "height": 768}


def parts(page):
    """Return the texts of each language."""
    found = re.findall(r'<section(?: lang="(\w\w)")?>(.*?)</section>', page, re.DOTALL)
    return {language or "fi": text for language, text in found}


def test_there_is_a_page_for_each_status():
    assert list(PAGES) == ["413", "414", "431", "502", "503", "504"]


@pytest.mark.parametrize("status", PAGES)
def test_page_says_the_same_in_three_languages_and_leads_on(status):
    texts = parts(PAGES[status])

    assert list(texts) == list(SERVICE_NAMES)
    assert [f'<a href="/{language}/">' in text for language, text in texts.items()] == [True] * 3
    assert len({len(re.findall("<p>", text)) for text in texts.values()}) == 1
    assert all(name in PAGES[status].partition("<main>")[0] for name in SERVICE_NAMES.values())
    titles = [re.search(r"<h[12]>(.*?)</h[12]>", text)[1] for text in texts.values()]
    assert f"<title>{' / '.join(titles)} – {SERVICE_NAMES['fi']}</title>" in PAGES[status]


def test_pages_have_one_frame_and_one_style():
    frames = {re.sub(r"<title>.*?</title>|<section.*</section>", "", page, flags=re.DOTALL) for page in PAGES.values()}

    assert len(frames) == 1


@pytest.mark.parametrize("status", PAGES)
def test_page_needs_nothing_else(status):
    """Whoever serves it may have nothing else to give."""
    assert re.findall(r"<(?:link|img|script|iframe)|src=|url\(|@import|https?:", PAGES[status]) == []


@pytest.mark.parametrize("status", PAGES)
def test_there_is_one_place_for_the_code_in_each_language(status):
    """Before the links, which nginx and gunicorn look for."""
    assert [PAGES[status].count(f'<p><a href="/{language}/">') for language in CODE] == [1] * 3


def test_code_is_called_the_same_everywhere():
    template = (ROOT / "templates" / "errors" / "_in_three_languages.html").read_text()

    assert [template.count(f"<p>{text} <strong") for text in CODE.values()] == [1] * 3


NOT_CHANGED = {"fi": "Mitään ei muutettu.", "sv": "Ingenting ändrades.", "en": "Nothing was changed."}
TO_CHECK = {
    "fi": "tarkista silloin, tallentuiko vahvistus.",
    "sv": "kontrollera då om bekräftelsen sparades.",
    "en": "check then whether your confirmation was saved.",
}


@pytest.mark.parametrize("status", PAGES)
def test_only_a_page_for_what_never_reached_the_service_says_that_nothing_was_changed(status):
    texts = parts(PAGES[status])

    said, unsaid = (TO_CHECK, NOT_CHANGED) if status[0] == "5" else (NOT_CHANGED, TO_CHECK)
    assert {language: text for language, text in said.items() if text in texts[language]} == said
    assert [text for language, text in unsaid.items() if text in texts[language]] == []


@pytest.mark.parametrize("name", ["500", "503"])
def test_page_of_a_fault_says_to_check_in_each_language(name):
    page = (ROOT / "templates" / "errors" / f"{name}.html").read_text()

    assert [page.count(text) for text in TO_CHECK.values()] == [1] * 3
    assert [text for text in NOT_CHANGED.values() if text in page] == []


@pytest.mark.parametrize("status", PAGES)
def test_page_names_the_counter_as_it_is_built_in(status):
    built_in = Counter()
    street = {"fi": built_in.street_fi, "sv": built_in.street_sv, "en": built_in.street_fi}
    city = {"fi": built_in.city_fi, "sv": built_in.city_sv, "en": built_in.city_fi}

    for language, text in parts(PAGES[status]).items():
        address = f"{street[language].replace(' ', '&nbsp;')}, {built_in.postal_code} {city[language]}."
        assert address in text


@pytest.mark.parametrize("status", ["414", "431", "504"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_page_is_accessible_and_fits(page, axe, status, size):
    page.set_viewport_size(size)
    page.set_content(PAGES[status])

    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
