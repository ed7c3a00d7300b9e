"""Email addresses: one rule for every door by which one comes in, the form, the desk and the REST interface."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from core.text import has_bidi_control, has_control

LONGEST_ADDRESS = 254  # characters (RFC 5321 § 4.5.3.1.3, less the angle brackets), as every column has it
# Names that no public mail server has (RFC 6761, RFC 6762): a letter there would stay on our own machines.
LOCAL = {"localhost", "localdomain", "local", "internal", "lan"}

_has_form = EmailValidator(allowlist=[])  # without "localhost", which Django lets through


class InvalidAddress(ValueError):
    """No letter can be sent there."""


def check_address(text: str) -> None:
    """Raise InvalidAddress unless the text is an address at a host of the public mail, with a name of its own.

    Addresses at numbers (`[127.0.0.1]`, `10.0.0.10`) and at names of one's own network are refused.
    """
    # Some letters become two in lower case, in which accounts store addresses.
    if max(len(text), len(text.lower())) > LONGEST_ADDRESS or has_control(text) or has_bidi_control(text):
        raise InvalidAddress
    try:
        _has_form(text)
    except ValidationError:
        raise InvalidAddress from None
    last = text.rpartition("@")[2].lower().rpartition(".")[2]
    if last.endswith("]") or last.isdigit() or last in LOCAL:
        raise InvalidAddress


def _check_typed(text: str) -> None:
    try:
        check_address(text)
    except InvalidAddress:
        raise ValidationError(_("Check the email address. It should look like this: name@example.com")) from None


class EmailField(forms.CharField):
    """An address that people type."""

    widget = forms.EmailInput
    default_validators = [_check_typed]
