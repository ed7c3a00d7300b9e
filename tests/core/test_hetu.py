import datetime as dt
import time

import pytest
import time_machine
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from core import hetu
from tests.core.spellings import CHECKS, code, codes, spellings

BORN = dt.date(1994, 5, 1)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC), tick=False):
        yield


@given(codes())
def test_every_code_is_read_and_holds_its_birth_date(made):
    text, born = made
    assert hetu.parse(text) == text
    assert hetu.birth_date(text) == born


@given(codes(), st.sampled_from("-‐‑‒–—―−﹣－"), st.sampled_from(["", " ", "\n", "\u00a0"]))
def test_lower_case_spaces_and_any_dash_are_read(made, dash, space):
    text = made[0]
    typed = space + text.lower().replace("-", dash) + space
    assert hetu.parse(typed) == text


@given(spellings())
def test_every_spelling_is_read(spelt):
    official, typed = spelt
    assert hetu.parse(typed) == official


@pytest.mark.parametrize(
    "typed",
    ["010594 Y9032", "010594y 9032", "01 05 94 Y 903 2", "\u200b010594Y\u00ad9032\ufeff", "010594\u202fY\u00a09032"],
)
def test_blanks_and_invisible_characters_inside_are_read(typed):
    assert hetu.parse(typed) == "010594Y9032"


@given(codes(), st.integers(0, 10), st.sampled_from(CHECKS + "GIOQZ+-"))
def test_a_code_with_one_wrong_character_is_refused_or_another_code(made, at, character):
    text = made[0]
    wrong = text[:at] + character + text[at + 1 :]
    if at == 6:  # the sign is not in the checksum: all eleven characters are compared for that reason
        return
    if wrong != text:
        with pytest.raises(hetu.InvalidHetu):
            hetu.parse(wrong)


@given(st.text(max_size=20))
def test_any_other_text_is_refused_and_never_an_error(text):
    with pytest.raises(hetu.InvalidHetu):
        hetu.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "010594Y903",
        "010594Y90322",
        "010594 9032",
        "0105949032",
        "310294Y9032",
        "010594G9032",
        "010594Y000P",
        "010594Y001R",
        "٠١٠٥٩٤Y٩٠٣2",
        "０10594Y9032",
        "010594Y9032\x00",
    ],
)
def test_a_wrong_form_is_refused(text):
    with pytest.raises(hetu.InvalidHetu):
        hetu.parse(text)


def test_a_letter_whose_capital_is_a_check_character_is_refused():
    wanted = next(number for number in range(2, 900) if code(BORN, number, "-").endswith("S"))
    right = code(BORN, wanted, "-")

    assert hetu.parse(right) == right
    with pytest.raises(hetu.InvalidHetu):
        hetu.parse(right[:-1] + "ſ")


def test_a_birth_date_ahead_is_refused_until_its_day_in_helsinki():
    tomorrow = code(dt.date(2026, 11, 22), 902, "A")
    with pytest.raises(hetu.InvalidHetu):
        hetu.parse(tomorrow)
    with time_machine.travel(dt.datetime(2026, 11, 21, 22, 30, tzinfo=dt.UTC), tick=False):
        assert hetu.parse(tomorrow) == tomorrow


@given(codes(st.integers(900, 999)))
def test_test_codes_are_refused_where_they_are_not_allowed(made):
    with override_settings(ALLOW_TEST_CODES=False), pytest.raises(hetu.InvalidHetu):
        hetu.parse(made[0])


@given(codes(st.integers(2, 899)))
def test_real_codes_are_read_where_test_codes_are_not_allowed(made):
    with override_settings(ALLOW_TEST_CODES=False):
        assert hetu.parse(made[0]) == made[0]


def test_the_same_digits_of_two_centuries_are_two_codes():
    old, new = (code(dt.date(year, 5, 1), 902, sign) for year, sign in ((1916, "-"), (2016, "A")))
    assert (hetu.parse(old), hetu.parse(new)) == (old, new)
    assert old.replace("-", "A") == new


@pytest.mark.parametrize(
    "text",
    [
        "1" * 50_000,
        "0 1 0 5 9 4 " * 5_000,
        "010594" + " " * 50_000,
        "010594" + "+" * 50_000,
        "010594" + "%20" * 20_000,
        "010594%" + "25" * 25_000,
        "010594" + "\\" * 50_000,
        "010594" + "&#12345678" * 5_000,
        "0%200%201%20" * 5_000,
        ("010594-9" + " " * 1_000) * 50,
        "0\u200b" * 25_000,
        "010594-9032" * 5_000,
    ],
    ids=range(12),
)
def test_time_grows_with_the_length_of_the_text_and_no_faster(text):
    def seconds(searched):
        before = time.thread_time()
        list(hetu.find_codes(searched))
        return time.thread_time() - before

    once, four_times = (min(seconds(each) for _ in range(3)) for each in (text, text * 4))

    assert four_times < once * 10 + 0.1  # sixteen times, if it grew with the square
