"""An application's number in what scanners type, and what is none."""

import pytest

from applications import references
from core.text import UNAMBIGUOUS
from counter.scanned import find_number
from tests.cast import MAIJA, OLLI, TEA, VERA, VILLE

# As a scanner that is set to an American keyboard writes a link on a computer that is set to another one.
FINNISH = str.maketrans({":": "Ö", "/": "-", "-": "+", "?": "_", "=": "´", "&": "/"})
GERMAN = str.maketrans(
    {":": "Ö", "/": "-", "-": "ß", "?": "_", "=": "´", "&": "/", "y": "z", "z": "y", "Y": "Z", "Z": "Y"}
)
NUMBER, LETTERS, WITH_Y = "K7MP4XQ3R", "TJCYXXMYV", "J9YCMTFQK"
LINK = "https://confirm.example.fi/fi/confirm/{grouped}/?from=slip&person=1"


def test_numbers_of_the_table_are_numbers():
    found = [references.normalise_reference(number) for number in (LETTERS, WITH_Y, NUMBER)]
    assert found == [LETTERS, WITH_Y, NUMBER]


@pytest.mark.parametrize("number", [NUMBER, LETTERS, WITH_Y])
@pytest.mark.parametrize(
    "typed",
    [
        "{number}",
        "{number}\r",
        "{number}\t",
        " {number} \r\n",
        "{grouped}",
        "{lower}",
        "]Q3{number}",
        "]C1{number}\r",
        "]d2{number}",
        "]Q3{grouped}",
        "]q3{lower}\t",
        "¨Q3{number}",
        "+Q3{number}",
        "}}q3{lower}",
        "Q3{number}",
        "{number}/1",
        "{number}?person=1",
        "{number}-1",
        "?number={number}&person=1",
        "_number´{number}/person´1",
        "]Q3https://confirm.example.fi/sv/confirm/{grouped}/",
        LINK,
        "Hakemus {grouped}",
        "{spaced}",
        "nro: {number}.",
    ],
)
def test_number_is_found_in_what_is_scanned_and_typed(number, typed):
    grouped = references.display(number)
    forms = {"number": number, "grouped": grouped, "lower": number.lower(), "spaced": grouped.replace("-", " ")}

    assert find_number(typed.format(**forms)) == number


@pytest.mark.parametrize("number", [NUMBER, LETTERS, WITH_Y])
@pytest.mark.parametrize("has_caps_lock", [False, True])
@pytest.mark.parametrize("keyboard", [FINNISH, GERMAN])
@pytest.mark.parametrize("scanned", ["{number}", "]Q3{number}\r", "{number}/1", LINK])
def test_number_is_found_whatever_keyboard_the_computer_has(number, keyboard, has_caps_lock, scanned):
    typed = scanned.format(number=number, grouped=references.display(number)).translate(keyboard)

    if has_caps_lock:
        typed = "".join(sign if sign == "ß" else sign.swapcase() for sign in typed)  # in Python ß would become SS

    assert find_number(typed) == number


def test_accent_above_the_first_letter_is_a_gap():
    assert find_number("_number" + "Ḱ" + NUMBER[1:]) == NUMBER


@pytest.mark.parametrize(
    "typed",
    [
        *(who[part] for who in (MAIJA, OLLI, TEA, VERA, VILLE) for part in ("first_names", "last_name", "hetu")),
        "Åsa-Maria Öhman-Lindqvist",
        "Christensen",
        "Nguyễn Thị Minh Khai",
        "010594-9032",
        "]C1010594-9032",
        "040 123 4567",
        "+358 40 123 4567",
        "040 234 567",
        "+46 734 567 892",
        "1.2.1990",
        "24121990",
        f"{NUMBER}@example.test",
        f"{NUMBER.lower()}@example.test",
        "K7M4P-3XQ4T",
        "Q6VW-WCN7",
        "K7MP3XQ4",
        "K7MP3XQ4TT",
        f"A{NUMBER}",
        f"AB{NUMBER}C",
        "K7M-P3X-Q4",
        "",
        "]Q3",
    ],
)
def test_what_is_no_number_is_taken_for_none(typed):
    assert find_number(typed) is None


@pytest.mark.parametrize("place", range(references.LENGTH))
def test_scanned_number_with_one_wrong_character_is_none(place):
    wrong = [NUMBER[:place] + other + NUMBER[place + 1 :] for other in UNAMBIGUOUS if other != NUMBER[place]]

    assert [typed for typed in wrong if find_number(f"]Q3{typed}\r") is not None] == []
