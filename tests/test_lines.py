"""What a line never ends within: numbers and codes, times, and numbers with units.

docs/texts.md says which of them are kept together by what; every page is asked in tests/pages/test_lines.py.
"""

import re
from html.parser import HTMLParser

import pytest
from django.utils.safestring import SafeString

from heka_confirm.templatetags.numbers import unbroken
from tests.test_texts import texts

CODE = re.compile(r"(?<![/-])\b[0-9A-Z]{3,6}(?:-[0-9A-Z]{3,5})+\b(?<!SHA-256)")  # a web address may break
NUMBER = r"(?:\d|%\(\w+\)[sd])"
# A no-break space stands in each of these, in the language.
APART = {
    "fi": rf"\bklo (?=[\d%])|{NUMBER} (?:päiv|vuot|vuosi|kuukau|minuut|sekun|tunti|tuntia|merk|huone|€|m²)|katu \d",
    "sv": rf"\bkl\. (?=[\d%])|{NUMBER} (?:dagar|dag\b|år\b|månad|minut|sekund|timm|tecken|rum\b|€|m²)|gatan \d",
    "en": r"\b\d\d? (?:January|February|March|April|May|June|July|August|September|October|November|December)\b",
}


class Read(HTMLParser):
    """The texts of a page that are broken into lines, each with whether it is kept together."""

    def __init__(self, page):
        super().__init__()
        self.found, self._open = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag not in {"br", "hr", "img", "input", "link", "meta", "path", "wbr"}:
            self._open.append((tag, (dict(attributes).get("class") or "").split()))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tags, classes = {tag for tag, _ in self._open}, {name for _, names in self._open for name in names}
        # Lines of an example are broken where they must be.
        if not tags & {"title", "option", "textarea", "script", "style", "pre"}:
            is_kept = bool({"number", "visually-hidden"} & classes)
            # A message that people copy has plain spaces.
            self.found.append((data, is_kept, "blockquote" in tags))


def torn(page, language):
    """Return what a line of a page may end within."""
    for text, is_kept, is_copied in Read(page).found:
        yield from [] if is_kept else CODE.findall(text)
        yield from [] if is_kept or is_copied else re.findall(APART[language], text)


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_catalogue_keeps_times_and_units_together(language):
    apart = re.compile(APART[language])
    copied = "Työpajankatu 8", "Verkstadsgatan 8"  # in the message that people copy

    assert [t for t in texts(language) if apart.search(t) and not any(each in t for each in copied)] == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hakemus K7M-P3X-Q4T", ["K7M-P3X-Q4T"]),
        ("K7MP-3XQ4, K7M4P-3XQ4T", ["K7MP-3XQ4", "K7M4P-3XQ4T"]),
        ("esimerkiksi 131052-308T.", ["131052-308T"]),
        ("+358 40 123 4567 tai 09 310 00000", ["+358 40 123 4567", "09 310 00000"]),
        ("Työpajankatu 8, Verkstadsgatan 8 B 12", ["Työpajankatu 8", "Verkstadsgatan 8 B 12"]),
        ("00580 Helsinki, 2027-02-14, Vuokra-asunnon haku, 1-2", []),
    ],
)
def test_numbers_and_codes_in_a_text_are_kept_together(text, kept):
    assert re.findall(r'<span class="number">([^<]+)</span>', unbroken(text)) == kept


@pytest.mark.parametrize("attribute", ["/x?code=ABC-DEF", "09 310 00000"])
def test_attributes_of_a_text_that_is_markup_already_stay_as_they_are(attribute):
    link = f'<a href="{attribute}">{{}}</a>'

    assert unbroken(SafeString(link.format("K7MP-3XQ4"))) == link.format('<span class="number">K7MP-3XQ4</span>')


def test_text_with_a_number_is_escaped():
    assert unbroken("<b>K7M-P3X-Q4T") == '&lt;b&gt;<span class="number">K7M-P3X-Q4T</span>'
