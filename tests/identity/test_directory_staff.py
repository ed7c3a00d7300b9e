"""Who comes in through the City's directory, in which roles, and until when (C1, ADR 58)."""

from dataclasses import replace

import pytest

from identity import directory_staff
from identity.directory_answers import DirectoryAnswer
from records.models import Entry
from tests.staff import staff

pytestmark = pytest.mark.django_db

ISSUER = "https://directory.example.test"
GROUPS = {"g-adv": "adviser", "g-sup": "supervisor", "g-op": "operator"}
DESK = "/fi/admin/desk/"


@pytest.fixture(autouse=True)
def directory(settings):
    settings.STAFF_DIRECTORY = {"issuer": ISSUER, "groups": GROUPS}


@pytest.fixture(autouse=True)
def roles(db):
    for role in ("adviser", "supervisor", "operator"):
        staff(role)


def answer(**changes):
    """Return what the directory says of Dina, who is an adviser."""
    dina = DirectoryAnswer(
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
    return replace(dina, **changes)


def roles_of(user):
    return set(user.groups.values_list("name", flat=True))


def events(kind="staff_from_directory"):
    return [(entry.role, entry.name, entry.facts) for entry in Entry.objects.filter(event=kind).order_by("pk")]


def test_whoever_is_new_becomes_a_member_of_staff_without_a_password():
    user = directory_staff.admit(answer())
    assert (user.username, user.get_full_name(), user.email) == ("dina", "Dina Directory", "dina@example.test")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert roles_of(user) == {"adviser"}
    assert events() == [("directory", ISSUER, {"directory_subject": "00u1", "roles": "adviser"})]
