"""The words of docs/glossary.md in the catalogues: texts fixed to the letter, and each term as its table has it."""

import pytest
from django.utils.html import strip_tags

from tests.as_read import as_read
from tests.test_catalogues import PLACEHOLDER, ROOT, catalogue
from tests.test_rules import GLOSSARY, rows

FIXED = rows(GLOSSARY.read_text(), "## Fixed texts")
TERMS = rows(GLOSSARY.read_text(), "# Glossary")
NOT_READ = "–"  # of a word that stands in code only
OF_ANOTHER_THING = {"of the alphabet"}  # contexts in which a word is not the term


def read(text):
    """Return a text as the glossary writes it: %(day)s is {day}."""
    return PLACEHOLDER.sub(
        lambda found: "{" + found[0][2:-2] + "}" if found[0].startswith("%(") else found[0], as_read(text)
    )


def translated():
    """Return what each text in the code is in Finnish and in Swedish, once for each context."""
    swedish = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in catalogue("sv")}
    return [
        (entry.msgctxt, read(entry.msgid), read(entry.msgstr), read(swedish[entry.msgctxt, entry.msgid]))
        for entry in catalogue("fi")
        if not entry.msgid_plural
    ]


TRANSLATED = translated()


def forms(cell):
    """Return what a heading or label may say for a cell: "skickad, skickat (…)" is two forms."""
    return [form.partition(" (")[0].casefold() for form in cell.split(", ")]


# --- Fixed texts -----------------------------------------------------------------------------------------


def test_glossary_has_the_texts_that_the_leaflets_fix():
    assert len([english for english, *_, source in FIXED if source.startswith("*leaflet*")]) >= 12


@pytest.mark.parametrize(
    ("english", "finnish", "swedish"),
    [row[:3] for row in FIXED if not row[3].startswith(("not used", "`templates/"))],
    ids=lambda cell: cell,
)
def test_fixed_text_is_the_same_to_the_letter(english, finnish, swedish):
    assert {(fi, sv) for _context, text, fi, sv in TRANSLATED if text == english} == {(finnish, swedish)}


@pytest.mark.parametrize("row", [row for row in FIXED if row[3].startswith("`templates/")], ids=lambda row: row[0])
def test_fixed_text_of_a_page_in_three_languages_stands_in_it(row):
    *texts, source = row
    pages = [strip_tags((ROOT / path).read_text()) for path in source.split("`") if path.startswith("templates/")]

    assert pages
    assert [text for text in texts for page in pages if text not in page] == []


def test_text_that_is_marked_as_not_used_is_not():
    unused = {row[0] for row in FIXED if row[3].startswith("not used")}

    assert [text for _context, text, _fi, _sv in TRANSLATED if text in unused] == []


# --- Terms -----------------------------------------------------------------------------------------------


def labels():
    """Return each term that is a whole text, with its cells of the table and what the catalogues say."""
    for english, finnish, swedish, _note in TERMS:
        for context, text, fi, sv in TRANSLATED:
            if text.casefold() in {english.casefold(), *forms(english)} and context not in OF_ANOTHER_THING:
                yield text, forms(finnish), fi.casefold(), forms(swedish), sv.casefold()


def test_terms_are_found_in_the_catalogues():
    assert len(list(labels())) > 70


def test_heading_or_label_that_is_a_term_is_in_each_language_as_the_glossary_has_it():
    assert [
        (text, fi, sv)
        for text, finnish, fi, swedish, sv in labels()
        if NOT_READ in (*finnish, *swedish) or fi not in finnish or sv not in swedish
    ] == []
