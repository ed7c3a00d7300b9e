"""The forms of accounts and of staff log-in. Here allauth's forms get labels and texts in our languages."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as FactorAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.utils import decrypt, encrypt
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.addresses import AddressInput, EmailField
from core.text import without_blanks
from identity import limits
from identity.adapters import AccountAdapter
from identity.models import User

logger = logging.getLogger("identity.log_in")

TOO_SHORT = _("The password is too short. Choose one with at least 12 characters.")
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200  # characters of a password
MOST_CODES = 10  # tries of one user in an hour; each code is one of a million

UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)  # of a made-up answer of a key, which allauth reads

CODE_END = re.compile(r"(?:[0-9]{6}[-+A-Z])?-?([0-9]{3}[0-9A-Y])")
CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


class AddressForm(forms.Form):
    """The address to which somebody asks for a link."""

    email = EmailField(
        label=_("Email address"),
        error_messages={"required": _("Enter your email address, for example name@example.com.")},
        widget=AddressInput(attrs={"autocomplete": "email"}),
    )


class UnrepeatedInput(forms.PasswordInput):
    """Shows what is typed, and never repeats what was sent: it may be a personal identity code (R17)."""

    input_type = "text"


class NewPasswordForm(forms.Form):
    """A new password, long and not common. It may be pasted, and may hold any characters."""

    password = forms.CharField(
        label=_("New password"),
        help_text=_(
            "At least 12 characters. Any characters will do: several words in a row make a good password. "
            "Do not use a common password, your own name or address, or a password that you use elsewhere."
        ),
        strip=False,
        max_length=LONGEST_PASSWORD,
        error_messages={"required": _("Enter a new password of at least 12 characters.")},
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password", "minlength": SHORTEST_PASSWORD, "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        try:
            validate_password(password, self.user)
        except ValidationError as refused:
            is_short = any(error.code == "password_too_short" for error in refused.error_list)
            raise ValidationError(TOO_SHORT if is_short else refused.error_list) from None
        return password


class PasswordForm(NewPasswordForm):
    """A new password of an account, and what only its holder knows besides."""

    code_end = forms.CharField(
        label=_("The last four characters of your personal identity code"),
        help_text=_(
            "The part after the sign in the middle, for example 123X. It protects your account if somebody else can "
            "read your email."
        ),
        max_length=40,
        error_messages={
            "required": _("Enter the last four characters of your personal identity code, for example 123X.")
        },
        widget=UnrepeatedInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    field_order = ["code_end", "password"]

    def clean_code_end(self) -> str:
        """Return the four characters, also where somebody gave their whole code."""
        typed = without_blanks(str(self.cleaned_data["code_end"])).upper()
        found = CODE_END.fullmatch(typed)
        if not found:
            raise ValidationError(_("Enter exactly four characters, for example 123X."))
        return found[1]


class LogInForm(LoginForm):
    """Name and password. People log in by their address, staff by their user name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {
            "login": forms.CharField(
                label=_("Email address"),
                max_length=254,
                error_messages={"required": _("Enter your email address, for example name@example.com.")},
                widget=forms.TextInput(
                    attrs={"autocomplete": "username", "inputmode": "email", "autocapitalize": "none"}
                ),
            ),
            "password": _present_password(),
        }


class PasswordAgainForm(ReauthenticateForm):
    """The password once more, before a second factor is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = _present_password()
        self.fields["password"].widget.attrs["autofocus"] = True

    def clean_password(self) -> str:
        """Count the tries. Raises TooMany."""
        limits.count_password_again(self.user.pk)
        return str(super().clean_password())


@contextmanager
def _told(user: User) -> Iterator[None]:
    """Tell the log how the check of a second factor ends."""
    try:
        yield
    except (ValidationError, limits.TooMany):
        logger.warning("Second factor: wrong", extra={"user": user.pk})
        raise
    logger.info("Second factor: right", extra={"user": user.pk})


class _CodeForm(forms.Form):
    """A code of six digits, or a recovery code. Tries are counted, and a code works once."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=_("Code"),
            max_length=20,
            error_messages={
                "required": _("Enter the code that the app shows, for example 123456, or a recovery code.")
            },
            widget=forms.TextInput(attrs=CODE),
        )

    def clean_code(self) -> str:
        """Count the tries and refuse used codes over all processes, as allauth does in one. Raises TooMany."""
        with _told(self.user):
            limits.count("code", str(self.user.pk), most=MOST_CODES, seconds=limits.HOUR)
            code = str(super().clean_code())  # type: ignore[misc]
            try:
                limits.count("used code", f"{self.user.pk} {code}", most=1, seconds=limits.HOUR)
            except limits.TooMany:
                raise ValidationError(AccountAdapter.error_messages["incorrect_code"]) from None
            return code


class CodeForm(_CodeForm, AuthenticateForm):
    """The second factor while logging in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True


class CodeAgainForm(_CodeForm, FactorAgainForm):
    """The second factor once more, before it is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True


class ActivateForm(_CodeForm, ActivateTOTPForm):
    """The first code of an authenticator app. Its secret waits in the session, encrypted as it is kept later."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        waiting = session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        if self.is_bound and waiting:
            self.secret = decrypt(waiting)
        session[SECRET_SESSION_KEY] = encrypt(self.secret)


class _KeyForm(forms.Form):
    """A passkey or security key that is there already."""

    user: User

    def clean_credential(self) -> Any:
        with _told(self.user):
            try:
                return super().clean_credential()  # type: ignore[misc]
            except UNREADABLE:
                raise ValidationError(AccountAdapter.error_messages["incorrect_code"]) from None


class KeyForm(_KeyForm, AuthenticateWebAuthnForm):
    """A key as the second factor while logging in."""


class KeyAgainForm(_KeyForm, ReauthenticateWebAuthnForm):
    """A key once more, before a second factor is changed."""


class AddKeyForm(AddWebAuthnForm):
    """A passkey or security key, with a name by which its owner recognises it."""

    name = forms.CharField(label=_("Name of the key"), max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        try:
            return dict(super().clean())
        except UNREADABLE:
            raise ValidationError(AccountAdapter.error_messages["incorrect_code"]) from None


class StaffPasswordForm(PasswordChangeForm):
    """The present password of a member of staff, and twice the one that takes its place."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        asked = {
            "old_password": _("Enter the password that you have now."),
            "new_password1": _("Enter a new password of at least 12 characters."),
            "new_password2": _("Enter the new password once more."),
        }
        for name, text in asked.items():
            self.fields[name].error_messages["required"] = text


def _present_password() -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password", "spellcheck": "false"})
    return forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        error_messages={"required": _("Enter your password.")},
        widget=widget,
    )
