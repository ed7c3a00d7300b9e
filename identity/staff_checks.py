"""System checks of how staff come in: passwords, the City's directory, the break-glass account (ADR 58)."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  # Django's name
from django.db import ProgrammingError

from core.transactions import DATABASE_AWAY
from identity.models import User

DOCUMENT = "docs/staff-sign-on.md says how."


@register(Tags.security)
def check_ways_in(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with STAFF_PASSWORDS, STAFF_DIRECTORY and BREAK_GLASS_USERNAME together."""
    if settings.STAFF_PASSWORDS:
        return []
    if not settings.STAFF_DIRECTORY:
        return [
            Error(
                "STAFF_PASSWORDS is false and there is no STAFF_DIRECTORY: no member of staff could log in.",
                hint=f"Name the City's directory, or leave STAFF_PASSWORDS out. {DOCUMENT}",
                id="identity.E045",
            )
        ]
    if not settings.BREAK_GLASS_USERNAME:
        return [
            Warning(
                "STAFF_PASSWORDS is false and BREAK_GLASS_USERNAME is empty: while the directory is down, nobody of "
                "the staff gets in.",
                hint=f"Make one account for that, and keep its password and second factor in a safe. {DOCUMENT}",
                id="identity.W045",
            )
        ]
    return []


@register(Tags.database)
def check_break_glass(**kwargs: Any) -> list[CheckMessage]:
    """Return what would keep the break-glass account from opening, or make it one that says nothing."""
    if not (settings.BREAK_GLASS_USERNAME and kwargs.get("databases")):
        return []
    try:
        user = User.objects.filter(username=settings.BREAK_GLASS_USERNAME).first()
        factors = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
        has_factor = user is not None and factors.exists()
    except (*DATABASE_AWAY, ProgrammingError):  # another check says so, or the first migration is yet to come
        return []
    missing = {
        "is no member of staff in use": not (user and user.is_staff and user.is_active),
        "has no password": not (user and user.has_usable_password()),
        "has no second factor": not has_factor,
        "comes through the directory itself": bool(user and hasattr(user, "directory_identity")),
    }
    faults = [f"The account of BREAK_GLASS_USERNAME {what}." for what, is_so in missing.items() if is_so]
    return [Warning(fault, hint=f"Set it up and try it. {DOCUMENT}", id="identity.W046") for fault in faults]
