"""The example receiver of docs/, as a process of its own on a free port."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from tests.cast import MAIJA
from tests.ports import free_port
from tests.upstream.conftest import ready_again, sent
from upstream import deliveries, endpoints, webhooks
from upstream.models import WebhookDelivery

EXAMPLE = Path(settings.BASE_DIR, "docs", "receiver.py")


class Example:
    def __init__(self, process, url):
        self.process = process
        self.url = url

    def post(self, body, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code

    def printed(self):
        self.process.terminate()
        return self.process.communicate()[0].splitlines()


@pytest.fixture
def endpoint(caller, nearby):
    return endpoints.add(caller.client, f"http://127.0.0.1:{free_port()}/")[0]


@pytest.fixture
def example(endpoint):
    process = subprocess.Popen(
        [sys.executable, EXAMPLE, endpoint.url.rstrip("/").rpartition(":")[2]],
        env={**os.environ, "WEBHOOK_SECRET": endpoint.secret},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    here = Example(process, endpoint.url)
    for _ in range(1200):  # a minute
        try:
            here.post(b"")
            break
        except OSError:
            time.sleep(0.05)
    yield here
    process.kill()
    process.stdout.close()
    process.wait()


def signed(endpoint, body, *, id_="1", at=None):
    timestamp = int(time.time()) if at is None else at
    signature = endpoints.signatures(endpoint, id_=id_, timestamp=timestamp, body=body)
    return {"webhook_id": id_, "webhook_timestamp": str(timestamp), "webhook_signature": signature}


BODY = b'{"id": "1", "type": "t", "subject": "s", "data": {"state": "valid"}}'


def test_example_takes_what_we_send(caller, endpoint, example):
    one = sent(caller, MAIJA)

    webhooks.deliver_due_events()

    delivery = WebhookDelivery.objects.get()
    assert str(delivery.status) == "delivered"
    assert example.printed() == [f"{delivery.event.uid} fi.heka-confirm.application.sent {one.number} awaiting"]


def test_example_counts_an_event_that_comes_twice_once(caller, endpoint, example):
    sent(caller, MAIJA)
    webhooks.deliver_due_events()
    deliveries.replay_deliveries(WebhookDelivery.objects.all())
    webhooks.deliver_due_events()

    assert str(WebhookDelivery.objects.get().status) == "delivered"
    assert len(example.printed()) == 1


def test_example_goes_on_with_its_secret_for_a_day_after_it_was_changed(caller, endpoint, example):
    endpoints.rotate(endpoint)
    sent(caller, MAIJA)

    webhooks.deliver_due_events()

    assert str(WebhookDelivery.objects.get().status) == "delivered"


def test_example_refuses_the_secret_of_another(caller, endpoint, example):
    endpoints.rotate(endpoint)
    endpoints.rotate(endpoint)
    sent(caller, MAIJA)

    webhooks.deliver_due_events()
    ready_again()

    assert WebhookDelivery.objects.get().status_code == 401
    assert example.printed() == []


def test_example_takes_what_is_signed_now(endpoint, example):
    assert example.post(BODY, **signed(endpoint, BODY)) == 204


@pytest.mark.parametrize("seconds", [-301, -100_000, 400, 100_000])
def test_example_refuses_what_is_old_or_early(endpoint, example, seconds):
    at = int(time.time()) + seconds

    assert example.post(BODY, **signed(endpoint, BODY, at=at)) == 401


@pytest.mark.parametrize(
    "change",
    [
        {"webhook_id": "2"},
        {"webhook_timestamp": str(int(time.time()) - 10)},
        {"webhook_timestamp": "now"},
        {"webhook_timestamp": "²"},
        {"webhook_signature": ""},
        {"webhook_signature": "v1,"},
        {"webhook_signature": "v1,AAAA v1,"},
        {"webhook_signature": "v1"},
        {"webhook_signature": "v1,ää"},
    ],
)
def test_example_refuses_what_is_forged(endpoint, example, change):
    headers = {**signed(endpoint, BODY), **change}
    headers = {name: value.encode().decode("latin-1") for name, value in headers.items()}

    assert example.post(BODY, **headers) == 401
    assert example.printed() == []


def test_example_refuses_another_body_and_another_version_of_signing(endpoint, example):
    headers = signed(endpoint, BODY)
    other_version = {**headers, "webhook_signature": headers["webhook_signature"].replace("v1,", "v2,")}

    assert example.post(BODY.replace(b"valid", b"ended"), **headers) == 401
    assert example.post(BODY, **other_version) == 401
    assert example.post(BODY) == 401


def test_example_is_about_thirty_lines():
    lines = [
        line for line in EXAMPLE.read_text().splitlines() if line.strip() and not line.startswith(("import", "from"))
    ]

    assert len(lines) <= 32
