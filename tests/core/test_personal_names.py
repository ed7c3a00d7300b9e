import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.personal_names import LONGEST_NAME, NotAName, joined_name, personal_name


@pytest.mark.parametrize(
    "name",
    [
        "Maija",
        "Åsa-Maria",
        "J. R.",
        "King Jr.",
        "Anna-L. Maria",
        "O'Neill",
        "d’Arc",
        "‘Olu",
        "ʻAnela",
        "Mała`",
        "Gal·la",
        "Juan Carlos III",
        "Ⅲ",
        "Đặng Thị Ngọc",
        "Ólafur",
        "王",
        "Анна‑Мария",
        "محمد",
        "علی\u200cرضا",
        "क्\u200dष",
        "ณัฐ",
        "Virtanen - Korhonen",
        "de la Cruz y Santos von der Aue",
    ],
)
def test_name_of_anybody_in_the_world_is_taken(name):
    assert personal_name(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "’",
        ".",
        "foo.fi",
        "Visit bank.fi",
        "https://foo.fi",
        "foo\u2024fi",
        "foo\u3002fi",
        "maija@example.test",
        "J.R.",
        ".Maija",
        "Maija .",
        "Maija..",
        "Maija 2",
        "Maija ٣",
        "King, Jr.",
        "Sofia/Sofie",
        "Maija (os. Virtanen)",
        "Maija!",
        "Maija_",
        "<b>",
        "Maija & Olli",
        "Anna\u200d-Maria",
        "Gal··la",
        "\u0301Maija",
        "a" + "\u0323\u0301" * 4,
        "one two three four five six seven eight nine",
        "a" * (LONGEST_NAME + 1),
        "\u0958" * LONGEST_NAME,  # two characters each in NFC: the column would be too short
    ],
)
def test_what_is_no_name_is_refused(text):
    with pytest.raises(NotAName):
        personal_name(text)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Maija\u00a0 Liisa ", "Maija Liisa"),
        ("O\u0308hman", "Öhman"),
        ("\ufeffMai\u00adja\u200b", "Maija"),
        ("Maija\u200d", "Maija"),
        ("O\u200b\u0308hman", "Öhman"),
        ("Maija\u200f", "Maija"),
    ],
)
def test_name_has_one_form(typed, name):
    assert personal_name(typed) == name


@given(st.text(st.characters(categories=["L", "M", "Zs", "Pd", "Cf"]), max_size=40))
def test_form_of_a_name_stays_as_it_is(text):
    try:
        name = personal_name(text)
    except NotAName:
        return

    assert personal_name(name) == name
    assert unicodedata.is_normalized("NFC", name)


@pytest.mark.parametrize(
    ("first_names", "last_name", "name"),
    [("Maija", "Öhman", "Maija Öhman"), ("Maija", "", "Maija"), (None, "Öhman", "Öhman"), ("", None, "")],
)
def test_one_name_is_a_whole_name(first_names, last_name, name):
    assert joined_name(first_names, last_name) == name
