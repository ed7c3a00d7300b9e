"""Staff who had a password and come through the City's directory from now on: only by hand (ADR 58)."""

import pytest
from django.core.management import CommandError, call_command

from identity import directory_staff, staff_changes, staff_links
from identity.enums import StaffChangeKind
from identity.models import DirectoryIdentity, DirectorySession, StaffChange, User
from records.models import Entry
from tests.identity.accounts import PASSWORD
from tests.identity.directory import DIRECTORY, answer
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _directory(settings):
    settings.STAFF_DIRECTORY = DIRECTORY


@pytest.fixture
def anna():
    """An adviser with a password."""
    user = staff("adviser")
    user.set_password(PASSWORD)
    user.save()
    return user


def link(username="anna", subject="00u1"):
    call_command("link_staff", username, subject)


def test_linked_member_of_staff_comes_in_as_before_with_the_roles_of_the_directory(anna, capsys):
    staff("supervisor")
    link()

    user = directory_staff.admit(answer("g-sup"))

    assert "without a password" in capsys.readouterr().out
    assert (user.pk, user.has_usable_password()) == (anna.pk, False)
    assert [group.name for group in user.groups.all()] == ["supervisor"]


def test_linking_ends_sessions_links_and_changes_that_wait(client, anna):
    staff_links.replace_staff_link(anna, email="anna@example.test")
    staff_changes.ask_for_change(anna, StaffChangeKind.ROLE, by=acting("operator"), role="supervisor")
    sign_in_staff(client, anna)

    link()

    assert client.get("/en/admin/desk/").status_code == 302
    assert not staff_links.StaffLink.objects.filter(user=anna, replaced_at=None).exists()
    assert not StaffChange.objects.exists()


def test_user_whom_the_id_had_is_switched_off(client, anna, capsys):
    former = directory_staff.admit(answer())

    link()

    now = User.objects.get(pk=former.pk)
    assert "dina, the user that this id had, is switched off" in capsys.readouterr().out
    assert (now.is_active, now.groups.exists(), DirectorySession.objects.exists()) == (False, False, False)
    assert directory_staff.admit(answer()).pk == anna.pk


def test_trail_keeps_who_was_linked_to_which_id(anna):
    former = directory_staff.admit(answer())

    link()

    entries = Entry.objects.filter(event="staff_linked").order_by("pk")
    assert [(entry.subject, entry.facts["directory_subject"]) for entry in entries] == [
        (f"user {former.pk}", ""),
        (f"user {anna.pk}", "00u1"),
    ]


@pytest.mark.parametrize(
    ("arrange", "reason"),
    [
        (lambda user, settings: user.delete(), "no member of staff"),
        (lambda user, settings: setattr(settings, "STAFF_DIRECTORY", {}), "no directory"),
        (lambda user, settings: setattr(settings, "BREAK_GLASS_USERNAME", "anna"), "stay out"),
        (lambda user, settings: User.objects.filter(pk=user.pk).update(is_superuser=True), "stay out"),
        (lambda user, settings: link(subject="00u2"), "already"),
    ],
)
def test_what_cannot_be_linked_changes_nothing(anna, settings, arrange, reason):
    arrange(anna, settings)
    before = DirectoryIdentity.objects.count()

    with pytest.raises(CommandError, match=reason):
        link()

    assert DirectoryIdentity.objects.count() == before
    assert not User.objects.filter(username="anna", is_active=False).exists()
