"""What allauth asks of us: who may log in and where to, and how second factors are kept."""

import base64
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import crypto
from core.service_name import SERVICE_NAME
from identity import break_glass, passwords, proof, sessions, staff_passwords, unsent_forms
from identity.enums import Method
from identity.models import User
from identity.proof import Proof
from identity.redirects import after_identification, is_within, leads_to_desk

PROVIDER = "account"  # the provider of a Proof by an account
FACTORS = "identity.mfa"  # the context of the encryption of second factors
AGAIN_AFTER_SECONDS = 5 * 60  # after which a change of second factors asks for proofs again
NO_MATCH = _("The email address or the password is wrong. Check both and try again.")
NO_MATCH_FOR_STAFF = _("The username or the password is wrong. Check both and try again.")


class AccountAdapter(DefaultAccountAdapter):
    """Logs in staff, and people with an account."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": NO_MATCH,
        "username_password_mismatch": NO_MATCH,  # the same for a name that is not an address
        "incorrect_password": _("The password is wrong. Check it and try again."),
        "incorrect_code": _(
            "The code was not accepted. Codes change every 30 seconds. Try again with the newest one."
        ),
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return an error; that of a log-in names the fields as the page does."""
        if self.error_messages[code] is NO_MATCH and leads_to_desk(self.request):
            return ValidationError(NO_MATCH_FOR_STAFF, code=code)
        error: ValidationError = super().validation_error(code, *args)
        return error

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: accounts are issued at the counter, and the operator adds staff."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Return False: every answer is a page."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        return is_within(url or "")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Do nothing: the limits are in the backend (passwords.py)."""

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:  # type: ignore[override]
        """Begin a wholly new session before a second factor is asked for (R21)."""
        if staff_passwords.is_break_glass(user):
            break_glass.alarm(user)
        prefix = AUTHENTICATION_METHODS_SESSION_KEY  # what was proved just now, and by whom
        kept = {key: value for key, value in request.session.items() if key.startswith(prefix)}
        if user.is_staff and unsent_forms.KEY in request.session:
            kept[unsent_forms.KEY] = request.session[unsent_forms.KEY]
        request.session.flush()
        request.session.update(kept)
        request.user = AnonymousUser()
        return super().pre_login(request, user, **kwargs)

    def login(self, request: HttpRequest, user: User) -> None:  # type: ignore[override]
        super().login(request, user)
        passwords.remember_client(user, request)
        account = getattr(user, "account", None)
        if account and not account.closed_at and not user.is_staff:
            facts = Proof(method=Method.ACCOUNT, provider=PROVIDER, level="", at=timezone.now().isoformat())
            proof.remember(request.session, facts)
        sessions.begin(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        is_staff = isinstance(request.user, User) and request.user.is_staff
        return reverse("admin:index") if is_staff else after_identification("")

    def is_reauthentication_required(self, **kwargs: Any) -> bool:
        """Ask again only some minutes after the last proof, so that nobody who has just logged in is asked twice."""
        records = get_authentication_records(self.request, self.request.user)
        return not records or time.time() - records[-1]["at"] > AGAIN_AFTER_SECONDS


class FactorAdapter(DefaultMFAAdapter):
    """Keeps second factors encrypted, names the service to apps and keys, and draws the QR code into the page."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(crypto.encrypt(text, context=FACTORS)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(base64.b64decode(encrypted_text), context=FACTORS)

    def get_totp_issuer(self) -> str:
        """Return the name under which the app lists its codes, in the language of the page."""
        return str(SERVICE_NAME)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": str(SERVICE_NAME)}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # type: ignore[override]  # noqa: A002  # allauth's
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Key %(number)d") % {"number": number}

    def build_totp_svg(self, url: str) -> str:
        import segno  # here, as few processes draw one

        drawing = segno.make(url, micro=False).svg_inline(scale=5, dark="#000", light="#fff")
        return mark_safe(drawing)  # noqa: S308  # lines and numbers only
