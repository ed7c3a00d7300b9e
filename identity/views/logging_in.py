"""Logging in with a password, and the second factors of staff: allauth's views behind our guards.

Only the views of allauth that are named here are served.
"""

import functools
from typing import Any

from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as FactorAgainView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    ListWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _

from identity import access, cookies, directory, staff, staff_changes
from identity.forms import KeyAgainForm, KeyForm
from identity.models import User
from identity.origin import names_own_origin, same_origin_forms
from identity.redirects import after_identification, leads_to_desk, safe_next, with_next


class _LogIn(LoginView):
    """The page for staff has the City's directory first where there is one. STAFF_PASSWORDS says whether it asks for
    a password too; the emergency account always has its way in, one link further.
    """

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)  # type: ignore[no-untyped-call]
        if leads_to_desk(self.request):
            form.fields["login"].label = _("Username")
            is_first = self._wants_password() or not directory.configured()
            form.fields["login"].widget.attrs |= {"autofocus": is_first, "inputmode": "text"}
        return form

    def _wants_password(self) -> bool:
        return self.request.method == "POST" or "password" in self.request.GET

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        next_url = safe_next(self.request)
        at = directory.configured() if leads_to_desk(self.request) else None
        return super().get_context_data(
            **kwargs,
            next=next_url,
            directory=at,
            wants_password=self._wants_password(),
            asks_password=at is None or settings.STAFF_PASSWORDS or self._wants_password(),
            emergency=with_next("account_login", next_url, password="yes") if settings.BREAK_GLASS_USERNAME else "",  # noqa: S106
            has_left="left" in self.request.GET,
            for_staff=leads_to_desk(self.request),
            has_ended="ended" in self.request.GET,
            next_page=after_identification(next_url),
            person=access.identified_person(self.request),
        )


_log_in = _LogIn.as_view()


@same_origin_forms
def log_in(request: HttpRequest) -> HttpResponseBase:
    """Log in with a password. The session sets a cookie, so that people accept the cookies first.

    Staff need no other cookie, and are told of it. A form whose origin the browser does not name comes from a page of
    ours only if it brings a cookie (same_origin_forms).
    """
    is_told = leads_to_desk(request) and (request.method != "POST" or names_own_origin(request))
    if not is_told and not cookies.accepted(request):
        return redirect(with_next("identity:cookies", request.get_full_path()))
    return _log_in(request)


class _Proving:
    """Counts a new factor as proved, as its owner has just shown that they have it."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        factors = Authenticator.objects.filter(user_id=self.request.user.pk)
        post_authentication(self.request, factors.exclude(type=Authenticator.Type.RECOVERY_CODES).latest("pk"))
        return response


class _Losing:
    """Ends the user's other sessions with a factor that is removed: it may be lost, and have one open."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        if isinstance(self.request.user, User):
            staff_changes.end_sessions(self.request.user)
            update_session_auth_hash(self.request, User.objects.get(pk=self.request.user.pk))
        return response


class _Factors(IndexView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, is_proved_elsewhere=staff.is_seen_by_directory(self.request))


class _Deactivate(_Losing, DeactivateTOTPView):
    pass


class _RemoveKey(_Losing, RemoveWebAuthnView):
    pass


class _Activate(_Proving, ActivateTOTPView):
    pass


class _AddKey(_Proving, AddWebAuthnView):
    pass


def _for_staff(view: Any, *, proves: bool = False) -> Any:
    """Let staff through who have logged in, and have proved their second factor if they have one.

    With `proves` the page is where they prove it, and the password is enough.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        if not staff.is_half_in(request):
            response = redirect(with_next("account_login", request.get_full_path()))
        elif not proves and "mfa" not in staff.proved(request) and staff.has_factor(request):
            response = redirect(with_next("mfa_reauthenticate", request.get_full_path()))
        else:
            response = view(request, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        return response

    return guarded


authenticate = AuthenticateView.as_view(webauthn_form_class=KeyForm)  # between the password and the session
password_again = _for_staff(ReauthenticateView.as_view(), proves=True)
factor_again = _for_staff(FactorAgainView.as_view(), proves=True)
key_again = _for_staff(ReauthenticateWebAuthnView.as_view(form_class=KeyAgainForm), proves=True)
factors = _for_staff(_Factors.as_view())
activate_app = _for_staff(_Activate.as_view())
deactivate_app = _for_staff(_Deactivate.as_view())
keys = _for_staff(ListWebAuthnView.as_view())
add_key = _for_staff(_AddKey.as_view())
remove_key = _for_staff(_RemoveKey.as_view())
recovery_codes = _for_staff(ViewRecoveryCodesView.as_view())
new_recovery_codes = _for_staff(GenerateRecoveryCodesView.as_view())
