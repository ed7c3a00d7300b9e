"""Members of staff in the admin: who may work here is named here."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import translation

from identity.models import StaffChange, User
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


def add(operator, name):
    operator.post(reverse(ADD), {"username": name, **PASSWORDS})
    return User.objects.get(username=name)


def give(operator, user, role, **more):
    group = Group.objects.get(name=role)
    fields = {"username": user.username, "groups": [group.pk], "is_active": "on", **more}
    return operator.post(change(user), fields)


def roles(user):
    return [found.name for found in User.objects.get(pk=user.pk).groups.order_by("name")]


def decide(by, decision="confirm"):
    """Let a member of staff decide on the only change that waits; return the answer."""
    [waiting] = StaffChange.objects.filter(decided_at=None)
    return sign_in_staff(Client(), by).post(
        reverse("admin:desk_staff_change", args=[waiting.pk]), {"decision": decision}
    )


def test_operator_names_an_adviser_who_can_log_in_once_a_supervisor_has_confirmed(operator):
    asta = add(operator, "asta")
    give(operator, asta, "adviser")
    assert roles(asta) == []

    decide(staff("supervisor"))

    assert roles(asta) == ["adviser"]
    assert log_in(Visitor(), "asta", next="/en/admin/")["Location"] == "/en/admin/"


@pytest.mark.parametrize(
    ("language", "named", "list_of_what", "heading"),
    [
        ("fi", ["Asiakaspalvelija", "Pääkäyttäjä", "Esihenkilö"], "Lisäyslinkki", "Henkilöstö"),
        ("sv", ["Kundrådgivare", "Huvudanvändare", "Chef"], "Länk för att lägga till", "Personal"),
        ("en", ["Adviser", "Operator", "Supervisor"], "Add link", "Staff"),
    ],
)
def test_roles_and_the_admins_own_texts_are_in_the_language_of_the_page(
    operator, language, named, list_of_what, heading
):
    asta = add(operator, "asta")
    give(operator, asta, "adviser")

    with translation.override(language):
        form, staff_list = operator.get(change(asta)), operator.get(reverse("admin:identity_user_changelist"))
        index, adding = operator.get(reverse("admin:index")).text, operator.get(reverse(ADD)).text
    waiting = sign_in_staff(Client(), staff("supervisor")).get(f"/{language}/admin/desk/staff-changes/").text

    roles = form.context["adminform"].form.fields["groups"]
    [by_role, *_] = staff_list.context["cl"].filter_specs
    assert {label for _key, label in roles.choices} == set(named)
    assert {name for _key, name in by_role.lookup_choices} == set(named)
    assert f": {named[0]}</dd>" in waiting
    assert (list_of_what in index, heading in index) == (True, True)
    assert ("After you’ve created a user" in adding) == (language == "en")


@pytest.mark.parametrize("role", ["adviser", "supervisor"])
def test_operator_alone_has_no_way_to_a_role_that_reads_peoples_data(operator, role):
    """Not by a second user of their own who is an operator too, nor by one whom that one names."""
    second = add(operator, "second")
    give(operator, second, "operator")
    assert roles(second) == ["operator"]
    third = add(sign_in_staff(Client(), second), "third")
    give(sign_in_staff(Client(), second), third, role)

    answers = [decide(staff("operator")).status_code, decide(second).status_code]

    assert (answers, roles(third)) == ([403, 403], [])


def test_nobody_confirms_what_they_asked_for_or_what_is_about_themselves(operator):
    sari = staff("supervisor")
    root = User.objects.create_superuser("root", is_staff=True)
    give(sign_in_staff(Client(), root), sari, "adviser", first_name="Sari")
    [waiting] = StaffChange.objects.all()

    decide(sari)
    decide(root)

    waiting.refresh_from_db()
    assert (waiting.decided_at, roles(sari)) == (None, [])


@pytest.mark.parametrize("role", ["adviser", "supervisor"])
def test_operator_alone_takes_over_nobody_who_reads_peoples_data(operator, role):
    user = staff(role)
    user.set_password(PASSWORD)
    user.save()
    TOTP.activate(user, generate_totp_secret())
    other = {"usable_password": "true", "password1": "another long password", "password2": "another long password"}

    # Whoever is made inactive meanwhile still has the role.
    give(operator, user, role, is_active="")
    operator.post(reverse("admin:auth_user_password_change", args=[user.pk]), other)
    operator.post(reverse(LIST), {"action": "remove_second_factors", "_selected_action": [user.pk]})
    give(operator, user, role)

    now = User.objects.get(pk=user.pk)
    assert (now.check_password(PASSWORD), Authenticator.objects.filter(user=user).count()) == (True, 1)
    assert {each.kind for each in StaffChange.objects.filter(decided_at=None)} == {"password", "factors"}


def test_confirmed_password_and_factors_are_changed_and_no_hash_is_kept(operator):
    anna = staff("adviser")
    TOTP.activate(anna, generate_totp_secret())
    operator.post(reverse("admin:auth_user_password_change", args=[anna.pk]), PASSWORDS)
    decide(staff("supervisor"))
    operator.post(reverse(LIST), {"action": "remove_second_factors", "_selected_action": [anna.pk]})
    decide(staff("supervisor"))

    assert User.objects.get(pk=anna.pk).check_password(PASSWORD)
    assert not Authenticator.objects.filter(user=anna).exists()
    assert {each.password for each in StaffChange.objects.all()} == {""}


def test_rejected_change_is_not_made(operator):
    asta = add(operator, "asta")
    give(operator, asta, "supervisor")

    decide(staff("supervisor"), "reject")

    assert roles(asta) == []
    assert StaffChange.objects.get().accepted is False


def test_change_that_waits_is_shown_and_ends_after_a_week(operator, time_machine):
    time_machine.move_to("2026-11-21T10:00:05Z", tick=False)
    give(operator, add(operator, "asta"), "supervisor")
    page = sign_in_staff(Client(), staff("supervisor")).get(reverse("admin:desk_staff_changes")).content.decode()
    assert "asta" in page
    time_machine.move_to("2026-11-29T10:00:05Z", tick=False)

    decide(staff("supervisor"))

    assert StaffChange.objects.get().decided_at is None
    assert roles(User.objects.get(username="asta")) == []


def test_what_a_colleague_decides_is_in_the_trail(operator):
    asta = add(operator, "asta")
    give(operator, asta, "supervisor")
    decide(staff("supervisor"))

    entries = Entry.objects.filter(subject=f"user {asta.pk}", event__startswith="staff_change_").order_by("number")
    assert [(entry.event, entry.role, entry.user.username, entry.facts) for entry in entries] == [
        ("staff_change_asked", "operator", "olavi", {"change": "role", "roles": "supervisor"}),
        ("staff_change_confirmed", "supervisor", "sari", {"change": "role", "roles": "supervisor"}),
    ]


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
    anna = add(operator, "anna")
    TOTP.activate(anna, generate_totp_secret())

    operator.post(change(anna), {"username": "anna", "is_active": "on"})
    operator.post(reverse("admin:auth_user_password_change", args=[anna.pk]), PASSWORDS)
    operator.post(reverse(LIST), {"action": "remove_second_factors", "_selected_action": [anna.pk]})

    entries = Entry.objects.filter(event="staff_changed", subject=f"user {anna.pk}")
    assert [(entry.role, entry.user.username, entry.facts) for entry in entries] == [
        ("operator", "olavi", {"roles": "", "active": True})
    ] * 4


def test_who_has_left_is_made_inactive_and_never_deleted(operator):
    anna = staff("adviser")
    session = sign_in_staff(Visitor(), anna)

    operator.post(change(anna), {"username": "anna"})
    deleted = operator.post(reverse("admin:identity_user_delete", args=[anna.pk]), {"post": "yes"})

    assert not User.objects.get(username="anna").is_active
    assert deleted.status_code == 403
    assert session.get("/en/admin/").status_code == 302


def test_lost_phone_is_replaced_and_leaves_no_session_open(operator):
    second = add(operator, "second")
    give(operator, second, "operator")
    TOTP.activate(second, generate_totp_secret())
    lost = sign_in_staff(Visitor(), User.objects.get(pk=second.pk))
    assert lost.get("/en/admin/").status_code == 200

    operator.post(reverse(LIST), {"action": "remove_second_factors", "_selected_action": [second.pk]})

    assert Authenticator.objects.count() == 0
    assert lost.get("/en/admin/").status_code == 302
    assert operator.get("/en/admin/").status_code == 200


def test_wrong_present_passwords_are_counted(operator):
    """In a session that somebody left open, and together with those before a change of second factors."""
    wrong = {"old_password": "wrong", "new_password1": PASSWORD, "new_password2": PASSWORD}
    answers = [operator.post("/en/admin/password_change/", wrong).status_code for _ in range(11)]
    again = operator.post("/en/staff/password/", {"password": "wrong"}).status_code

    assert (answers, again) == ([200] * 10 + [429], 429)


def test_adviser_names_nobody(client):
    sign_in_staff(client, staff("adviser"))

    assert client.get(reverse(LIST)).status_code == 403
