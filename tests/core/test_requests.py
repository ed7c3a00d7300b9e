"""The form of a page: empty, sent, or only shown again with what is typed."""

import pytest
from django import forms

from core.requests import form_of


class Example(forms.Form):
    name = forms.CharField(max_length=3)


def test_page_that_is_opened_has_its_form_as_it_begins(rf):
    form = form_of(rf.get("/?name=x"), Example, initial={"name": "Bo"})

    assert (form.is_bound, form["name"].value()) == (False, "Bo")


def test_form_that_is_sent_is_checked(rf):
    form = form_of(rf.post("/", {"name": "Maija"}), Example, initial={"name": "Bo"})

    assert (form.is_bound, form.is_valid(), form["name"].value()) == (True, False, "Maija")


@pytest.mark.parametrize("typed", ["", "Maija"])
def test_form_that_is_shown_again_holds_what_is_typed_and_is_not_checked(rf, typed):
    form = form_of(rf.post("/", {"name": typed, "show": ""}), Example, initial={"name": "Bo"})

    assert (form.is_bound, form["name"].value(), form.errors) == (False, typed, {})
