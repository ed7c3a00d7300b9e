"""What the City's directory says of its people, for the tests of what follows from it."""

import time
from dataclasses import replace

from django.conf import settings

from identity import directory_sessions, directory_staff
from identity.directory_answers import DirectoryAnswer

ISSUER = "https://directory.example.test"
DIRECTORY = {
    "name": {"fi": "Kaupungin kirjautuminen", "sv": "Stadens inloggning", "en": "City log-in"},
    "issuer": ISSUER,
    "client_id": "heka-confirm",
    "client_secret": "of the tests",
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
    "groups": {"g-adv": "adviser", "g-sup": "supervisor", "g-op": "operator", "g-odd": "housing_system"},
}
DINA = DirectoryAnswer(
    issuer=ISSUER,
    subject="00u1",
    groups=frozenset({"g-adv", "g-of-others"}),
    username="dina",
    first_name="Dina",
    last_name="Directory",
    email="dina@example.test",
    session_id="s-1",
    has_second_factor=True,
)


def answer(*groups, **changes):
    """Return what the directory says of Dina, an adviser, or of somebody else in other groups."""
    return replace(DINA, **({"groups": frozenset(groups)} if groups else {}), **changes)


def come_in(client, told=DINA, *, methods=("directory", "mfa")):
    """Log in whom the directory tells of, as its view does, and return the user."""
    assert directory_sessions.PATH in settings.AUTHENTICATION_BACKENDS
    user = directory_staff.admit(told)
    client.force_login(user, backend=directory_sessions.PATH)
    session = client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time()} for method in methods]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return user
