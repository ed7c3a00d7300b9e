import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.days import DayMissing, NoSuchDay, NotADay, ShortYear, read_day
from tests.core.spellings import BLANKS, DASHES, INVISIBLE

DAY = dt.date(1990, 2, 1)


@pytest.mark.parametrize(
    "typed",
    [
        *("1.2.1990", "01.02.1990", "1. 2. 1990", "1 .2 .1990", "1.2.1990.", "1/2/1990", "1 / 2 / 1990", "1⁄2⁄1990"),
        *("1-2-1990", "1–2–1990", "1‑2‑1990", "1 2 1990", "1,2,1990", "01021990", "１．２．１９９０"),
        *("1990-02-01", "1990-2-1", "1990/2/1", "1990.2.1", "\u200b1.2.1990\ufeff", "\u00a01.\u00a02.\u00a01990"),
        *(
            "1. helmikuuta 1990",
            "1.helmikuuta 1990",
            "1 Helmikuu 1990",
            "1 februari 1990",
            "1 feb 1990",
            "1 Feb. 1990",
        ),
        *("1 February 1990", "1.feb.1990"),
    ],
)
def test_whoever_writes_a_day_as_they_are_used_to_is_understood(typed):
    assert read_day(typed) == DAY


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        *[(each, ShortYear) for each in ["1.2.90", "1/2/90", "1.2.'90"]],
        *[
            (each, NoSuchDay)
            for each in ["31.2.1990", "1.13.1990", "12/31/1990", "1990-13-01", "0.1.1990", "1.2.0194"]
        ],
        *[(each, NotADay) for each in ["", "kesällä", "1.2.", "2.1990.1", "1 2 3 1990", "1.2.1990 klo 12", "1990"]],
        *[(each, NotADay) for each in ["١.٢.١٩٩٠", "1 februari mars 1990", "1.2.19900"]],
    ],
)
def test_what_has_no_one_meaning_is_refused_with_its_reason(typed, reason):
    with pytest.raises(NotADay) as refused:
        read_day(typed)

    assert type(refused.value) is reason


@pytest.mark.parametrize("typed", ["10/2026", "10.2026", "10 2026", "lokakuu 2026", "oktober 2026", "October 2026"])
def test_a_month_alone_is_known_for_one(typed):
    with pytest.raises(DayMissing) as refused:
        read_day(typed)

    assert (refused.value.month, refused.value.year) == (10, 2026)


@pytest.mark.parametrize("typed", ["311230", "31.12.30", "31/12/30", "31-12-30", "31 12 30", "31.12.'30", "31.12.30."])
def test_a_year_of_two_digits_is_of_the_century_that_the_question_leaves(typed):
    assert read_day(typed, century=2000) == dt.date(2030, 12, 31)


@pytest.mark.parametrize("typed", ["311230", "31.12.30", "31 12 30"])
def test_a_year_of_two_digits_is_nobodys_year_of_birth(typed):
    with pytest.raises(NotADay):
        read_day(typed)


@pytest.mark.parametrize(("typed", "reason"), [("310230", NoSuchDay), ("991230", NoSuchDay), ("31123", NotADay)])
def test_a_day_in_six_digits_is_in_the_calendar(typed, reason):
    with pytest.raises(NotADay) as refused:
        read_day(typed, century=2000)

    assert type(refused.value) is reason


@given(
    st.dates(dt.date(1850, 1, 1), dt.date(2199, 12, 31)),
    st.sampled_from([".", "/", " ", *DASHES]),
    st.lists(st.sampled_from([*BLANKS, *INVISIBLE, ""]), min_size=4, max_size=4),
)
def test_every_sign_and_blank_between_leaves_the_day_what_it_is(day, sign, gaps):
    before, first, second, after = gaps

    assert read_day(f"{before}{day.day}{first}{sign}{day.month}{sign}{second}{day.year}{after}") == day
    assert read_day(day.isoformat()) == read_day(f"{day:%d%m%Y}") == day


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_refused(typed):
    with suppress(NotADay):
        assert read_day(typed).year >= 1850
