import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import references
from applications.references import ALPHABET, LENGTH, ReferenceConverter
from core.text import UNAMBIGUOUS, without_lookalikes

numbers = st.builds(references.new)
LOOKALIKES = {"5": "S", "8": "B", "2": "Z", "6": "G"}
places = st.integers(0, LENGTH - 1)


def test_new_is_nine_unambiguous_characters():
    number = references.new()

    assert len(number) == LENGTH
    assert set(number) <= set(UNAMBIGUOUS)
    assert not set(UNAMBIGUOUS) & set("01AEIOULSBZG")


def test_new_is_random():
    assert len({references.new() for _ in range(200)}) == 200


@given(numbers)
def test_number_is_found_to_be_right(number):
    assert references.normalise_reference(number) == number


@given(numbers, places, st.sampled_from(ALPHABET))
def test_single_wrong_character_is_found(number, place, wrong):
    typed = number[:place] + wrong + number[place + 1 :]

    is_same = without_lookalikes(wrong) == number[place]
    assert references.normalise_reference(typed) == (number if is_same else None)


@given(numbers, st.data())
def test_a_number_read_with_the_letter_that_looks_like_its_digit_is_the_number(number, data):
    typed = "".join(data.draw(st.sampled_from([c, LOOKALIKES.get(c, c)])) for c in number)

    # Right by chance with the letters, it may be a number that was made with them: then it is that one.
    found = references.normalise_reference(typed)
    assert found == number or (found == typed and sum(a != b for a, b in zip(typed, number, strict=True)) > 1)


@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_numbers_made_with_letters_that_look_like_digits_stay_what_they_are(body):
    made = [body + last for last in ALPHABET if references.normalise_reference(body + last) == body + last]

    for number in made:
        assert references.normalise_reference(number.lower()) == number


@given(numbers, st.integers(0, LENGTH - 2))
def test_swapped_neighbours_are_found(number, place):
    one, other = number[place : place + 2]

    typed = number[:place] + other + one + number[place + 2 :]

    assert references.normalise_reference(typed) == (number if one == other else None)


@given(numbers, st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖ\u0000٣", min_size=1), places)
def test_lost_or_added_characters_are_found(number, more, place):
    assert references.normalise_reference(number[:place] + number[place + 1 :]) is None
    assert references.normalise_reference(number[:place] + more + number[place:]) is None


BETWEEN = ["", " ", "-", "–", "−", "\u00a0", "‑", "\n", "\u200b", "\u00ad", "\u200e"]


@given(numbers, st.lists(st.sampled_from(BETWEEN), min_size=10, max_size=10), st.data())
def test_typed_variants_are_one_number(number, between, data):
    letters = [data.draw(st.sampled_from([c, c.lower()])) for c in number]

    typed = "".join(gap + letter for gap, letter in zip(between, [*letters, ""], strict=True))

    assert references.normalise_reference(typed) == number


@given(st.text())
def test_any_text_is_a_number_or_none(text):
    number = references.normalise_reference(text)

    assert number is None or references.normalise_reference(references.display(number)) == number


def test_display_is_grouped():
    assert references.display("K7MP3XQ4T") == "K7M-P3X-Q4T"


@given(numbers)
def test_address_holds_the_displayed_number(number):
    converter = ReferenceConverter()

    assert converter.to_url(number) == references.display(number)
    assert converter.to_python(converter.to_url(number).lower()) == number


def test_address_with_a_wrong_number_is_none():
    with pytest.raises(ValueError, match="Not an application number"):
        ReferenceConverter().to_python("222-222-222")


def test_every_swap_of_neighbours_is_found_wherever_it_stands():
    """Not by luck: the whole table of remainders and pairs."""

    def after(remainder, *values):
        for value in values:
            remainder = (2 * remainder + value) % references.MODULUS
        return remainder

    characters = range(len(ALPHABET))
    missed = [
        (one, other)
        for remainder in range(references.MODULUS)
        for one in characters
        for other in characters
        if one != other and after(remainder, one, other) == after(remainder, other, one)
    ]

    assert missed == []
