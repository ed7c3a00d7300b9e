"""Who comes in through the City's directory, and in which roles (C1, ADR 58)."""

import pytest
from django.utils import translation

from identity import directory_staff
from identity.directory_answers import HasNoRole, NotInUse, UnusableAnswer
from identity.models import DirectoryIdentity, DirectorySession, User
from records.models import Entry
from tests.identity.accounts import PASSWORD, person
from tests.identity.directory import DIRECTORY, ISSUER, answer
from tests.staff import staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _directory(settings):
    settings.STAFF_DIRECTORY = DIRECTORY
    for role in ("adviser", "supervisor", "operator"):
        staff(role)


def roles(user):
    return set(user.groups.values_list("name", flat=True))


def recorded():
    entries = Entry.objects.filter(event="staff_from_directory").order_by("pk")
    return [(entry.role, entry.name, entry.user_id, entry.facts) for entry in entries]


# --- Who somebody is -------------------------------------------------------------------------------------


def test_whoever_is_new_becomes_a_member_of_staff_without_a_password():
    user = directory_staff.admit(answer())

    assert (user.username, user.get_full_name(), user.email) == ("dina", "Dina Directory", "dina@example.test")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)


def test_somebody_is_known_by_the_id_of_the_directory_whatever_else_changes():
    first = directory_staff.admit(answer())
    again = directory_staff.admit(answer(username="dina.new", last_name="Married", email="new@example.test"))

    assert again.pk == first.pk
    assert (again.username, again.get_full_name(), again.email) == ("dina", "Dina Married", "new@example.test")


def test_names_that_the_directory_does_not_tell_stay():
    directory_staff.admit(answer())
    again = directory_staff.admit(answer(first_name="", last_name="", email=""))

    assert (again.get_full_name(), again.email) == ("Dina Directory", "dina@example.test")


@pytest.mark.parametrize("of_directory", [{"issuer": "https://other.example.test"}, {"subject": "00u2"}])
def test_another_id_is_somebody_else_with_the_same_address_and_name(of_directory):
    first = directory_staff.admit(answer())
    other = directory_staff.admit(answer(**of_directory))

    assert (other.pk != first.pk, other.username) == (True, "dina-2")


def test_local_user_with_the_same_name_and_address_is_nobody_of_the_directory():
    local = staff("adviser")
    User.objects.filter(pk=local.pk).update(email="dina@example.test")
    local.set_password(PASSWORD)
    local.save()

    user = directory_staff.admit(answer(username="Anna"))

    assert (user.pk != local.pk, user.username) == (True, "anna-2")
    assert User.objects.get(pk=local.pk).has_usable_password()


def test_username_of_the_break_glass_account_is_never_given(settings):
    settings.BREAK_GLASS_USERNAME = "dina"

    assert directory_staff.admit(answer()).username == "dina-2"


@pytest.mark.parametrize(
    ("told", "username"),
    [("Dina@City.example", "dina@city.example"), ("", "staff"), ("\0 §§", "staff"), ("010594Y9032", "staff")],
)
def test_username_is_made_of_what_the_directory_tells(told, username):
    assert directory_staff.admit(answer(username=told)).username == username


def test_names_may_hold_anything_and_are_stored_as_a_line():
    user = directory_staff.admit(answer(first_name="D\0i\u200bna" * 90, email="no address"))

    assert (len(user.first_name), "\0" in user.first_name, user.email) == (150, False, "")


@pytest.mark.parametrize(
    "unusable", [{"subject": ""}, {"subject": "x" * 256}, {"subject": "a\0b"}, {"subject": "010594Y9032"}]
)
def test_id_that_could_not_be_kept_lets_nobody_in(unusable):
    """A personal identity code would stand in a table and in the trail (R17)."""
    with pytest.raises(UnusableAnswer):
        directory_staff.admit(answer(**unusable))
    assert not DirectoryIdentity.objects.exists()


# --- In which roles --------------------------------------------------------------------------------------


def test_groups_give_roles_and_unknown_groups_give_none():
    assert roles(directory_staff.admit(answer("g-sup", "g-op", "g-of-others"))) == {"supervisor", "operator"}


def test_each_log_in_gives_and_takes_the_roles_of_the_day():
    first = directory_staff.admit(answer("g-adv"))
    first.groups.add(*staff("operator").groups.all())  # past every page

    again = directory_staff.admit(answer("g-sup"))

    assert roles(again) == {"supervisor"}


def test_group_gives_no_role_that_is_none_of_staff():
    with pytest.raises(HasNoRole):
        directory_staff.admit(answer("g-odd"))


def test_whoever_has_no_role_and_was_never_here_leaves_nothing():
    before = User.objects.count()

    with pytest.raises(HasNoRole):
        directory_staff.admit(answer("g-of-others"))
    assert (User.objects.count(), recorded()) == (before, [])


def test_whoever_has_lost_their_groups_loses_roles_and_sessions_and_comes_back_as_the_same():
    user = directory_staff.admit(answer())

    with pytest.raises(HasNoRole) as refusal:
        directory_staff.admit(answer("g-of-others"))

    with translation.override("en"):
        assert "no role" in str(refusal.value)
    assert (roles(user), DirectorySession.objects.exists()) == (set(), False)
    assert directory_staff.admit(answer()).pk == user.pk


def test_whoever_is_switched_off_here_stays_out_and_loses_their_sessions():
    user = directory_staff.admit(answer())
    User.objects.filter(pk=user.pk).update(is_active=False)

    with pytest.raises(NotInUse):
        directory_staff.admit(answer("g-sup"))

    assert (roles(user), DirectorySession.objects.exists()) == ({"adviser"}, False)


def test_directory_makes_nobody_a_superuser_and_lets_none_in_as_one():
    user = directory_staff.admit(answer())
    User.objects.filter(pk=user.pk).update(is_superuser=True)

    assert directory_staff.admit(answer()).is_superuser is False


def test_nobody_comes_in_once_the_directory_is_no_longer_set(settings):
    user = directory_staff.admit(answer())
    settings.STAFF_DIRECTORY = {}

    with pytest.raises(HasNoRole):
        directory_staff.admit(answer())
    assert roles(user) == set()


def test_people_are_never_taken_for_staff():
    somebody = person().user
    user = directory_staff.admit(answer(username=somebody.username))

    assert user.pk != somebody.pk


# --- What is recorded ------------------------------------------------------------------------------------


def test_trail_keeps_the_lasting_id_and_each_change_of_roles_and_nothing_of_log_ins_without_one():
    directory_staff.admit(answer())
    directory_staff.admit(answer())
    directory_staff.admit(answer("g-sup"))
    with pytest.raises(HasNoRole):
        directory_staff.admit(answer("g-of-others"))

    assert recorded() == [
        ("directory", ISSUER, None, {"directory_subject": "00u1", "roles": roles_})
        for roles_ in ("adviser", "supervisor", "")
    ]


def test_another_window_that_was_faster_is_no_error(monkeypatch):
    names = iter(["anna", "dina"])  # the first of which somebody has taken meanwhile
    monkeypatch.setattr(directory_staff, "_free_username", lambda _wanted: next(names))

    assert directory_staff.admit(answer()).username == "dina"
