"""Fields about the person at the keyboard tell the browser what they are for (WCAG 1.3.5), and others do not."""

import pytest
from django.utils import translation

from applications.form.home import HomeAndNeed
from applications.form.people import CoApplicant, MainApplicant, Oneself, Resident, Unborn
from applications.forms import AddressForm, ContactDetailsForm
from applications.views.drafts import LinkForm
from counter.desk.forms import NewContactDetailsForm, ShownContactDetailsForm
from counter.views import FeedbackForm
from identity.forms import AddressForm as AccountAddressForm
from identity.forms import LogInForm, NewPasswordForm, PasswordAgainForm, PasswordForm, StaffPasswordForm
from tests.test_every_field_asks import FORMS

# By https://www.w3.org/TR/WCAG21/#input-purposes.
NAMES = {"first_names": "given-name", "last_name": "family-name"}
HOME = {"address": "address-line1", "municipality": "address-level2"}
CONTACT = {"email": "email", "phone": "tel", "language": "language"}
STEP = {"prefix": "p1", "typed": None, "is_checked": False}
OWN = [
    (lambda: MainApplicant(**STEP), {**NAMES, **HOME, **CONTACT}),
    (lambda: Oneself(**STEP), {**NAMES, **HOME}),
    (lambda: HomeAndNeed(**STEP), {"address": "address-line1"}),
    (ContactDetailsForm, CONTACT),
    (LinkForm, {"email": "email"}),
    (FeedbackForm, {"email": "email"}),
    (AccountAddressForm, {"email": "email"}),
    (LogInForm, {"login": "username", "password": "current-password"}),
    (lambda: NewPasswordForm(user=None), {"password": "new-password"}),
    (lambda: PasswordForm(user=None), {"password": "new-password"}),
]
OTHERS = [lambda form=form: form(**STEP) for form in (CoApplicant, Resident, Unborn)]
OTHERS += [AddressForm, NewContactDetailsForm, ShownContactDetailsForm]
NO_PURPOSE = {None, "off", "one-time-code"}


def tokens(form):
    return {name: field.widget.attrs.get("autocomplete") for name, field in form.fields.items()}


@pytest.mark.parametrize(("form", "purposes"), OWN)
def test_field_about_oneself_names_its_purpose(form, purposes):
    assert {name: token for name, token in tokens(form()).items() if token not in NO_PURPOSE} == purposes


@pytest.mark.parametrize("form", OTHERS)
def test_browser_does_not_fill_in_what_it_knows_of_oneself_as_the_details_of_another(form):
    assert {name: token for name, token in tokens(form()).items() if token not in NO_PURPOSE} == {}


def test_no_other_form_names_a_purpose():
    known = (MainApplicant, Oneself, HomeAndNeed, ContactDetailsForm, LinkForm, FeedbackForm, AccountAddressForm)
    passwords = (LogInForm, NewPasswordForm, PasswordAgainForm, StaffPasswordForm)
    with translation.override("en"):
        others = {
            form.__name__: found
            for form in FORMS
            if not any(issubclass(form, each) for each in (*known, *passwords))
            if (found := {f.widget.attrs.get("autocomplete") for f in form.base_fields.values()} - NO_PURPOSE)
        }

    assert others == {}
