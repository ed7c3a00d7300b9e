"""Members of staff: one of each role, and a way to put them in front of the service with both factors proved."""

import time

from django.contrib.auth.models import Group
from django.test import Client

from core.actors import Actor
from counter.roles import staff_actor
from identity import passwords
from identity.models import User

NAMES = {
    "adviser": ("Anna", "Adviser"),
    "supervisor": ("Sari", "Supervisor"),
    "operator": ("Olavi", "Operator"),
}


def staff(role: str) -> User:
    """Return the member of staff of that role, in the group of its name; the same one every time."""
    first_name, last_name = NAMES[role]
    user, _ = User.objects.get_or_create(
        username=first_name.lower(),
        defaults={"first_name": first_name, "last_name": last_name, "is_staff": True},
    )
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def acting(role: str) -> Actor:
    """Return the member of staff of that role as the one who acts."""
    return staff_actor(staff(role))


def sign_in_staff(client: Client, user: User, *, methods: tuple[str, ...] = ("password", "mfa")) -> Client:
    """Sign somebody in as the sign-in itself does once it has seen those proofs; return the client."""
    client.force_login(user, backend=passwords.PATH)
    session = client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time()} for method in methods]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client
