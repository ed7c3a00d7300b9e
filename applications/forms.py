from collections.abc import Callable
from typing import Any

import pydantic
from django import forms
from django.utils.translation import gettext_lazy as _

from applications import facts, receipts, references
from core import hetu
from core.addresses import EmailField
from identity.enums import Language

LONGEST_REPORT = 1000  # characters


def fits(kind: Any, message: Any) -> Callable[[str], None]:
    """Return a validator that accepts what the housing system may send as this kind of fact (facts.py)."""
    adapter = pydantic.TypeAdapter(kind)

    def check(value: str) -> None:
        try:
            adapter.validate_python(value)
        except pydantic.ValidationError:
            raise forms.ValidationError(message) from None

    return check


def no_personal_identity_code(text: str) -> None:
    """Refuse a text that holds what looks like a code: it would go out in a letter (R17)."""
    if hetu.contains_code(text):
        raise forms.ValidationError(_("Leave the personal identity code out of your text."))


class ProseField(forms.CharField):
    """Text of several lines. A line end counts as one character, though browsers send two."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class ConfirmForm(forms.Form):
    """Names the version that the person read, by its digest."""

    version = forms.CharField(max_length=64)

    @property
    def read(self) -> str:
        """The digest; empty for anything that cannot be one, which matches no version."""
        return str(self.cleaned_data["version"]) if self.is_valid() else ""


class CodeForm(forms.Form):
    """The code of an invitation, typed from the letter."""

    code = forms.CharField(
        label=_("Code from your letter"),
        help_text=_("The code has 8 characters. Small and capital letters are the same."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class ReceiptForm(forms.Form):
    """The number and the check code of a receipt or certificate, as they are stored; the code may be cut short."""

    number = forms.CharField(
        label=_("Number of the receipt or certificate"),
        help_text=_("The number has 9 characters, for example K7M-P3X-Q4T."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    check_code = forms.CharField(
        label=_("Check code"),
        help_text=_("The first 16 characters are enough. Spaces and capital letters make no difference."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_number(self) -> str:
        number = references.normalise_reference(self.cleaned_data["number"])
        if number is None:
            raise forms.ValidationError(_("Check the number. One of its characters is wrong or missing."))
        return number

    def clean_check_code(self) -> str:
        code = receipts.normalise_check_code(self.cleaned_data["check_code"])
        if code is None:
            raise forms.ValidationError(
                _("Type at least the first 16 characters of the check code. They are digits and letters from a to f.")
            )
        return code


class CertificateForm(forms.Form):
    """The language in which a certificate is issued."""

    language = forms.ChoiceField(
        label=_("Language of the certificate"),
        choices=Language,
        widget=forms.RadioSelect,
    )


class AddressForm(forms.Form):
    """Another address for a co-applicant's invitation. The present one is theirs, so it is not shown."""

    email = EmailField(
        label=_("New email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class ContactDetailsForm(forms.Form):
    """The contact details that each applicant corrects for themselves."""

    email = EmailField(
        label=_("Email address"),
        help_text=_("We can send you letters only if you give an address."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        required=False,
        validators=[fits(facts.Phone, _("Check the phone number. It should look like this: +358 40 123 4567"))],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    language = forms.ChoiceField(
        label=_("Language of communication"),
        help_text=_("We write your letters in this language."),
        choices=Language,
    )


class ErrorReportForm(forms.Form):
    """What a co-applicant finds wrong, for the main applicant to read."""

    text = ProseField(
        label=_("What is wrong"),
        help_text=_("The main applicant gets your text as you write it. Do not write personal identity codes."),
        max_length=LONGEST_REPORT,
        validators=[fits(facts.Prose, _("The text has characters that cannot be sent.")), no_personal_identity_code],
        widget=forms.Textarea(attrs={"rows": 6}),
    )
