"""The demo's housing system: its token, its receiver of events, and the page for developers."""

import json
import time

import pytest
from django.utils import timezone, translation

from demo import data, housing_system, housing_system_page
from demo.housing_system import NAME, TOKEN
from demo.models import DemoApplication, DemoEvent
from demo.people import BY_KEY
from tests.cast import MAIJA, document
from upstream import clients, endpoints, webhooks
from upstream.models import ApiClient, Event, WebhookDelivery, WebhookEndpoint

PAGE = "/demo/housing-system/"
RECEIVER = "/demo/housing-system/events"
EVENT = {
    "id": "1",
    "type": "fi.heka-confirm.application.confirmed",
    "subject": "K7M-P3X-Q4T",
    "data": {"reference": "K7M-P3X-Q4T", "client_reference": "HS-1", "state": "valid", "waits_for": 0},
}


@pytest.fixture
def system(db, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    housing_system.ensure()
    return WebhookEndpoint.objects.get()


def send(client, body):
    return client.post(
        "/api/v1/applications",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )


def deliver(client, endpoint, *, event=EVENT, id_="1", at=None, body=None):
    signed, timestamp = json.dumps(event).encode(), int(time.time()) if at is None else at
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": endpoints.signatures(endpoint, id_=id_, timestamp=timestamp, body=signed),
    }
    return client.post(RECEIVER, body or signed, content_type="application/cloudevents+json", headers=headers)


def shown(client, language="en"):
    return client.get(PAGE, headers={"Accept-Language": language}).content.decode()


def test_known_token_sends_an_application(system, client):
    assert send(client, document(MAIJA, sent_at=timezone.now().isoformat())).status_code == 201


@pytest.mark.django_db
def test_data_alone_make_no_client_whose_token_is_known(client):
    data.load()

    assert ApiClient.objects.get().name == NAME
    assert clients.of_token(TOKEN) is None


def test_second_start_changes_nothing(system):
    housing_system.ensure()

    assert WebhookEndpoint.objects.get() == system
    assert ApiClient.objects.count() == 1


def test_start_brings_back_a_token_that_was_revoked(system):
    clients.revoke(system.client)

    housing_system.ensure()

    assert clients.of_token(TOKEN) == system.client
    assert list(WebhookEndpoint.objects.live()) == [system]


def test_applications_that_are_filled_in_here_are_the_demo_systems_unless_another_is_named(system):
    assert ApiClient.objects.get(receives_forms=True) == system.client

    ApiClient.objects.update(receives_forms=False)
    other, _token = clients.issue("Another system")
    ApiClient.objects.filter(pk=other.pk).update(receives_forms=True)
    housing_system.ensure()

    assert ApiClient.objects.get(receives_forms=True) == other


def test_start_at_another_port_sends_events_there_only(system, settings):
    settings.PUBLIC_URL = "http://localhost:8001"

    housing_system.ensure()

    assert [one.url for one in WebhookEndpoint.objects.live()] == [f"http://localhost:8001{RECEIVER}"]


def test_receivers_that_a_visitor_has_added_stay(system, settings):
    other, _secret = endpoints.add(system.client, "http://localhost:9999/events")
    settings.PUBLIC_URL = "http://localhost:8001"

    housing_system.ensure()

    assert other in WebhookEndpoint.objects.live()


def test_what_the_demo_begins_with_can_be_polled_and_is_not_sent(db, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    data.load()
    housing_system.ensure()

    webhooks.deliver_due_events()

    assert Event.objects.filter(client__name=NAME).count() >= len(DemoApplication.objects.all())
    assert WebhookDelivery.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_whoever_confirms_is_heard_of_on_the_page(live_server, settings, page, axe):
    settings.PUBLIC_URL, settings.WEBHOOK_ALLOW_PRIVATE = live_server.url, True
    data.load()
    housing_system.ensure()
    made = DemoApplication.objects.get(story="alone").application

    data.confirm(made, who=BY_KEY["aino"])
    webhooks.deliver_due_events()

    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{live_server.url}{PAGE}")
    card = page.locator(".cards > li").first
    card.locator("summary").click()
    assert made.number in card.locator("pre").text_content()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    axe(page)


def test_event_is_told_in_words(system, client):
    assert deliver(client, system).status_code == 204

    assert "The last adult has confirmed the application. It is valid." in shown(client)
    assert "Viimeinenkin täysi-ikäinen on vahvistanut hakemuksen. Se on voimassa." in shown(client, "fi")
    assert "Även den sista myndiga sökanden har bekräftat ansökan. Den gäller." in shown(client, "sv")


def test_newest_event_comes_first(system, client):
    deliver(client, system, id_="1")
    deliver(client, system, id_="2", event={**EVENT, "type": "fi.heka-confirm.application.withdrawn"})

    page = shown(client)
    assert page.index("was withdrawn") < page.index("The last adult has confirmed")


def test_event_that_comes_twice_counts_once(system, client):
    deliver(client, system)
    assert deliver(client, system).status_code == 204

    assert DemoEvent.objects.count() == 1
    assert "Arrived 2 times; it counts once." in shown(client)


def test_application_that_was_filled_in_here_has_no_number_of_the_housing_system(system, client):
    deliver(client, system, event={**EVENT, "data": {**EVENT["data"], "client_reference": None}})

    assert "filled in here." in shown(client)


def test_event_of_a_kind_that_is_not_known_is_shown_by_its_name(system, client):
    deliver(client, system, event={**EVENT, "type": "fi.heka-confirm.application.new_kind"})

    assert "<h3>new_kind</h3>" in shown(client)


@pytest.mark.parametrize("wrong", [{"at": 0}, {"body": b"{}"}])
def test_event_that_is_old_or_altered_is_refused(system, client, wrong):
    assert deliver(client, system, **wrong).status_code == 401
    assert DemoEvent.objects.count() == 0


def test_event_that_another_secret_signed_is_refused(system, client):
    former = WebhookEndpoint.objects.get()
    endpoints.rotate(system)

    assert deliver(client, former).status_code == 401


def test_event_goes_on_being_taken_after_its_secret_was_changed(system, client):
    endpoints.rotate(system)

    assert deliver(client, WebhookEndpoint.objects.get()).status_code == 204


@pytest.mark.parametrize("headers", [{}, {"webhook-id": "1", "webhook-timestamp": "²", "webhook-signature": "v1,ä"}])
def test_what_nobody_signed_is_refused(system, client, headers):
    headers = {name: value.encode().decode("latin-1") for name, value in headers.items()}

    assert client.post(RECEIVER, b"{}", content_type="application/json", headers=headers).status_code == 401


def test_nothing_is_taken_where_no_receiver_was_made(client, db):
    assert client.post(RECEIVER, b"{}", content_type="application/json").status_code == 401


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_kind_of_event_has_its_words(language):
    with translation.override(language):
        words = [str(each) for each in housing_system_page.WORDS.values()]

    assert len(set(words)) == len(words)


def test_page_tells_token_address_and_commands(system, client):
    page = shown(client)

    assert all(each in page for each in (TOKEN, "http://testserver/api/v1", "No events have arrived yet."))
    commands = client.get("/demo/housing-system/commands/")
    assert commands["Content-Type"] == "text/plain; charset=utf-8"
    assert "http://testserver/api/v1" in commands.content.decode()


def test_front_page_leads_to_the_housing_system(client, db):
    assert f'href="{PAGE}"' in client.get("/en/").content.decode()


def test_page_asks_the_database_the_same_however_much_has_arrived(system, client, django_assert_max_num_queries):
    for number in range(3):
        deliver(client, system, id_=str(number))

    with django_assert_max_num_queries(3):
        shown(client)


def test_page_sets_no_cookie(system, client):
    assert not client.get(PAGE).cookies
