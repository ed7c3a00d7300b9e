from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pydantic
from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from applications import facts, receipts, references
from applications.everywhere import Offer
from core import days, hetu, telephones
from core.addresses import AddressInput, EmailField
from core.text import has_control, typed_prose
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


def _translated(msgid: str, **parameters: Any) -> str:
    return gettext(msgid) % parameters


text_with = lazy(_translated, str)  # a text with parameters that is translated, and filled in, when it is shown


def typed_day(text: str, *, example: object, century: int | None = None) -> date:
    """Return a typed day. Raises ValidationError with what is wrong, and with an example that fits the question.

    `century` is that of a year of two digits, where the question leaves no doubt of it.
    """
    try:
        return days.read_day(text, century=century)
    except days.DayMissing as refusal:
        whole = f"1.{refusal.month}.{refusal.year}"
        raise forms.ValidationError(_("Enter the day too, for example %(day)s."), params={"day": whole}) from None
    except days.ShortYear:
        told = _("Enter the year with four digits, for example %(example)s.")
        raise forms.ValidationError(told, params={"example": example}) from None
    except days.NoSuchDay:
        told = _("There is no such day. Enter the day, month and year in this order, for example %(example)s.")
        raise forms.ValidationError(told, params={"example": example}) from None
    except days.NotADay:
        told = _("Enter the date as day, month and year, for example %(example)s.")
        raise forms.ValidationError(told, params={"example": example}) from None


def no_personal_identity_code(text: str) -> None:
    """Refuse a text that holds what looks like a code: it would go out in a letter (R17)."""
    if hetu.contains_code(text):
        raise forms.ValidationError(_("Remove the personal identity code from your text."))


class ProseField(forms.CharField):
    """Text of several lines. A line end counts as one character, though browsers send two."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return typed_prose(str(super().to_python(value)).replace("\r\n", "\n"))


class TypedDayField(forms.CharField):
    """A day in any spelling of core/days.py; `example` fits the question, and may be lazy."""

    century: int | None = None  # of a year of two digits; None where it has to be typed
    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def __init__(self, *, example: Any, **options: Any) -> None:
        self.example = example
        asked = text_with(gettext_noop("Enter the date, for example %(example)s."), example=example)
        super().__init__(**{"error_messages": {"required": asked}, **options})

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        return typed_day(text, example=self.example, century=self.century) if text else None


class PhoneField(forms.CharField):
    """A telephone number, stored as core/telephones.py reads it."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value))
        try:
            number = telephones.read_telephone(typed) if typed else ""
        except telephones.CodeNotTelephone:
            told = _("This is a personal identity code. Enter the phone number here, for example +358 40 123 4567.")
        except telephones.SeveralTelephones:
            told = _("Enter only one phone number, for example +358 40 123 4567.")
        except telephones.NotATelephone:
            told = _("Check the phone number. It should look like this: +358 40 123 4567")
        else:
            if not telephones.is_cut_short(number):
                return number
            told = _("The phone number is too short. Enter all of it, for example +358 40 123 4567.")
        raise forms.ValidationError(told)


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
        label=_("Code from your email"),
        help_text=_(
            "The code has 8 letters and digits, for example K7MP-3XQ4. You can type it in upper or lower case. It is "
            "fine to mix up 5 and S, 8 and B, 2 and Z, or 6 and G."
        ),
        error_messages={"required": _("Enter the code from your email, for example K7MP-3XQ4.")},
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class ReceiptForm(forms.Form):
    """The number and the check code of a receipt or certificate, as they are stored; the code may be cut short."""

    number = forms.CharField(
        label=_("Number of the receipt or certificate"),
        help_text=_("The number has 9 characters, for example K7M-P3X-Q4T."),
        error_messages={"required": _("Enter the number of the receipt or certificate, for example K7M-P3X-Q4T.")},
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    check_code = forms.CharField(
        label=_("Check code"),
        help_text=_("The first 16 characters are enough. Spaces and upper or lower case make no difference."),
        error_messages={"required": _("Enter the check code. Its first 16 characters are enough.")},
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
                _("Enter at least the first 16 characters of the check code. Each of them is a digit or one of a–f.")
            )
        return code


class CertificateForm(forms.Form):
    """The language in which a certificate is issued."""

    language = forms.ChoiceField(
        label=_("Language of the certificate"),
        choices=Language,
        error_messages={"required": _("Choose the language of the certificate.")},
        widget=forms.RadioSelect,
    )


class PlacesInput(forms.CheckboxSelectMultiple):
    """A box for each place, whose number stays on one line."""

    option_template_name = "applications/_place_option.html"


class PlacesField(forms.MultipleChoiceField):
    """Other places in which to correct an address. One that has ended since the page was opened is passed over."""

    widget = PlacesInput

    def valid_value(self, value: Any) -> bool:
        return not has_control(str(value))  # which PostgreSQL would refuse


class CorrectsElsewhere(forms.Form):
    """A form that corrects an address in one place, and offers to correct it in `places` too, if there are any."""

    also_hint: Any = ""
    also = PlacesField(label=_("Correct the email address here too"), required=False)

    def __init__(self, *args: Any, places: Iterable[Offer] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        offered = list(places)
        if not offered:
            del self.fields["also"]
            return
        self.fields["also"].choices = [(value, name) for value, name, _ticked in offered]  # type: ignore[attr-defined]
        self.fields["also"].help_text = self.also_hint
        self.initial["also"] = [value for value, _name, is_ticked in offered if is_ticked]


class AddressForm(CorrectsElsewhere):
    """Another address for a co-applicant's invitation. The present one is theirs, so it is not shown."""

    also_hint = _(
        "You are the main applicant in these applications too. We will send an invitation for each one that "
        "you choose."
    )
    email = EmailField(
        label=_("Email address"),
        error_messages={"required": _("Enter the email address, for example name@example.com.")},
        widget=AddressInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["email", "also"]


class ContactDetailsForm(CorrectsElsewhere):
    """The contact details that each applicant corrects for themselves."""

    also_hint = _("If the phone number is the same there, it will be corrected too.")
    email = EmailField(
        label=_("Email address"),
        help_text=_("We can send you emails only if you give an address."),
        required=False,
        widget=AddressInput(attrs={"autocomplete": "email"}),
    )
    phone = PhoneField(label=_("Phone number"), required=False)
    language = forms.ChoiceField(
        label=_("Language of communication"),
        help_text=_("We will send emails in this language."),
        error_messages={"required": _("Choose the language of communication.")},
        choices=Language,
        widget=forms.Select(attrs={"autocomplete": "language"}),
    )
    field_order = ["email", "phone", "language", "also"]


class ErrorReportForm(forms.Form):
    """What a co-applicant finds wrong, for the main applicant to read."""

    text = ProseField(
        label=_("What is wrong"),
        help_text=_("The main applicant will get your text as you write it. Do not include personal identity codes."),
        error_messages={"required": _("Enter what is wrong, for example a name or a date.")},
        max_length=LONGEST_REPORT,
        validators=[
            fits(
                facts.Prose,
                _("The text contains characters that cannot be sent. Remove special characters and try again."),
            ),
            no_personal_identity_code,
        ],
        widget=forms.Textarea(attrs={"rows": 6}),
    )
