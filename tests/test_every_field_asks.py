"""An empty field is told what to write in it: nobody is left with "This field is required"."""

import importlib
import pkgutil
from pathlib import Path

import pytest
from django import forms
from django.utils import translation

ROOMS = ("applications", "counter", "identity", "privacy", "upstream", "heka_confirm")
# Never shown empty by a page of ours: hidden, filled in by the page, or Django's own admin.
HIDDEN = {("ConfirmForm", "version"), ("ConfirmHereForm", "version"), ("ConfirmHereForm", "terms")}
HIDDEN |= {("AddKeyForm", "credential")}
# Forms of allauth, whose fields are replaced when the form is made.
REPLACED = {"ActivateForm", "CodeAgainForm", "CodeForm", "LogInForm", "PasswordAgainForm"}


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


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.__module__}.{form.__name__}")
def test_every_required_field_says_what_to_write(form):
    with translation.override("en"):
        default = str(forms.Field.default_error_messages["required"])
        plain = [
            name
            for name, field in form.base_fields.items()
            if field.required
            and not (form.__module__ == "identity.forms" and form.__name__ in REPLACED)
            and (form.__name__, name) not in HIDDEN
            and str(field.error_messages.get("required")) == default
        ]

    assert plain == []
