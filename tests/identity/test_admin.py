"""Members of staff in the admin: who may work here is named here."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from identity import staff_changes, staff_links
from identity.enums import StaffChangeKind
from identity.models import StaffChange, StaffLink, User
from mailing.models import Letter
from records.models import Entry
from tests.applications.households import written
from tests.identity.accounts import PASSWORD, person
from tests.identity.conftest import Visitor
from tests.identity.test_logging_in import log_in
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db
LIST, ADD = "admin:identity_user_changelist", "admin:identity_user_add"


@pytest.fixture
def operator(client):
    translation.activate("en")  # the language of the addresses below
    user = staff("operator")
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="identity", codename__endswith="_user")
    )
    return sign_in_staff(client, user)


def change(user):
    return reverse("admin:identity_user_change", args=[user.pk])


def invite(operator, name, role="none", **more):
    """Send what the form of a new member of staff sends."""
    person = {"username": name, "first_name": name.title(), "last_name": "Example", "email": f"{name}@example.test"}
    return operator.post(reverse(ADD), {**person, "language": "fi", "role": role, **more})


def add(operator, name, role="none"):
    invite(operator, name, role)
    return User.objects.get(username=name)


def give(operator, user, role="", **more):
    """Send the form of a member of staff with a role, or with none."""
    now = User.objects.get(pk=user.pk)
    groups = [Group.objects.get(name=role).pk] if role else []
    fields = {"username": now.username, "email": now.email, "language": now.language, "first_name": now.first_name}
    return operator.post(change(user), {**fields, "groups": groups, "is_active": "on", **more})


def link_to(operator, user):
    """Press the button that sends a link."""
    return operator.post(reverse("admin:identity_user_link", args=[user.pk]), follow=True)


def token(user):
    """Return the token of the link that works."""
    return staff_links.TOKEN.of(StaffLink.objects.get(user=user, used_at=None, replaced_at=None))


def come_in(user, password=PASSWORD, by=None):
    """Set a password by the link in the newest letter; return the answer."""
    return Client().post(f"/en/staff/link/?token={by or token(user)}", {"password": password})


def roles(user):
    return [found.name for found in User.objects.get(pk=user.pk).groups.order_by("name")]


def decide(by, decision="confirm"):
    """Let a member of staff decide on the only change that waits; return the answer."""
    [waiting] = StaffChange.objects.filter(decided_at=None)
    return sign_in_staff(Client(), by).post(
        reverse("admin:desk_staff_change", args=[waiting.pk]), {"decision": decision}
    )


def test_operator_names_an_adviser_who_can_log_in_once_a_supervisor_has_confirmed(operator):
    asta = add(operator, "asta", "adviser")
    come_in(asta)
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
    asta = add(operator, "asta", "adviser")

    with translation.override(language):
        form, staff_list = operator.get(change(asta)), operator.get(reverse("admin:identity_user_changelist"))
        index, adding = operator.get(reverse("admin:index")).text, operator.get(reverse(ADD)).text
        listed = staff_list.text
    waiting = sign_in_staff(Client(), staff("supervisor")).get(f"/{language}/admin/desk/staff-changes/").text

    roles = form.context["adminform"].form.fields["groups"]
    [by_role, *_] = staff_list.context["cl"].filter_specs
    assert {label for _key, label in roles.choices} == set(named)
    assert {name for _key, name in by_role.lookup_choices} == set(named)
    assert f": {named[0]}</dd>" in waiting
    assert (list_of_what in index, heading in index) == (True, True)
    assert [name for name in named if name not in adding] == []
    assert "Asta" in listed
    assert named[0] in listed


@pytest.mark.parametrize("role", ["adviser", "supervisor"])
def test_operator_alone_has_no_way_to_a_role_that_reads_peoples_data(operator, role):
    """Not by a second user of their own who is an operator too, nor by one whom that one names."""
    second = add(operator, "second", "operator")
    assert roles(second) == ["operator"]
    third = add(sign_in_staff(Client(), second), "third", role)

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

    # Whoever is made inactive meanwhile still has the role; and another address alone opens nothing.
    give(operator, user, role, is_active="", email="olavi@example.test")
    operator.post(reverse(LIST), {"action": "remove_second_factors", "_selected_action": [user.pk]})
    give(operator, user, role)
    link_to(operator, user)

    now = User.objects.get(pk=user.pk)
    assert (now.check_password(PASSWORD), Authenticator.objects.filter(user=user).count()) == (True, 1)
    assert (StaffLink.objects.count(), Letter.objects.count()) == (0, 0)
    assert {(each.kind, each.email) for each in StaffChange.objects.filter(decided_at=None)} == {
        ("password", "olavi@example.test"),
        ("factors", ""),
    }


def test_link_and_lost_factors_of_who_reads_data_wait_for_a_colleague_who_sees_the_address(operator):
    anna = staff("adviser")
    TOTP.activate(anna, generate_totp_secret())
    give(operator, anna, "adviser", email="anna@example.test")
    told = link_to(operator, anna).text
    waiting = sign_in_staff(Client(), staff("supervisor")).get(reverse("admin:desk_staff_changes")).text
    give(operator, anna, "adviser", email="another@example.test")  # which changes nothing of what was asked for
    decide(staff("supervisor"))
    operator.post(reverse(LIST), {"action": "remove_second_factors", "_selected_action": [anna.pk]})
    decide(staff("supervisor"))

    assert "this will wait until a supervisor approves it at the desk" in told
    assert "anna@example.test" in waiting
    assert [letter.to for letter in Letter.objects.all()] == ["anna@example.test"]
    assert come_in(anna).status_code == 302
    assert User.objects.get(pk=anna.pk).check_password(PASSWORD)
    assert not Authenticator.objects.filter(user=anna).exists()


def test_role_is_not_given_once_a_link_has_gone_to_another_address(operator):
    """The colleague has seen the former address, and would vouch for whoever reads the new one."""
    asta = add(operator, "asta", "supervisor")
    give(operator, asta, email="olavi@example.test")
    link_to(operator, asta)

    with pytest.raises(staff_changes.AnotherAddress):
        staff_changes.decide_change(StaffChange.objects.get(), accepted=True, by=acting("supervisor"))
    decide(staff("supervisor"))

    assert roles(asta) == []
    assert StaffChange.objects.get().decided_at is None


def test_link_to_another_address_leaves_nothing_to_who_read_the_former_one(operator):
    asta = add(operator, "asta")
    come_in(asta)
    TOTP.activate(asta, generate_totp_secret())
    session = sign_in_staff(Visitor(), User.objects.get(pk=asta.pk))
    give(operator, asta, email="right@example.test")

    link_to(operator, asta)

    now = User.objects.get(pk=asta.pk)
    assert (now.has_usable_password(), Authenticator.objects.filter(user=asta).exists()) == (False, False)
    assert session.get("/en/admin/").status_code == 302
    assert Letter.objects.latest("pk").to == "right@example.test"


def test_link_to_the_same_address_leaves_the_password_until_another_is_set(operator):
    asta = add(operator, "asta")
    come_in(asta)

    link_to(operator, asta)

    assert User.objects.get(pk=asta.pk).check_password(PASSWORD)
    come_in(asta, "another long password")
    assert User.objects.get(pk=asta.pk).check_password("another long password")


def test_password_that_the_release_before_asked_for_is_set_and_no_hash_is_kept(operator):
    anna = staff("adviser")
    asked = staff_changes.ask_for_change(anna, StaffChangeKind.PASSWORD, by=acting("operator"))
    StaffChange.objects.filter(pk=asked.pk).update(email="", password=make_password(PASSWORD))

    decide(staff("supervisor"))

    assert User.objects.get(pk=anna.pk).check_password(PASSWORD)
    assert StaffChange.objects.get().password == ""


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        ({"role": ""}, "Choose a role, or “No role yet”."),
        ({"email": ""}, "Enter the email address of the person."),
    ],
)
def test_nobody_is_invited_without_a_chosen_role_or_an_address(operator, left_out, told):
    page = invite(operator, "asta", **{"role": "adviser", **left_out})

    assert (page.status_code, told in page.text) == (200, True)
    assert not User.objects.filter(username="asta").exists()


@pytest.mark.parametrize("act", ["invite", "give"])
def test_who_has_no_role_is_not_left_so_unremarked(operator, act):
    asta = add(operator, "asta", "none" if act == "invite" else "operator")
    if act == "give":
        give(operator, asta)

    assert "Asta has no role, and can do nothing here." in operator.get(reverse(LIST)).text


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_invitation_is_an_email_in_the_persons_language(operator, language):
    invite(operator, "asta", language=language)
    asta = User.objects.get(username="asta")

    subject, text, _ = written(Letter.objects.get())

    assert Letter.objects.get().language == language
    assert f"/{language}/staff/link/?token={token(asta)}" in text
    assert "asta" in text
    assert (
        subject
        == {
            "fi": "Hekan asuntohakemukset: luo salasana käyttäjätunnuksellesi",
            "sv": "Heka-bostadsansökningar: skapa ett lösenord för ditt användarnamn",
            "en": "Heka housing applications: create your staff password",
        }[language]
    )


def test_list_of_staff_says_who_has_come_in(operator, time_machine):
    time_machine.move_to("2026-11-21T10:00:05Z", tick=False)
    sign_in_staff(operator, User.objects.get(username="olavi"))
    come_in(add(operator, "asta", "operator"))
    TOTP.activate(User.objects.get(username="asta"), generate_totp_secret())
    add(operator, "eero", "adviser")
    give(operator, add(operator, "iida", "operator"), "operator", is_active="")
    shown = cells(operator)
    time_machine.move_to("2026-11-24T10:00:06Z", tick=False)
    sign_in_staff(operator, User.objects.get(username="olavi"))

    eero = User.objects.get(username="eero")
    assert "<strong>Adviser (waiting for approval)</strong>" in operator.get(change(eero)).text
    assert shown["asta"] == ["Operator", "In use", "Yes"]
    assert shown["eero"] == ["Adviser (waiting for approval)", "Invited", "No"]
    assert shown["iida"] == ["Operator", "Not in use", "No"]
    assert cells(operator)["eero"][1] == "The invitation has expired"


def cells(operator):
    """Return role, state and second factor of each member of staff in the list."""
    rows = re.findall(r'field-username">.*?>(\w+)</a>(.*?)</tr>', operator.get(reverse(LIST)).text, re.DOTALL)
    return {
        name: [re.search(rf'field-{column}">(.*?)<', rest)[1] for column in ("roles", "state", "second_factor")]
        for name, rest in rows
    }


def test_list_of_staff_names_those_without_a_role(operator):
    add(operator, "asta")

    page = operator.get(reverse(LIST)).text

    assert ">No role</a>" in page
    assert ">-</a>" not in page


def test_list_of_staff_takes_as_many_queries_for_ten_as_for_two(operator):
    operator.get(reverse(LIST))
    counts = []
    for names in (["asta"], [f"staff{n}" for n in range(8)]):
        for name in names:
            add(operator, name, "adviser")
        operator.get(reverse(LIST))
        with CaptureQueriesContext(connection) as queries:
            operator.get(reverse(LIST))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_nobody_types_the_password_of_another(operator):
    asta = add(operator, "asta")

    pages = operator.get(change(asta)).text + operator.get(reverse(ADD)).text

    assert "password1" not in pages
    assert operator.get(f"/en/admin/identity/user/{asta.pk}/password/").status_code in {302, 404}


def test_rejected_change_is_not_made(operator):
    asta = add(operator, "asta", "supervisor")

    decide(staff("supervisor"), "reject")

    assert roles(asta) == []
    assert StaffChange.objects.get().accepted is False


def test_change_that_waits_is_shown_and_ends_after_a_week(operator, time_machine):
    time_machine.move_to("2026-11-21T10:00:05Z", tick=False)
    add(operator, "asta", "supervisor")
    page = sign_in_staff(Client(), staff("supervisor")).get(reverse("admin:desk_staff_changes")).content.decode()
    assert "asta" in page
    time_machine.move_to("2026-11-29T10:00:05Z", tick=False)

    decide(staff("supervisor"))

    assert StaffChange.objects.get().decided_at is None
    assert roles(User.objects.get(username="asta")) == []


def test_what_a_colleague_decides_is_in_the_trail(operator):
    asta = add(operator, "asta", "supervisor")
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
    link = link_to(operator, root)

    assert not User.objects.get(username="olavi").is_superuser
    assert operator.get(change(root)).status_code == 302
    assert link.status_code == 404
    assert StaffLink.objects.count() == 0


def test_operator_gives_no_role_to_themselves(operator):
    olavi = User.objects.get(username="olavi")
    supervisor = Group.objects.get_or_create(name="supervisor")[0]

    answer = operator.post(change(olavi), {"username": "olavi", "groups": [supervisor.pk], "is_active": "on"})

    assert answer.status_code == 403
    assert supervisor not in olavi.groups.all()


def test_changes_of_staff_are_in_the_trail(operator):
    anna = add(operator, "anna")
    TOTP.activate(anna, generate_totp_secret())

    give(operator, anna)
    operator.post(reverse(LIST), {"action": "remove_second_factors", "_selected_action": [anna.pk]})
    come_in(anna)

    entries = Entry.objects.filter(event__startswith="staff_", subject=f"user {anna.pk}").order_by("number")
    facts = {"roles": "", "active": True}
    assert [(entry.event, entry.user.username, entry.facts) for entry in entries] == [
        ("staff_link_sent", "olavi", {}),
        *[("staff_changed", "olavi", facts)] * 3,
        ("staff_password_set", "anna", {}),
    ]


def test_who_has_left_is_made_inactive_and_never_deleted(operator):
    anna = staff("adviser")
    session = sign_in_staff(Visitor(), anna)

    give(operator, anna, "adviser", is_active="")
    deleted = operator.post(reverse("admin:identity_user_delete", args=[anna.pk]), {"post": "yes"})

    assert not User.objects.get(username="anna").is_active
    assert deleted.status_code == 403
    assert session.get("/en/admin/").status_code == 302


@pytest.mark.parametrize("by", ["operator", "superuser"])
def test_break_glass_account_is_not_renamed_out_of_its_alarm(operator, settings, by):
    glass = add(operator, "glass", "operator")
    settings.BREAK_GLASS_USERNAME = "glass"
    if by == "superuser":
        sign_in_staff(operator, User.objects.create_superuser("root", is_staff=True))

    page = operator.get(change(glass)).text
    give(operator, glass, "operator", username="other", first_name="Renamed")

    glass.refresh_from_db()
    assert ('name="username"' in page, 'name="first_name"' in page) == (False, True)
    assert (glass.username, glass.first_name) == ("glass", "Renamed")


def test_nobody_is_made_the_break_glass_account_on_a_page(operator, settings):
    asta = add(operator, "asta")
    settings.BREAK_GLASS_USERNAME = "glass"

    answers = [give(operator, asta, username="glass").text, invite(operator, "glass").text]

    assert ["This one is reserved for the emergency account" in text for text in answers] == [True, True]
    assert not User.objects.filter(username="glass").exists()
    give(operator, asta, username="astrid")
    assert User.objects.filter(username="astrid").exists()


@pytest.mark.parametrize("role", ["operator", "supervisor"])
def test_nobody_is_sent_a_way_around_the_safe_with_the_break_glass_password(operator, settings, role):
    glass = staff(role) if role == "supervisor" else add(operator, "glass", role)
    StaffLink.objects.all().delete()
    User.objects.filter(pk=glass.pk).update(email="olavi@example.test", password=make_password(PASSWORD))
    settings.BREAK_GLASS_USERNAME = glass.username

    told = link_to(operator, glass).text

    assert "The emergency account gets no link" in told
    assert (StaffLink.objects.exists(), StaffChange.objects.exists()) == (False, False)
    assert User.objects.get(pk=glass.pk).check_password(PASSWORD)


def test_operator_may_switch_the_break_glass_account_off(operator, settings):
    """Whoever has got hold of its password is out at once. The trail has it, and `check` says so (identity.W046)."""
    glass = add(operator, "glass", "operator")
    settings.BREAK_GLASS_USERNAME = "glass"

    give(operator, glass, "operator", is_active="")

    assert not User.objects.get(pk=glass.pk).is_active


def test_lost_phone_is_replaced_and_leaves_no_session_open(operator):
    second = add(operator, "second", "operator")
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
