"""An empty field is told what to write in it: nobody is left with "This field is required"."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from django import forms
from django.utils import translation

ROOMS = ("applications", "counter", "identity", "privacy", "upstream", "heka_confirm")
# Never shown empty by a page of ours: hidden, filled in by the page, or Django's own admin.
HIDDEN = {("ConfirmForm", "version"), ("ConfirmHereForm", "version"), ("ConfirmHereForm", "terms")}
HIDDEN |= {(form, "credential") for form in ("AddKeyForm", "KeyForm", "KeyAgainForm")}
# Forms of allauth and Django, whose fields are replaced when the form is made.
REPLACED = {"ActivateForm", "CodeAgainForm", "CodeForm", "LogInForm", "PasswordAgainForm", "StaffPasswordForm"}


def every_form():
    """Return every form class that our rooms define."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for found in pkgutil.walk_packages(package.__path__, f"{room}."):
            if ".migrations." not in found.name and not found.name.endswith("wsgi"):
                importlib.import_module(found.name)
    return sorted(_below(forms.BaseForm), key=lambda form: (form.__module__, form.__name__))


def _below(form):
    for each in form.__subclasses__():
        if each.__module__.split(".")[0] in ROOMS and not issubclass(each, forms.BaseModelForm):
            yield each
        yield from _below(each)


FORMS = list(dict.fromkeys(every_form()))


def test_the_forms_are_found():
    assert Path(__file__).parent.parent.joinpath("applications").is_dir()
    assert len(FORMS) > 20


def required_fields(forms_of_ours=FORMS):
    """Return each field that a page of ours shows and that must not be left empty."""
    return [
        field
        for form in forms_of_ours
        if not (form.__module__ == "identity.forms" and form.__name__ in REPLACED)
        for name, field in form.base_fields.items()
        if field.required and (form.__name__, name) not in HIDDEN
    ]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.__module__}.{form.__name__}")
def test_every_required_field_says_what_to_write(form):
    default = forms.Field.default_error_messages["required"]

    assert [field.label for field in required_fields([form]) if field.error_messages["required"] == default] == []


@pytest.mark.parametrize(
    ("language", "verbs"),
    [("en", "Enter|Choose|Tick|Write"), ("fi", "Kirjoita|Valitse"), ("sv", "Skriv|Välj|Kryssa")],
)
def test_what_an_empty_field_is_told_begins_with_what_to_do(language, verbs):
    with translation.override(language):
        told = {str(field.error_messages["required"]) for field in required_fields()}

    assert [text for text in sorted(told) if not re.match(rf"({verbs})\b.*\.$", text)] == []
