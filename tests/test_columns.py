"""What a form, the REST interface or a setting lets through fits into the column in which it is stored.

PostgreSQL refuses a text that is longer than its column, and the person would see an error page.
"""

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError

from applications import document
from applications.models import Applicant, Confirmation, Draft, ErrorReport, IdCheck, Origin
from counter.models import ExceptionalHours, Feedback, SecondLook, Undoing
from identity import claims, providers
from identity.models import Account, LinkRequest, Person, User
from tests import cast
from tests.identity.test_checks import entry
from tests.test_every_field_asks import FORMS
from upstream.models import ApiClient, Intake, WebhookEndpoint

assert FORMS  # every module of ours is imported, and so every form

# Where each line of text of a form is stored. A new form stands here, or below with those that are stored nowhere.
STORED = {
    ("ContactDetailsForm", "email"): [Applicant],
    ("ContactDetailsForm", "phone"): [Applicant],
    ("NewContactDetailsForm", "email"): [Applicant],
    ("NewContactDetailsForm", "phone"): [Applicant],
    ("ShownContactDetailsForm", "email"): [Applicant],
    ("ShownContactDetailsForm", "phone"): [Applicant],
    ("Applicant", "email"): [Applicant],
    ("CoApplicant", "email"): [Applicant],
    ("MainApplicant", "email"): [Applicant],
    **{
        (form, field): [Applicant]
        for form in ("Applicant", "CoApplicant", "MainApplicant", "Oneself", "Human")
        for field in ("first_names", "last_name")
    },
    **{(form, "phone"): [Applicant] for form in ("Applicant", "CoApplicant", "MainApplicant")},
    ("applications.forms.AddressForm", "email"): [Applicant],
    ("identity.forms.AddressForm", "email"): [Account, LinkRequest],
    ("AccountForm", "email"): [Account],
    **{
        (form, field): [User]
        for form in ("StaffForm", "InvitationForm")
        for field in ("username", "first_name", "last_name", "email")
    },
    ("LinkForm", "email"): [Draft],
    ("ErrorReportForm", "text"): [ErrorReport],
    **{
        (form, field): [IdCheck]
        for form in ("CheckForm", "PaperForm")
        for field in ("name_reason", "note", "representative_name", "basis_document")
    },
    ("FeedbackForm", "email"): [Feedback],
    ("DecisionForm", "reason"): [SecondLook],
    ("UndoForm", "reason"): [Undoing],
    ("WebhookEndpointForm", "url"): [WebhookEndpoint],
    ("ApiClientForm", "name"): [ApiClient],
    **{("ApiClientForm", name): [Origin] for name in ("name_fi", "name_sv", "name_en", "change_link")},
    **{("ExceptionalDayForm", f"reason_{code}"): [ExceptionalHours] for code in ("fi", "sv", "en")},
}
# Within what is encrypted, in the trail's JSON, compared with something, or in a column without a length.
NOWHERE = {
    **dict.fromkeys(["TermsForm", "HomeAndNeed", "SharedHome", "OwnIncome", "Resident", "Unborn", "Wishes"]),
    **dict.fromkeys(["SharedWishes", "CodeForm", "ConfirmForm", "ConfirmHereForm", "ReceiptForm", "SearchForm"]),
    **dict.fromkeys(
        [
            "ActivateForm",
            "AddKeyForm",
            "KeyForm",
            "KeyAgainForm",
            "CodeAgainForm",
            "LogInForm",
            "PasswordAgainForm",
            "PasswordForm",
        ]
    ),
    "NewPasswordForm": None,
    **dict.fromkeys(["StaffPasswordForm", "StretchForm"]),
    "ExceptionalDayForm": {"date", "opens", "closes"},
    **dict.fromkeys(["EraseForm", "EmailCodeForm", "PeriodForm"]),
    "FeedbackForm": {"text", "form_key"},  # encrypted, and a UUID
    "CheckForm": {"code", "document_valid_until", "basis_valid_until"},  # compared, and not kept (C2); days
    "PaperForm": {"code", "document_valid_until", "basis_valid_until", "made_on", "made_at"},  # likewise
    **{name: {"hetu", "birth_date", "address", "municipality"} for name in ("Applicant", "CoApplicant", "Human")},
    **{name: {"hetu", "birth_date", "address", "municipality"} for name in ("MainApplicant", "Oneself")},
}
ROOMS = ("privacy", "counter", "upstream", "applications", "identity", "mailing", "records", "heka_confirm")


def descendants(kind):
    for each in kind.__subclasses__():
        yield each
        yield from descendants(each)


def typed():
    """Return every field for text of our own forms, by form and name."""
    for form in set(descendants(forms.BaseForm)):
        if form.__module__.split(".")[0] in ROOMS:
            for name, field in getattr(form, "base_fields", {}).items():
                if isinstance(field, forms.CharField):
                    yield form, name, field


def places(form, name):
    return STORED.get((f"{form.__module__}.{form.__name__}", name)) or STORED.get((form.__name__, name))


def too_long(name, most):
    """Return a value that is right but for its length."""
    if name == "email":
        return "a" * 60 + "@" + ".".join(["b" * 60] * (most // 61)) + "." + "c" * (most % 61 + 1) + ".test"
    return "0" * (most + 1) if name == "phone" else "x" * (most + 1)


def test_every_text_of_a_form_is_known_with_its_column():
    unknown = [
        (form.__name__, name)
        for form, name, _field in typed()
        if places(form, name) is None
        and (form.__name__ not in NOWHERE or name not in (NOWHERE[form.__name__] or {name}))
    ]

    assert unknown == []


def test_no_form_takes_what_its_column_refuses():
    taken = []
    for form, name, field in typed():
        for model in places(form, name) or []:
            try:
                field.clean(too_long(name, model._meta.get_field(name).max_length))
            except ValidationError:
                continue
            taken.append((form.__name__, name, model.__name__))

    assert taken == []


@pytest.mark.parametrize("name", ["first_names", "last_name", "email", "phone"])
def test_housing_system_sends_nothing_that_its_column_refuses(name):
    value = too_long(name, Applicant._meta.get_field(name).max_length)

    with pytest.raises(document.InvalidDocument):
        document.parse(cast.document(main_applicant=cast.applicant(cast.MAIJA, **{name: value})))


def test_number_of_the_housing_system_fits():
    with pytest.raises(document.InvalidDocument):
        document.parse(cast.document(reference="1" * (Intake._meta.get_field("reference").max_length + 1)))


def test_what_a_broker_says_fits():
    provider, level = (Confirmation._meta.get_field(name).max_length for name in ("provider", "level"))
    names = {Person._meta.get_field(name).max_length for name in ("first_names", "last_name")}

    assert (provider, level) == (providers.LONGEST_ID, providers.LONGEST_LEVEL)
    assert {claims.LONGEST_NAME} == names


@pytest.mark.parametrize("wrong", [{"id": "x" * 41}, {"acr_accepted": ["x" * 201]}, {"acr_accepted": [1]}])
def test_provider_that_no_confirmation_could_name_is_refused_at_the_start(wrong):
    with pytest.raises(providers.InvalidProvider):
        providers.parse(entry(**wrong))


def test_addresses_are_equally_long_in_every_column():
    columns = [
        field
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if field.get_internal_type() == "EmailField" or type(field).__name__ == "EmailField"
    ]

    assert {field.max_length for field in columns} == {User._meta.get_field("email").max_length} == {254}
