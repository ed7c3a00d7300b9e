"""Email addresses: one rule for every door by which one comes in, the form, the desk and the REST interface."""

import re
from typing import Any

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from core import mail_domains
from core.text import has_control, typed_text

LONGEST_ADDRESS = 254  # characters (RFC 5321 § 4.5.3.1.3, less the angle brackets), as every column has it
ASKED = "-asked"  # behind the name of a field: the address about which the person was asked
# Names that no public mail server has (RFC 6761, RFC 6762): a letter there would stay on our own machines.
LOCAL = {"localhost", "localdomain", "local", "internal", "lan"}

_BLANKS_AROUND = re.compile(" ?([@.]) ?")
_has_form = EmailValidator(allowlist=[])  # without "localhost", which Django lets through


class InvalidAddress(ValueError):
    """No letter can be sent there."""


class ForeignLetters(InvalidAddress):
    """The part before the @ has letters outside the English alphabet, which few mail servers take."""


def read_address(text: str) -> str:
    """Return a typed or pasted address in the form in which it is stored and written to.

    Blanks, invisible characters, `mailto:`, angle brackets around it and a dot or comma behind it go. A domain with
    letters such as ö or ß becomes the name that mail servers know (IDNA 2008). Addresses at numbers (`[127.0.0.1]`,
    `10.0.0.10`) and at names of one's own network are refused, and so are quoted ones. Raises InvalidAddress.
    """
    typed = _BLANKS_AROUND.sub(r"\1", typed_text(text)).removeprefix("mailto:")
    if typed.startswith("<") and typed.endswith(">"):
        typed = typed[1:-1]
    local, at, domain = typed.rstrip(".,;").rpartition("@")
    if has_control(typed) or '"' in local or not at:
        raise InvalidAddress
    if not local.isascii():
        raise ForeignLetters if re.fullmatch(r"[\w.+-]+", local) else InvalidAddress
    return _checked(f"{local}@{_mail_host(domain)}")


def likely_slip(address: str) -> str | None:
    """Return the address that was likely meant where the domain looks mistyped; else None."""
    local, _at, domain = address.rpartition("@")
    meant = mail_domains.likely_meant(domain)
    return f"{local}@{meant}" if meant else None


def _mail_host(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise InvalidAddress from None


def _checked(address: str) -> str:
    try:
        _has_form(address)
    except ValidationError:
        raise InvalidAddress from None
    last = address.rpartition("@")[2].lower().rpartition(".")[2]
    if len(address) > LONGEST_ADDRESS or last.endswith("]") or last.isdigit() or last in LOCAL:
        raise InvalidAddress
    return address


class AddressInput(forms.EmailInput):
    """An address, and beside it the one about which the person was asked: sent again as it is, it is meant so.

    The second stands in the page only where the field is shown with its error, that is with the question.
    """

    template_name = "_address_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        is_asked = (attrs or {}).get("aria-invalid") and value and _slip_of_typed(str(value))
        context["asked_name"] = f"{name}{ASKED}" if is_asked else ""
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return MeantAsTyped(value) if value and data.get(f"{name}{ASKED}") == value else value


class MeantAsTyped(str):
    """An address that the person has sent once more after they were asked about it."""

    __slots__ = ()


def _slip_of_typed(text: str) -> str | None:
    try:
        return likely_slip(read_address(text))
    except InvalidAddress:
        return None


class EmailField(forms.CharField):
    """An address that people type. Where it looks mistyped they are asked once; it is never changed for them."""

    widget = AddressInput
    message = _("Check the email address. It should look like this: name@example.com")

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value))
        if not typed:
            return ""
        try:
            address = read_address(typed)
        except ForeignLetters:
            raise ValidationError(
                _(
                    "Enter the part before the @ exactly as in the address, without å, ä, ö or other special "
                    "characters."
                )
            ) from None
        except InvalidAddress:
            raise ValidationError(self.message) from None
        meant = likely_slip(address)
        if meant and not isinstance(value, MeantAsTyped):
            raise ValidationError(
                _(
                    "Did you mean %(meant)s? If so, correct the address. If the address you entered is right, press "
                    "the button again."
                ),
                code="slip",
                params={"meant": meant},
            )
        return address
