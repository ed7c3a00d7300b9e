import datetime as dt

import pytest

from counter import searched


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("1.2.1990", ["1990-02-01"]),
        ("01.02.1990", ["1990-02-01"]),
        ("1/2/1990", ["1990-02-01"]),
        ("1-2-1990", ["1990-02-01"]),
        ("1990-02-01", ["1990-02-01"]),
        ("01021990", ["1990-02-01"]),
        ("1. helmikuuta 1990", ["1990-02-01"]),
        ("1 February 1990", ["1990-02-01"]),
        ("１．２．1990", ["1990-02-01"]),
        ("010290", ["1990-02-01"]),
        ("1.2.90", ["1990-02-01"]),
        ("1/2/90", ["1990-02-01"]),
        ("010210", ["1910-02-01", "2010-02-01"]),
        ("290200", ["2000-02-29"]),
        ("010594Y9032", []),
        ("010594-9032", []),
        ("0105949032", []),
        ("040 123 4567", []),
        ("K7M-P3X-Q4T", []),
        ("Maija May", []),
        ("1990", []),
        ("", []),
    ],
)
def test_date_of_birth_is_read_in_every_spelling(typed, days):
    assert searched.read_birth_dates(typed) == [dt.date.fromisoformat(day) for day in days]


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("31.2.1990", searched.NoSuchDate),
        ("31021990", searched.NoSuchDate),
        ("310290", searched.NoSuchDate),
        ("320190", searched.NoSuchDate),
        ("31.13.90", searched.NoSuchDate),
        ("1.2.1790", searched.NoSuchDate),
        ("2/1990", searched.DayMissing),
        ("helmikuu 1990", searched.DayMissing),
    ],
)
def test_date_that_is_none_is_refused(typed, refusal):
    with pytest.raises(refusal):
        searched.read_birth_dates(typed)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0401234567", "0401234567"),
        ("040 123 4567", "040 123 4567"),
        ("+358 40 123 4567", "+358 40 123 4567"),
        ("+358 (0)40 1234567", "+358 (0)40 1234567"),
        ("358401234567", "358401234567"),
        ("00358401234567", "00358401234567"),
        ("puh. 040/123 4567", "040 123 4567"),
        ("(09) 123 4567", "(09) 123 4567"),
        ("0400-123456", "0400-123456"),
        ("040\u2013123\u00a04567", "040-123 4567"),
        ("+46 70 123 45 67", "+46 70 123 45 67"),
        ("0105949032", "0105949032"),
        ("010594-9032", None),
        ("010594 -9032", None),
        ("010594-9033", None),
        ("010594-90322", None),
        ("010594+9032", None),
        ("010594Y9032", None),
        ("K7M-P3X-Q4T", None),
        ("Maija", None),
        ("1234567", None),
        ("", None),
    ],
)
def test_telephone_number_is_told_from_a_code(typed, number):
    assert searched.read_telephone(typed) == number


@pytest.mark.parametrize(
    "typed", ["040", "040 765", "+358 40", "+35", "0", "+", "+358 40 123 4567 890 123 456", "09 12"]
)
def test_telephone_number_that_is_not_whole_is_refused(typed):
    with pytest.raises(searched.NotATelephone):
        searched.read_telephone(typed)


@pytest.mark.parametrize("typed", ["maija@", "@example.test", "maija@example", "a@b@c", "maija liisa@example.test"])
def test_address_that_is_none_is_refused(typed):
    with pytest.raises(searched.NotAnAddress):
        searched.read_address(typed)


def test_address_is_read_as_it_is_stored():
    assert searched.read_address(" mailto:Maija@örn.se, ") == "Maija@xn--rn-eka.se"
    assert searched.read_address("Maija") is None


@pytest.mark.parametrize(
    ("typed", "may_be"), [("0105949032", True), ("010594 9032", True), ("0405949032", False), ("0105949", False)]
)
def test_ten_digits_may_be_a_code(typed, may_be):
    assert searched.may_be_code(typed) is may_be
