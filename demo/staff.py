"""The demo's staff, one of each role, and the page that stands in for their phones.

They are made only by `manage.py demo`, which serves this machine alone.
"""

import time
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from identity.models import User

PASSWORD = "the demo staff of Kalasatama"  # noqa: S105  # meant to be known
PERIOD_SECONDS = 30


@dataclass(frozen=True)
class Member:
    """One of the staff. `group` is the name of their role's group; `hint` tells in a sentence what to try."""

    username: str
    first_name: str
    last_name: str
    group: str
    hint: Promise | str


STAFF = [
    Member(
        "neuvoja",
        "Anna",
        "Aaltonen",
        "adviser",
        _("Checks identity documents and creates accounts at customer service."),
    ),
    Member("esihenkilo", "Sari", "Savolainen", "supervisor", _("Decides doubtful checks and undoes wrong ones.")),
    Member(
        "operator",
        "Olavi",
        "Oksanen",
        "operator",
        _("Edits the terms of use, the details of customer service and the keys."),
    ),
]


def ensure() -> None:
    """Make the members of staff who are missing, each with an authenticator app."""
    for member in STAFF:
        user, is_new = User.objects.get_or_create(
            username=member.username,
            defaults={"first_name": member.first_name, "last_name": member.last_name, "is_staff": True},
        )
        if is_new:
            user.is_superuser = member.group == "operator"
            user.set_password(PASSWORD)
            user.save()
        user.groups.add(Group.objects.get_or_create(name=member.group)[0])
        if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            TOTP.activate(user, generate_totp_secret())


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the present and the next code of each phone, as a code works only once."""
    now = int(time.time())
    apps = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__username__in=[m.username for m in STAFF])
    secrets = {app.user.username: decrypt(app.data["secret"]) for app in apps.select_related("user")}
    rows = [
        {"member": member, "code": _code(secret, now), "next_code": _code(secret, now + PERIOD_SECONDS)}
        for member in STAFF
        if (secret := secrets.get(member.username))
    ]
    context = {"rows": rows, "password": PASSWORD, "seconds": PERIOD_SECONDS - now % PERIOD_SECONDS}
    return render(request, "demo/staff.html", context)


def _code(secret: str, at: int) -> str:
    return format_hotp_value(hotp_value(secret, at // PERIOD_SECONDS))
