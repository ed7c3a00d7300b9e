"""Email addresses: one rule for every door by which one comes in, the form, the desk and the REST interface.

An address is stored and compared in one form: the part before the @ as it was typed, since only its own server knows
whether capitals matter there, and the domain as mail servers know it, in small letters and by IDNA 2008. People see
the domain's own letters (`shown_address`).
"""

import functools
import re
import unicodedata
from contextlib import suppress
from typing import Any

import idna
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import mail_domains
from core.text import has_control, typed_text

LONGEST_ADDRESS = 254  # characters (RFC 5321 § 4.5.3.1.3, less the angle brackets), as every column has it
LONGEST_LOCAL = 64  # of these before the @ (RFC 5321 § 4.5.3.1.1)
ASKED = "-asked"  # behind the name of a field: the address about which the person was asked
# Names that no public mail server has (RFC 6761, 6762, 7686 and 9476, and what home and office networks use): a letter
# there would stay on our own machines, or go nowhere.
NO_MAIL = {"localhost", "localdomain", "local", "internal", "lan", "home", "corp", "invalid", "onion", "alt", "arpa"}
NOBODYS = {"test", "example"}  # RFC 6761; people with test codes have their addresses there, so where they are taken

_BLANKS_AROUND = re.compile(" ?([@.]) ?")
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)  # RFC 5322, unquoted
_ENDING = re.compile(r"[a-z]{2,}|xn--[a-z0-9-]+")  # a top-level domain is in letters, or an A-label (RFC 3696 § 2)
# Shown as they are: readers here tell these from all others at a glance. Other letters may look like one of English
# (`аррӏе.com` is in Cyrillic), so that a domain with them is shown as mail servers know it.
_PLAIN_TO_READERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.åäöüõéšž")


class InvalidAddress(ValueError):
    """No letter can be sent there. `message` tells whoever typed it what to correct."""

    message = _("Check the email address. It should look like this: name@example.com")


class ForeignLetters(InvalidAddress):
    """The part before the @ has letters outside the English alphabet, which few mail servers take."""

    message = _("Enter the part before the @ exactly as in the address, without å, ä, ö or other special characters.")


class NoEnding(InvalidAddress):
    """The domain is one word, without a dot."""

    message = _("The end of the email address is missing, for example .fi or .com. Enter the whole address.")


class SeveralAddresses(InvalidAddress):
    message = _("Enter only one email address.")


def read_address(text: str) -> str:
    """Return a typed or pasted address in the form in which it is stored and written to.

    Blanks, invisible characters, `mailto:`, angle brackets around it and a dot or comma behind it go. A domain in
    any letters becomes the name that mail servers know, whichever way it was written (UTS 46, then IDNA 2008): what
    a browser makes of `åbo.fi`, `ÅBO.FI` and `åbo。fi` are one. Addresses at numbers (`[127.0.0.1]`, `10.0.0.10`) and
    at names that no mail server has are refused, and so are quoted ones. Raises InvalidAddress.
    """
    typed = re.sub("^mailto:", "", _BLANKS_AROUND.sub(r"\1", typed_text(text)), flags=re.IGNORECASE)
    if typed.startswith("<") and typed.endswith(">"):
        typed = typed[1:-1]
    local, at, domain = typed.rstrip(".,;。").rpartition("@")
    if has_control(typed) or not at:
        raise InvalidAddress
    if "@" in local and '"' not in local:
        raise SeveralAddresses
    if not local.isascii():
        raise ForeignLetters if re.fullmatch(r"[\w.+-]+", local) else InvalidAddress
    if not _LOCAL.fullmatch(local) or len(local) > LONGEST_LOCAL:
        raise InvalidAddress
    address = f"{local}@{_mail_host(domain)}"
    if len(address) > LONGEST_ADDRESS:
        raise InvalidAddress
    return address


def is_stored_form(address: str) -> bool:
    """Tell whether a letter can be sent to this address just as it stands."""
    try:
        return read_address(address) == address
    except InvalidAddress:
        return False


def shown_address(address: str) -> str:
    """Return an address as people read it, the domain in its own letters: `maija@åbo.fi`, not `maija@xn--bo-yia.fi`.

    A domain stays as mail servers know it if its letters are not all plain to readers here, or if without its dots
    and rings it would be one at which people here have their mail: `gmäil.com` is not to be taken for another.
    """
    local, at, domain = address.rpartition("@")
    letters = _in_letters(domain) if at else domain
    without_marks = "".join(one for one in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(one))
    is_plain = _PLAIN_TO_READERS.issuperset(letters) and not mail_domains.is_known(without_marks)
    return f"{local}@{letters}" if letters != domain and is_plain else address


def likely_slip(address: str) -> str | None:
    """Return the address that was likely meant where the domain looks mistyped; else None."""
    local, _at, domain = address.rpartition("@")
    meant = mail_domains.likely_meant(_in_letters(domain))
    return f"{local}@{meant}" if meant else None


@functools.lru_cache(maxsize=256)  # most people have their mail at few domains, and the tables are slow
def _known_host(domain: str) -> tuple[str, bool]:
    """Return a domain as mail servers know it, and whether it stays so when it is read and written again."""
    host = idna.encode(domain, uts46=True).decode()
    return host, idna.encode(idna.decode(host)).decode() == host


def _mail_host(domain: str) -> str:
    try:
        host, is_one_form = _known_host(domain)
    except UnicodeError:
        raise InvalidAddress from None
    rest, _dot, ending = host.rpartition(".")
    if not rest and ending not in NO_MAIL:
        raise NoEnding
    is_nobodys = ending in NOBODYS and not (settings.ALLOW_TEST_CODES or settings.DEMO)
    if not (rest and is_one_form and _ENDING.fullmatch(ending)) or ending in NO_MAIL or is_nobodys:
        raise InvalidAddress
    return host


def _in_letters(domain: str) -> str:
    if "xn--" not in domain.lower():
        return domain
    try:
        return idna.decode(domain)
    except UnicodeError:
        return domain


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
        value, asked = super().value_from_datadict(data, files, name), data.get(f"{name}{ASKED}")
        with suppress(InvalidAddress):  # in whichever letters a browser sends the one and our page has the other
            if value and asked and read_address(value) == read_address(asked):
                return MeantAsTyped(value)
        return value

    def format_value(self, value: Any) -> str | None:
        """Return an address as people read it: a browser sends `åbo.fi` as `xn--bo-yia.fi`, typed or not."""
        return shown_address(str(value)) if value else super().format_value(value)


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

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value))
        if not typed:
            return ""
        try:
            address = read_address(typed)
        except InvalidAddress as refusal:
            raise ValidationError(refusal.message) from None
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
