"""The broker's form for a person who is not on its list."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core import hetu
from demo.people import SPARE_CODE
from identity.claims import Identity
from identity.enums import Method


def printable(text: str) -> None:
    """Refuse control characters and those that change the direction of text."""
    if not text.isprintable():
        raise ValidationError(_("Control characters are not allowed"))


class OtherPersonForm(forms.Form):
    """Any person: nothing is proved here, so whoever fills it in is believed."""

    hetu = forms.CharField(
        label=_("Personal identity code"),
        max_length=40,
        help_text=format_lazy(_("A fictitious one, for example {code}"), code=SPARE_CODE),
    )
    first_names = forms.CharField(label=_("First names"), max_length=200, validators=[printable])
    last_name = forms.CharField(label=_("Last name"), max_length=200, validators=[printable])
    method = forms.ChoiceField(
        label=_("Identification method"),
        choices=[(method.value, method.label) for method in (Method.BANK, Method.MOBILE)],
        widget=forms.RadioSelect,
        initial=Method.BANK,
    )

    def clean_hetu(self) -> str:
        try:
            return hetu.parse(self.cleaned_data["hetu"])
        except hetu.InvalidHetu as error:
            raise ValidationError(str(error)) from None

    @property
    def identity(self) -> Identity:
        """The person that a valid form names."""
        return Identity(**{**self.cleaned_data, "method": Method(self.cleaned_data["method"])})
