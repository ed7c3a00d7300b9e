import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import translation

from identity.models import User
from tests.staff import sign_in_staff, staff
from upstream import clients
from upstream.models import ApiClient

CHANGELIST = "admin:upstream_apiclient_changelist"
TOKEN = re.compile(r"heka_[\w-]{43}")


@pytest.fixture
def operator(client, db):
    translation.activate("en")  # the language of the addresses below
    return sign_in_staff(client, staff("operator"))


def act(operator, action, *chosen):
    data = {"action": action, "_selected_action": [client.pk for client in chosen]}
    return operator.post(reverse(CHANGELIST), data, follow=True)


def test_adding_shows_the_token_once(operator):
    response = operator.post(reverse("admin:upstream_apiclient_add"), {"name": "Housing system"})

    (token,) = TOKEN.findall(response.content.decode())
    assert "no-store" in response["Cache-Control"]
    assert clients.of_token(token).name == "Housing system"
    for address in (CHANGELIST, "admin:index", "admin:upstream_apiclient_change"):
        args = [ApiClient.objects.get().pk] if address.endswith("change") else []
        page = operator.get(reverse(address, args=args)).content.decode()
        assert not TOKEN.search(page)
        assert ApiClient.objects.get().token_hash not in page


def test_token_is_not_kept_in_the_session_or_the_log_of_the_admin(operator):
    response = operator.post(reverse("admin:upstream_apiclient_add"), {"name": "Housing system"})

    (token,) = TOKEN.findall(response.content.decode())
    assert token not in str([session.get_decoded() for session in Session.objects.all()])
    assert token not in str(list(User.objects.get().logentry_set.values()))


def test_adding_a_name_again_is_a_fault_of_the_form(operator):
    clients.issue("Housing system")

    response = operator.post(reverse("admin:upstream_apiclient_add"), {"name": "Housing system"})

    assert response.context["adminform"].errors["name"]
    assert ApiClient.objects.count() == 1


def test_adding_takes_no_digest_from_the_form(operator):
    data = {"name": "Housing system", "token_hash": "0" * 64, "revoked_at": "2026-01-01", "id": 99}

    operator.post(reverse("admin:upstream_apiclient_add"), data)

    client = ApiClient.objects.get()
    assert client.token_hash != "0" * 64
    assert client.revoked_at is None


def test_revoking(operator):
    client, token = clients.issue("Housing system")
    other, other_token = clients.issue("Another system")

    response = act(operator, "revoke", client)

    assert "1 client was revoked." in response.content.decode()
    assert (clients.of_token(token), clients.of_token(other_token)) == (None, other)


def test_replacing_shows_the_new_token_once(operator):
    client, token = clients.issue("Housing system")

    response = act(operator, "replace_token", client)

    (new,) = TOKEN.findall(response.content.decode())
    assert "no-store" in response["Cache-Control"]
    assert (clients.of_token(token), clients.of_token(new)) == (None, client)


def test_replacing_several_at_once_replaces_none(operator):
    issued = [clients.issue("Housing system"), clients.issue("Another system")]

    response = act(operator, "replace_token", *[client for client, _token in issued])

    assert not TOKEN.search(response.content.decode())
    assert [clients.of_token(token) for _client, token in issued] == [client for client, _token in issued]


def test_nothing_is_changed_or_deleted(operator):
    client, _token = clients.issue("Housing system")

    change = operator.post(reverse("admin:upstream_apiclient_change", args=[client.pk]), {"name": "Other"})
    delete = operator.post(reverse("admin:upstream_apiclient_delete", args=[client.pk]), {"post": "yes"})
    act(operator, "delete_selected", client)

    assert (change.status_code, delete.status_code) == (403, 403)
    assert ApiClient.objects.values("name", "token_hash").get() == {
        "name": "Housing system",
        "token_hash": client.token_hash,
    }


@pytest.mark.parametrize("role", ["adviser", "supervisor"])
def test_staff_without_the_right_can_do_nothing(client, db, role):
    sign_in_staff(client, staff(role))
    known, token = clients.issue("Housing system")

    statuses = {
        client.post(reverse("admin:upstream_apiclient_add"), {"name": "Mine"}).status_code,
        act(client, "revoke", known).status_code,
        act(client, "replace_token", known).status_code,
    }

    assert statuses == {403}
    assert clients.of_token(token) == known
