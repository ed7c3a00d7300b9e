"""Members of staff in the admin: who may work here is named here."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from identity.models import User
from records.models import Entry
from tests.identity.accounts import PASSWORD, person
from tests.identity.conftest import Visitor
from tests.identity.test_logging_in import log_in
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db
PASSWORDS = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
LIST, ADD = "admin:identity_user_changelist", "admin:identity_user_add"


@pytest.fixture
def operator(client):
    user = staff("operator")
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="identity", codename__endswith="_user")
    )
    return sign_in_staff(client, user)


def change(user):
    return reverse("admin:identity_user_change", args=[user.pk])


def test_operator_names_an_adviser_who_can_then_log_in(operator):
    group = Group.objects.get_or_create(name="adviser")[0]
    operator.post(
        reverse(ADD),
        {"username": "asta", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
    )
    asta = User.objects.get(username="asta")
    operator.post(change(asta), {"username": "asta", "first_name": "Asta", "groups": [group.pk], "is_active": "on"})

    visitor = Visitor()
    assert log_in(visitor, "asta", next="/en/admin/")["Location"] == "/en/admin/"
    assert [found.name for found in User.objects.get(username="asta").groups.all()] == ["adviser"]


def test_people_who_are_identified_are_not_shown(operator):
    user = person().user

    listed = operator.get(reverse(LIST)).content.decode()

    assert "olavi" in listed
    assert user.username not in listed
    assert operator.get(change(user)).status_code == 302


def test_operator_cannot_become_one_who_may_do_everything(operator):
    root = User.objects.create_superuser("root")
    olavi = User.objects.get(username="olavi")

    operator.post(change(olavi), {"username": "olavi", "is_superuser": "on", "is_active": "on"})
    password = operator.get(reverse("admin:auth_user_password_change", args=[root.pk]))

    assert not User.objects.get(username="olavi").is_superuser
    assert operator.get(change(root)).status_code == 302
    assert password.status_code == 404


def test_operator_gives_no_role_to_themselves(operator):
    olavi = User.objects.get(username="olavi")
    supervisor = Group.objects.get_or_create(name="supervisor")[0]

    answer = operator.post(change(olavi), {"username": "olavi", "groups": [supervisor.pk], "is_active": "on"})

    assert answer.status_code == 403
    assert supervisor not in olavi.groups.all()


def test_changes_of_staff_are_in_the_trail(operator):
    anna = staff("adviser")
    TOTP.activate(anna, generate_totp_secret())

    operator.post(change(anna), {"username": "anna", "is_active": "on"})
    operator.post(reverse("admin:auth_user_password_change", args=[anna.pk]), PASSWORDS)
    operator.post(reverse(LIST), {"action": "remove_second_factors", "_selected_action": [anna.pk]})

    entries = Entry.objects.filter(event="staff_changed", subject=f"user {anna.pk}")
    assert [(entry.role, entry.user.username, entry.facts) for entry in entries] == [
        ("operator", "olavi", {"roles": "", "active": True})
    ] * 3


def test_who_has_left_is_made_inactive_and_never_deleted(operator):
    anna = staff("adviser")
    session = sign_in_staff(Visitor(), anna)

    operator.post(change(anna), {"username": "anna"})
    deleted = operator.post(reverse("admin:identity_user_delete", args=[anna.pk]), {"post": "yes"})

    assert not User.objects.get(username="anna").is_active
    assert deleted.status_code == 403
    assert session.get("/en/admin/").status_code == 302


def test_lost_phone_is_replaced(operator):
    anna = staff("adviser")
    TOTP.activate(anna, generate_totp_secret())

    operator.post(reverse(LIST), {"action": "remove_second_factors", "_selected_action": [anna.pk]})

    assert Authenticator.objects.count() == 0


def test_adviser_names_nobody(client):
    sign_in_staff(client, staff("adviser"))

    assert client.get(reverse(LIST)).status_code == 403
