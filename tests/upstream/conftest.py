import json

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from applications.models import Application
from tests import cast
from tests.cast import MAIJA
from tests.upstream import receivers
from upstream import clients, endpoints
from upstream.models import WebhookDelivery, WebhookEndpoint

APPLICATIONS = "/api/v1/applications"


class Caller:
    """A client of the API as the tests play it."""

    def __init__(self, http, client, token):
        self.http = http
        self.client = client
        self.token = token

    def post(self, body, key=None, **headers):
        if key is not None:
            headers["Idempotency-Key"] = key
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        return self.http.post(APPLICATIONS, content, content_type="application/json", headers=headers)

    def put(self, reference, body, digest=None, **headers):
        if digest is not None:
            headers["If-Match"] = f'"{digest}"'
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        return self.http.put(
            f"{APPLICATIONS}/{reference}", json.dumps(body), content_type="application/json", headers=headers
        )

    def withdraw(self, reference, **headers):
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        return self.http.post(f"{APPLICATIONS}/{reference}/withdraw", headers=headers)

    def list(self, query=None, **headers):
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        return self.http.get(APPLICATIONS, query, headers=headers)

    def ask(self, what, body, **headers):
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        return self.http.post(f"/api/v1/{what}", json.dumps(body), content_type="application/json", headers=headers)

    def poll(self, **query):
        return self.http.get("/api/v1/events", query, headers={"Authorization": f"Bearer {self.token}"})

    def get(self, reference, **headers):
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        return self.http.get(f"{APPLICATIONS}/{reference}", headers=headers)


def body(main=MAIJA, *others, **more):
    """Return an application that was sent just now."""
    return cast.document(main, *others, **{"sent_at": timezone.now().isoformat(), **more})


@pytest.fixture
def caller(client, db):
    return Caller(client, *clients.issue("Housing system"))


@pytest.fixture
def stranger(client, db):
    return Caller(client, *clients.issue("Another system"))


@pytest.fixture
def nearby(settings):
    """Let events be sent to this machine."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    settings.WEBHOOK_TIMEOUT = 15.0


@pytest.fixture
def impatient(nearby, settings):
    """Let events be sent to this machine, and wait for an answer no longer than a test may wait for none."""
    settings.WEBHOOK_TIMEOUT = 1.0


@pytest.fixture
def sink(nearby):
    with receivers.running() as sink:
        yield sink


@pytest.fixture
def endpoint(caller, sink):
    """Return the caller's endpoint at the sink, which gets the events of what is sent from now on."""
    return endpoints.add(caller.client, sink.url)[0]


def sent(caller, *people, **more):
    """Send an application through the API; return it."""
    response = caller.post(body(*people, **more))
    assert response.status_code == 201, response.content
    return Application.objects.get(reference=response.json()["reference"].replace("-", ""))


def ready_again():
    """Let what waits to be tried again be due now, and what is paused be asked."""
    WebhookDelivery.objects.update(due_at=Now())
    WebhookEndpoint.objects.update(paused_until=None)
