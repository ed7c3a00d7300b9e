"""One spelling means the same at every door: the form, the REST interface, the import and the desk.

Nobody loses an application, an address or a code to what a telephone or a word processor put into it.
"""

import contextlib
import datetime as dt
import time
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.forms import ChoiceField

from applications import references
from applications.document import parse
from applications.form import fields, home, money, people, wishes
from applications.forms import ContactDetailsForm
from counter import search
from counter.desk.forms import CheckForm, LineField, NewContactDetailsForm, ShownContactDetailsForm
from identity import accounts
from tests import cast
from tests.test_columns import typed

UNSEEN = "\u200b\u202a\ufeff"


def sent(**details):
    """Return the main applicant of an application that the housing system sends, as it is stored."""
    data = cast.document()
    data["main_applicant"] |= details
    return parse(data).main_applicant


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("email", f"{UNSEEN} maija@example.test\u00a0\u202c", "maija@example.test"),
        ("email", "maija@exa\u00admple.test", "maija@example.test"),
        ("email", "maija@o\u0308rn.se", "maija@xn--rn-eka.se"),
        ("phone", "\u202a+358\u00a040\u00a0123\u20114567\u202c", "+358 40 123-4567"),
        ("phone", "puh. ０４０ １２３ ４５６７", "040 123 4567"),
        ("address", f"A\u030angstro\u0308minkuja\u00a01{UNSEEN}", "Ångströminkuja 1"),
        ("municipality", f" {UNSEEN}Sipoo ", "Sipoo"),
        ("first_names", f"{UNSEEN}A\u030asa\u00a0 Maria", "Åsa Maria"),
        ("last_name", "Öhman\u2011Virtanen", "Öhman\u2011Virtanen"),
        ("hetu", f"010594\u00a0y 9032{UNSEEN}", "010594Y9032"),
    ],
)
def test_a_person_is_stored_alike_by_form_and_housing_system(kind, typed, stored):
    assert getattr(sent(**{kind: typed}), kind) == stored
    assert people.MainApplicant.base_fields[kind].clean(typed) == stored


@pytest.mark.parametrize("form", [ContactDetailsForm, NewContactDetailsForm, ShownContactDetailsForm])
def test_contact_details_are_stored_alike_by_their_owner_and_at_the_desk(form):
    details = {
        "email": f"{UNSEEN}maija@example.test ",
        "phone": "\u202a040\u2013123\u00a04567\u202c",
        "language": "fi",
    }

    filled_in = form(details)

    assert filled_in.is_valid()
    assert (filled_in.cleaned_data["email"], filled_in.cleaned_data["phone"]) == ("maija@example.test", "040-123 4567")


@pytest.mark.parametrize("typed", ["31.12.2030", "31/12/2030", "31. 12. 2030", "2030-12-31", "31‑12‑2030"])
def test_a_day_is_read_alike_in_the_form_and_at_the_desk(typed):
    assert fields.DayField().clean(typed) == dt.date(2030, 12, 31)
    assert CheckForm.base_fields["document_valid_until"].clean(typed) == dt.date(2030, 12, 31)


def test_no_day_is_asked_in_a_field_that_each_browser_fills_in_its_own_way():
    pages = [path for path in Path("templates").rglob("*.html") if 'type="date"' in path.read_text()]

    assert [
        (form.__name__, name) for form, name, field in typed() if getattr(field.widget, "input_type", "") == "date"
    ] == []
    assert pages == []


def test_a_day_and_a_sum_that_the_housing_system_pads_are_read():
    data = cast.document()
    data["content"]["need"]["homeless_since"] = " 2026-10-01\u00a0"
    data["main_applicant"]["income"]["monthly_gross"] = " 2450.50 "

    stored = parse(data)

    assert stored.content.need.homeless_since == dt.date(2026, 10, 1)
    assert stored.main_applicant.income.monthly_gross == Decimal("2450.50")


def test_an_email_that_the_housing_system_pads_does_not_cost_the_application():
    assert sent(email=" maija@example.test\n").email == "maija@example.test"


@pytest.mark.parametrize("typed", [" Maija@Example.test", f"{UNSEEN}maija@example.test", "mailto:maija@example.test"])
def test_an_account_is_found_by_its_address_however_it_was_pasted(typed):
    assert accounts.normal(typed) == "maija@example.test"


@pytest.mark.parametrize("between", ["-", "", " ", "\u00a0", "–", "\u2011", "\u2212", UNSEEN])
def test_an_application_number_is_read_whatever_stands_between(between):
    number = references.new()
    groups = references.display(number).split("-")

    assert references.normalise_reference(between.join(groups).lower()) == number


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["010594Y9032", " 010594y\u00a09032", f"010594 Y 9032{UNSEEN}"])
def test_the_desk_finds_a_code_however_it_was_pasted(typed):
    assert search.search(typed).hits == []  # a search by code, and no complaint about the code


def test_a_line_at_the_desk_is_stored_without_what_nobody_sees():
    assert LineField().clean(f" new{UNSEEN} la\u0308st\u00a0name ") == "new läst name"


@pytest.mark.parametrize("repeated", ["+", "+a", "1 ", " ", "."])
def test_nobody_waits_because_somebody_else_has_sent_a_very_long_answer(repeated):
    """Reading takes the square of the length: a second became ten minutes, for everybody whom the worker serves."""
    asked = [people.MainApplicant, home.HomeAndNeed, money.OwnIncome, wishes.Wishes, ContactDetailsForm]
    began = time.process_time()  # of ours alone, however busy the machine is

    for field in [field for form in asked for field in form.base_fields.values()]:
        if not isinstance(field, ChoiceField):
            with contextlib.suppress(ValidationError):
                field.clean(f"1{repeated * 10_000}!")

    assert time.process_time() - began < 5
