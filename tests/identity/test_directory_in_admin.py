"""Members of staff in the admin who come through the City's directory (ADR 58)."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from identity import directory_staff, staff_changes
from identity.enums import StaffChangeKind
from identity.models import StaffChange, StaffLink, User
from tests.identity.directory import DIRECTORY, answer
from tests.identity.test_admin import ADD, LIST, add, change, give, link_to, roles
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client):
    translation.activate("en")  # the language of the addresses below
    user = staff("operator")
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="identity", codename__endswith="_user")
    )
    return sign_in_staff(client, user)


@pytest.fixture
def dina(settings):
    """Whom the directory brought as an adviser."""
    settings.STAFF_DIRECTORY = DIRECTORY
    staff("adviser")
    return directory_staff.admit(answer())


def test_list_says_who_comes_through_the_directory(operator, dina):
    row = re.search(r"<tr>(?:(?!</tr>).)*>dina<.*?</tr>", operator.get(reverse(LIST)).text, re.DOTALL)[0]

    assert re.findall(r'field-(?:state|second_factor)">([^<]*)<', row) == ["With a City account", "-"]


def test_names_and_roles_of_the_directory_are_shown_and_not_asked_for(operator, dina):
    page = operator.get(change(dina)).text
    inputs = set(re.findall(r'<(?:input|select)[^>]* name="([a-z_]+)"', page))

    assert inputs & {"username", "email", "first_name", "last_name", "groups"} == set()
    assert {"language", "is_active"} <= inputs
    assert ("Adviser" in page, "Send a link for a new password" in page) == (True, False)


def test_no_role_is_given_by_hand_to_whom_the_directory_brings(operator, dina):
    staff("supervisor")
    give(operator, dina, role="supervisor", first_name="Other")

    now = User.objects.get(pk=dina.pk)
    assert (roles(dina), now.first_name, StaffChange.objects.exists()) == (["adviser"], "Dina", False)
    with pytest.raises(staff_changes.DecidedByDirectory):
        staff_changes.ask_for_change(dina, StaffChangeKind.ROLE, by=acting("operator"), role="supervisor")


def test_no_link_for_a_password_goes_to_whom_the_directory_brings(operator, dina):
    answered = link_to(operator, dina)

    assert "The City’s directory decides" in answered.text
    assert (StaffLink.objects.exists(), StaffChange.objects.exists()) == (False, False)


def test_change_that_waited_when_the_directory_took_over_is_refused(dina):
    asked = StaffChange.objects.create(user=dina, kind="role", role="supervisor", asked_by=staff("operator"))

    with pytest.raises(staff_changes.DecidedByDirectory):
        staff_changes.decide_change(asked, accepted=True, by=acting("supervisor"))
    assert roles(dina) == ["adviser"]


def test_lost_second_factor_of_ours_is_removed_as_that_of_others(operator, dina):
    staff_changes.ask_for_change(dina, StaffChangeKind.FACTORS, by=acting("operator"))
    TOTP.activate(dina, generate_totp_secret())

    staff_changes.decide_change(StaffChange.objects.get(), accepted=True, by=acting("supervisor"))

    assert not Authenticator.objects.filter(user=dina).exists()


def test_operator_switches_somebody_off_whom_the_directory_brings(operator, dina):
    operator.post(change(dina), {"language": "sv"})

    now = User.objects.get(pk=dina.pk)
    assert (now.is_active, now.language) == (False, "sv")


def test_without_passwords_nobody_is_invited_and_no_link_is_sent(operator, settings):
    local = add(operator, "lena")
    settings.STAFF_DIRECTORY, settings.STAFF_PASSWORDS = DIRECTORY, False
    settings.BREAK_GLASS_USERNAME = staff("operator").username  # who stays logged in

    assert operator.get(reverse(ADD)).status_code == 403
    assert "passwords are switched off" in operator.get(reverse(LIST)).text
    assert "Passwords are switched off" in link_to(operator, local).text


def test_list_with_the_directory_takes_as_many_queries_for_many(operator, dina):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            operator.get(reverse(LIST))
        return len(captured)

    queries()  # the first page remembers what kinds of rows there are
    few = queries()
    for number in range(2, 5):
        directory_staff.admit(answer(subject=f"00u{number}"))
    assert queries() == few
