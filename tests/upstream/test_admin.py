import re

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from applications import document
from applications.models import Application
from identity.models import User
from tests import cast
from tests.staff import sign_in_staff, staff
from upstream import clients, endpoints, events, intake
from upstream.models import ApiClient, WebhookDelivery, WebhookEndpoint

CHANGELIST = "admin:upstream_apiclient_changelist"
TOKEN = re.compile(r"heka_[\w-]{43}")
SETTINGS = {"requests_a_minute": 300, "changed_in": "both", "name_fi": "Asuntohaku"}
NEW = {"name": "Housing system", **SETTINGS}


@pytest.fixture
def operator(client, db):
    translation.activate("en")  # the language of the addresses below
    return sign_in_staff(client, staff("operator"))


def act(operator, action, *chosen):
    data = {"action": action, "_selected_action": [client.pk for client in chosen]}
    return operator.post(reverse(CHANGELIST), data, follow=True)


def test_adding_shows_the_token_once(operator):
    response = operator.post(reverse("admin:upstream_apiclient_add"), NEW)

    (token,) = TOKEN.findall(response.content.decode())
    assert "no-store" in response["Cache-Control"]
    assert clients.of_token(token).name == "Housing system"
    for address in (CHANGELIST, "admin:index", "admin:upstream_apiclient_change"):
        args = [ApiClient.objects.get().pk] if address.endswith("change") else []
        page = operator.get(reverse(address, args=args)).content.decode()
        assert not TOKEN.search(page)
        assert ApiClient.objects.get().token_hash not in page


def test_token_is_not_kept_in_the_session_or_the_log_of_the_admin(operator):
    response = operator.post(reverse("admin:upstream_apiclient_add"), NEW)

    (token,) = TOKEN.findall(response.content.decode())
    assert token not in str([session.get_decoded() for session in Session.objects.all()])
    assert token not in str(list(User.objects.get().logentry_set.values()))


def test_adding_a_name_again_is_a_fault_of_the_form(operator):
    clients.issue("Housing system")

    response = operator.post(reverse("admin:upstream_apiclient_add"), NEW)

    assert response.context["adminform"].errors["name"]
    assert ApiClient.objects.count() == 1


def test_adding_takes_no_digest_from_the_form(operator):
    data = {**NEW, "token_hash": "0" * 64, "revoked_at": "2026-01-01", "id": 99}

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


def test_name_and_token_are_not_changed_and_nothing_is_deleted(operator):
    client, _token = clients.issue("Housing system")
    data = {**NEW, "name": "Other", "token_hash": "0" * 64}

    change = operator.post(reverse("admin:upstream_apiclient_change", args=[client.pk]), data)
    delete = operator.post(reverse("admin:upstream_apiclient_delete", args=[client.pk]), {"post": "yes"})
    act(operator, "delete_selected", client)

    assert (change.status_code, delete.status_code) == (302, 403)
    assert ApiClient.objects.values("name", "token_hash").get() == {
        "name": "Housing system",
        "token_hash": client.token_hash,
    }


def test_client_says_where_its_applications_are_edited_those_too_that_it_has_sent(operator):
    """J6.4"""
    client, _token = clients.issue("Housing system")
    intake.receive(document.parse(cast.document()), client=client)
    page = reverse("admin:upstream_apiclient_change", args=[client.pk])
    data = {**SETTINGS, "changed_in": "there", "name_sv": "Bostadssök", "change_link": "https://x.example/{reference}"}

    before = operator.get(page).context["adminform"].form
    operator.post(page, data)

    assert [before[name].value() for name in ("changed_in", "name_fi", "change_link")] == [
        "both",
        "Housing system",
        "",
    ]
    sent = Application.objects.get()
    assert sent.edited_elsewhere == ApiClient.objects.get().origin
    assert sent.edit_link == f"https://x.example/{sent.number}"
    assert "Only in the housing system" in operator.get(reverse(CHANGELIST)).text
    assert operator.get(page).context["adminform"].form["name_sv"].value() == "Bostadssök"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_form_says_which_address_it_takes(operator, language):
    client, _token = clients.issue("Housing system")
    with translation.override(language):
        page = reverse("admin:upstream_apiclient_change", args=[client.pk])

    response = operator.post(page, {**SETTINGS, "change_link": "http://x.example/"})

    assert "{reference}" in response.context["adminform"].errors["change_link"][0]
    assert ApiClient.objects.get().origin.change_link == ""


def test_one_client_is_chosen_to_receive_the_applications_filled_in_here(operator):
    """J8"""
    first, other = clients.issue("Housing system")[0], clients.issue("Another system")[0]
    pages = [reverse("admin:upstream_apiclient_change", args=[one.pk]) for one in (first, other)]
    data = {**SETTINGS, "receives_forms": "on"}

    chosen = [operator.post(page, data) for page in (*pages, pages[0])]

    assert [answer.status_code for answer in chosen] == [302, 200, 302]
    assert (
        "Another client already receives the applications filled in here. Remove the tick there first."
        in chosen[1].text
    )
    assert ApiClient.objects.get(receives_forms=True) == first


def test_limit_of_requests_is_chosen_and_changed(operator):
    operator.post(reverse("admin:upstream_apiclient_add"), {**NEW, "requests_a_minute": 50})
    client = ApiClient.objects.get()
    page = reverse("admin:upstream_apiclient_change", args=[client.pk])

    operator.post(page, {**SETTINGS, "requests_a_minute": 600})
    refused = [operator.post(page, {**SETTINGS, "requests_a_minute": limit}) for limit in (0, 10_001, "")]

    assert client.requests_a_minute == 50
    assert ApiClient.objects.get().requests_a_minute == 600
    assert all(answer.context["adminform"].errors["requests_a_minute"] for answer in refused)


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


# --- Receivers of events, and what became of each event --------------------------------------------------

ENDPOINTS, DELIVERIES = "admin:upstream_webhookendpoint_changelist", "admin:upstream_webhookdelivery_changelist"
SECRET = re.compile(r"whsec_[\w+/]{43}=")
URL = "https://receiver.example/events"


def do(operator, page, action, *chosen):
    data = {"action": action, "_selected_action": [one.pk for one in chosen]}
    return operator.post(reverse(page), data, follow=True)


@pytest.fixture
def endpoint(db):
    return endpoints.add(clients.issue("Housing system")[0], URL)[0]


@pytest.fixture
def delivery(endpoint):
    intake.receive(document.parse(cast.document()), client=endpoint.client)
    events.collect()
    return WebhookDelivery.objects.get()


def test_adding_a_receiver_shows_its_secret_once(operator):
    known, _ = clients.issue("Housing system")

    response = operator.post(reverse("admin:upstream_webhookendpoint_add"), {"client": known.pk, "url": URL})

    [secret] = SECRET.findall(response.content.decode())
    one = WebhookEndpoint.objects.get()
    assert "no-store" in response["Cache-Control"]
    assert (one.client, one.url, one.secret) == (known, URL, secret)
    for page in (reverse(ENDPOINTS), reverse("admin:upstream_webhookendpoint_change", args=[one.pk])):
        assert not SECRET.search(operator.get(page).content.decode())
    assert secret not in str([session.get_decoded() for session in Session.objects.all()])
    assert secret not in str(list(User.objects.get().logentry_set.values()))


@pytest.mark.parametrize("url", ["http://receiver.example/", "https://127.0.0.1/", "https://[::1]/", "x"])
def test_adding_a_receiver_that_would_not_be_called_is_a_fault_of_the_form(operator, url):
    known, _ = clients.issue("Housing system")

    response = operator.post(reverse("admin:upstream_webhookendpoint_add"), {"client": known.pk, "url": url})

    assert response.context["adminform"].errors["url"]
    assert not WebhookEndpoint.objects.exists()


def test_adding_a_receiver_again_is_a_fault_of_the_form(operator, endpoint):
    data = {"client": endpoint.client.pk, "url": URL}

    response = operator.post(reverse("admin:upstream_webhookendpoint_add"), data)

    assert response.context["adminform"].errors
    assert WebhookEndpoint.objects.count() == 1


def test_a_new_secret_is_shown_once(operator, endpoint):
    former = endpoint.secret

    response = do(operator, ENDPOINTS, "rotate_secret", endpoint)

    endpoint.refresh_from_db()
    assert SECRET.findall(response.content.decode()) == [endpoint.secret]
    assert (endpoint.former_secret, "no-store" in response["Cache-Control"]) == (former, True)


def test_disabling_a_receiver(operator, delivery):
    response = do(operator, ENDPOINTS, "disable", delivery.endpoint)

    assert "1 receiver was disabled." in response.content.decode()
    assert WebhookEndpoint.objects.get().disabled_at is not None
    assert WebhookDelivery.objects.get().failure == "disabled"


def test_deliveries_show_what_became_of_them(operator, delivery):
    page = operator.get(reverse(DELIVERIES)).content.decode()

    assert all(text in page for text in (delivery.application.number, URL, "Waiting"))


def test_deliveries_are_found_by_status_and_by_number(operator, delivery):
    number = delivery.application.number

    def found(**query):
        return operator.get(reverse(DELIVERIES), query).context["cl"].result_count

    assert [found(status=status) for status in ("waiting", "delayed", "delivered", "given_up")] == [1, 0, 0, 0]
    assert [found(q=text) for text in (number.lower(), "K7M-P3X-Q4T", "x")] == [1, 0, 0]


def test_replaying_chosen_deliveries(operator, delivery):
    WebhookDelivery.objects.update(delivered_at=Now())

    response = do(operator, DELIVERIES, "replay", delivery)

    assert "1 event will be sent again." in response.content.decode()
    assert str(WebhookDelivery.objects.get().status) == "waiting"


def test_number_of_queries_does_not_grow_with_the_deliveries(operator, delivery, django_assert_num_queries):
    for page in (ENDPOINTS, DELIVERIES):
        operator.get(reverse(page))
        with CaptureQueriesContext(connection) as one:
            operator.get(reverse(page))
        for number in range(2):
            sent = cast.document(reference=f"{page}-{number}".replace(":", "-"))
            intake.receive(document.parse(sent), client=delivery.endpoint.client)
        events.collect()
        with django_assert_num_queries(len(one)):
            operator.get(reverse(page))


def test_receivers_and_deliveries_are_neither_changed_nor_deleted(operator, delivery):
    for name, one in (("webhookendpoint", delivery.endpoint), ("webhookdelivery", delivery)):
        change = operator.post(
            reverse(f"admin:upstream_{name}_change", args=[one.pk]), {"url": "https://other.example/"}
        )
        delete = operator.post(reverse(f"admin:upstream_{name}_delete", args=[one.pk]), {"post": "yes"})
        assert (change.status_code, delete.status_code) == (403, 403)
    assert operator.post(reverse("admin:upstream_webhookdelivery_add"), {}).status_code == 403
    assert WebhookEndpoint.objects.get().url == URL


@pytest.mark.parametrize("role", ["adviser", "supervisor"])
def test_staff_without_the_right_see_and_do_nothing_of_this(client, delivery, role):
    sign_in_staff(client, staff(role))

    statuses = {
        client.get(reverse(ENDPOINTS)).status_code,
        client.get(reverse(DELIVERIES)).status_code,
        client.post(reverse("admin:upstream_webhookendpoint_add"), {"client": 1, "url": URL}).status_code,
        do(client, ENDPOINTS, "rotate_secret", delivery.endpoint).status_code,
        do(client, ENDPOINTS, "disable", delivery.endpoint).status_code,
        do(client, DELIVERIES, "replay", delivery).status_code,
    }

    assert statuses == {403}
