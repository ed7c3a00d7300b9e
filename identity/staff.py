"""The admin, which staff enter with a second factor (C1), and the encryption of second factors.

allauth asks for a second factor only if the user has one. This module decides that nobody works without one.
"""

import base64
from collections import Counter
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt, is_mfa_enabled
from django.contrib.admin import AdminSite
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from core import crypto
from core.service_name import SERVICE_NAME
from identity.models import User
from identity.redirects import safe_next, with_next

SECRETS = ("secret", "seed")  # the secrets of an authenticator app, and of the recovery codes
FIRST_FACTORS = {"password", "directory"}
BATCH = 50  # rows of one transaction


class StaffSite(AdminSite):
    """Django's admin, which opens to active staff who have proved both factors in this session."""

    site_title = SERVICE_NAME
    index_title = _("Settings")
    site_url = None
    enable_nav_sidebar = False  # its first page has all that the sidebar would repeat

    def has_permission(self, request: HttpRequest) -> bool:
        return is_staff(request) and "mfa" in proved(request)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the missing step: logging in, making a second factor, or giving its code."""
        next_url = safe_next(request) or reverse("admin:index")
        if self.has_permission(request):
            return redirect(next_url)
        if not is_half_in(request):
            return redirect(with_next("account_login", next_url))
        return redirect(with_next("mfa_reauthenticate" if has_factor(request) else "mfa_index", next_url))

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register all models except those of allauth, which nobody edits."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        ours = [model for model in models if not model.__module__.startswith("allauth.")]
        super().register(ours, admin_class, **options)


def is_staff(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, User) and user.is_active and user.is_staff


def is_half_in(request: HttpRequest) -> bool:
    """Tell whether a member of staff has logged in, at least with their password or through the City's directory."""
    return is_staff(request) and not proved(request).isdisjoint(FIRST_FACTORS)


def proved(request: HttpRequest) -> set[str]:
    """Return what the user of this session has proved: "password", "directory", "mfa"."""
    return {record["method"] for record in _records(request)}


def is_seen_by_directory(request: HttpRequest) -> bool:
    """Tell whether the City's directory has asked for the second factor. The record of one of ours has its type."""
    methods = {record["method"] for record in _records(request) if "type" not in record}
    return {"directory", "mfa"} <= methods


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    user = request.user if isinstance(request.user, User) else None
    records: list[dict[str, Any]] = get_authentication_records(request, user)
    return records


def has_factor(request: HttpRequest) -> bool:
    """Tell whether the user has a second factor. Recovery codes alone do not count."""
    return is_mfa_enabled(request.user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])  # type: ignore[arg-type]


def reencrypt_factors() -> int:
    """Encrypt the secrets of second factors again, under the active key. Return how many rows there are."""
    rows, last = 0, 0
    while True:
        with transaction.atomic():
            batch = list(Authenticator.objects.select_for_update().filter(pk__gt=last).order_by("pk")[:BATCH])
            for factor in batch:
                factor.data |= {name: encrypt(decrypt(factor.data[name])) for name in SECRETS if name in factor.data}
                factor.save(update_fields=["data"])
        if not batch:
            return rows
        rows, last = rows + len(batch), batch[-1].pk


def factors_under_keys() -> Counter[str]:
    """Return how many secrets of second factors are under each key, by its id."""
    found: Counter[str] = Counter()
    for data in Authenticator.objects.order_by("pk").values_list("data", flat=True).iterator(chunk_size=BATCH):
        found.update(crypto.written_with(base64.b64decode(data[name])) for name in SECRETS if name in data)
    return found
