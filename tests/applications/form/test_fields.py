import datetime as dt
from decimal import Decimal

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from applications.form.fields import (
    DayField,
    FloorAreaField,
    HetuField,
    MoneyField,
    WholeAreaField,
    WholeField,
    as_typed,
    day_as_typed,
    euros_as_typed,
    masked,
)
from applications.form.people import MainApplicant
from tests import cast

LANGUAGES = ["fi", "sv", "en"]
NBSP, NARROW, THIN = "\u00a0", "\u202f", "\u2009"


def taken(field, typed):
    try:
        return field.clean(typed)
    except forms.ValidationError:
        return "refused"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "euros"),
    [
        ("1100", "1100"),
        ("1 100", "1100"),
        (f"1{NBSP}100", "1100"),
        (f"1{NARROW}100,5", "1100.5"),
        (f"1{THIN}100", "1100"),
        ("1100,50", "1100.50"),
        ("1100.50", "1100.50"),
        ("1,100.50", "1100.50"),
        ("1.100,50", "1100.50"),
        ("1.100", "1100"),
        ("1,100", "1100"),
        ("1'100", "1100"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567", "1234567"),
        ("1100 €", "1100"),
        ("€1100", "1100"),
        ("1100,50€", "1100.50"),
        ("1100 euroa", "1100"),
        ("1100 EUR", "1100"),
        ("1100,-", "1100"),
        ("1 100:-", "1100"),
        ("0", "0"),
        ("0,5", "0.5"),
        ("99999999.99", "99999999.99"),
    ],
)
def test_sum_means_the_same_in_every_language(language, typed, euros):
    with translation.override(language):
        assert taken(MoneyField(), typed) == Decimal(euros)


@pytest.mark.parametrize(
    "typed",
    ["-1", "1-2", "abc", "1100.505", "0.500", "1,10,50", "12.34.56", "1 100 x", "1e3", "1_000", "٣", "1" + 8 * "0"],
)  # fmt: skip
def test_sum_that_is_none(typed):
    assert taken(MoneyField(), typed) == "refused"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1.2.2027", "2027-02-01"),
        ("01.02.2027", "2027-02-01"),
        (" 1. 2. 2027 ", "2027-02-01"),
        ("2027-02-01", "2027-02-01"),
        ("2027-2-1", "2027-02-01"),
        ("29.2.2028", "2028-02-29"),
        ("1/2/2027", "2027-02-01"),
        ("1.2.27", "refused"),
        ("30.2.2027", "refused"),
        ("2027-13-01", "refused"),
        ("1.2.0194", "refused"),
        ("1 February 2027", "2027-02-01"),
        ("١.٢.٢٠٢٧", "refused"),
    ],
)
def test_day_means_the_same_in_every_language(language, typed, day):
    with translation.override(language):
        assert str(taken(DayField(), typed)) == day


@pytest.mark.parametrize(
    ("field", "typed", "number"),
    [
        (FloorAreaField(least=1), "28,5", Decimal("28.5")),
        (FloorAreaField(least=1), "28.5 m²", Decimal("28.5")),
        (FloorAreaField(least=1), "28 m2", Decimal(28)),
        (FloorAreaField(least=1), "28,50", Decimal("28.5")),
        (FloorAreaField(least=1), "28,55", "refused"),
        (FloorAreaField(least=1), "0,5", "refused"),
        (WholeAreaField(least=1, most=500), "40 m²", 40),
        (WholeAreaField(least=1, most=500), "40,0", 40),
        (WholeAreaField(least=1, most=500), "40,5", "refused"),
        (WholeAreaField(least=1, most=500), "501", "refused"),
        (WholeField(most=50), "0", 0),
        (WholeField(most=50), "3.", "refused"),
        (WholeField(least=1, most=50), "0", "refused"),
    ],
)
def test_number_of_another_kind(field, typed, number):
    assert taken(field, typed) == number


@pytest.mark.parametrize("field", [MoneyField, DayField, HetuField, WholeField])
def test_nothing_is_no_fault_where_nothing_is_asked(field):
    assert taken(field(required=False), "  ") is None
    assert taken(field(), "  ") == "refused"


@given(st.decimals(0, Decimal("99999999.99"), places=2), st.sampled_from(LANGUAGES))
def test_sum_is_read_as_it_is_written(amount, language):
    with translation.override(language):
        assert taken(MoneyField(), as_typed(amount)) == taken(MoneyField(), euros_as_typed(amount)) == amount


@given(st.dates(min_value=dt.date(1850, 1, 1)))
def test_day_is_read_as_it_is_written(day):
    assert taken(DayField(), day_as_typed(day)) == day


@pytest.mark.parametrize(
    ("typed", "shown"),
    [(cast.MAIJA["hetu"], "010594Y••••"), (" 010594y9032", "010594Y••••"), ("010594Y9033", "010594Y9033"), ("", "")],
)
def test_code_is_masked_once_it_is_in_order(typed, shown):
    assert masked(typed) == shown


def test_answers_in_words():
    with translation.override("fi"):
        assert MoneyField().in_words("1100.5") == "1\u00a0100,50\u00a0€"
        assert MoneyField().in_words("paljon") == "paljon"
        assert DayField().in_words("2027-02-01") == "1.2.2027"
        assert FloorAreaField().in_words("28.5") == "28,5\u00a0m²"


def test_what_one_form_shows_of_its_fields_changes_no_other_form():
    typed = {"hetu": cast.MAIJA["hetu"]}
    unmasked, other = (MainApplicant(prefix=one, typed=typed) for one in ("p1", "p2"))
    assert unmasked.is_valid() is other.is_valid()
    unmasked.unmask()
    later = MainApplicant(prefix="p3", typed=typed)
    assert f'value="{typed["hetu"]}"' in str(unmasked["hetu"])
    for form in (other, later):
        assert typed["hetu"] not in str(form["hetu"])
        assert form.fields["last_name"] is unmasked.fields["last_name"]
