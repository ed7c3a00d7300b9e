"""What we send, delivered to a receiver that verifies it by the package `standardwebhooks` of npm."""

import contextlib
import os
import subprocess
import urllib.error
import urllib.request

import pytest

from tests import npm
from tests.cast import MAIJA
from tests.ports import free_port
from tests.upstream.conftest import sent
from tests.upstream.generated.conftest import FOLDER, NEEDS_NODE
from upstream import endpoints, webhooks
from upstream.models import WebhookDelivery

pytestmark = NEEDS_NODE


@contextlib.contextmanager
def receiving(url, secret):
    """Run the receiver with the package of npm at an address of this machine, with a secret; give its output."""
    packages = npm.install(FOLDER)
    process = subprocess.Popen(
        ["node", "receiver.mjs", url.rstrip("/").rpartition(":")[2]],
        cwd=packages.parent,
        env={**os.environ, "WEBHOOK_SECRET": secret},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout.readline() == "listens\n"
            yield process.stdout
        finally:
            process.terminate()


@pytest.fixture
def elsewhere(caller, nearby):
    """Return the caller's endpoint where nobody listens yet."""
    return endpoints.add(caller.client, f"http://127.0.0.1:{free_port()}/")[0]


def replayed(endpoint, taken, **changed):
    """Send a request that another receiver has taken once more, with changes, and return the status."""
    headers, body = taken
    headers = {name: value for name, value in headers.items() if name.startswith("webhook-")}
    request = urllib.request.Request(endpoint.url, changed.get("body", body), headers | changed.get("headers", {}))
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def test_package_of_npm_verifies_what_we_send(caller, elsewhere):
    one = sent(caller, MAIJA)
    with receiving(elsewhere.url, elsewhere.secret) as printed:
        webhooks.deliver_due_events()

        [event] = caller.poll().json()["events"]
        assert printed.readline() == f"{event['id']} fi.heka-confirm.application.sent {one.number}\n"
    assert WebhookDelivery.objects.get().status_code == 204


@pytest.mark.parametrize("which", ["former", "new"])
def test_package_of_npm_verifies_with_the_former_and_the_new_secret(caller, elsewhere, which):
    secrets = {"former": elsewhere.secret, "new": endpoints.rotate(elsewhere)}
    sent(caller, MAIJA)
    with receiving(elsewhere.url, secrets[which]):
        webhooks.deliver_due_events()

    assert WebhookDelivery.objects.get().status_code == 204


def test_package_of_npm_refuses_what_we_did_not_send(caller, sink, endpoint, elsewhere):
    sent(caller, MAIJA)
    with receiving(elsewhere.url, endpoint.secret):
        webhooks.deliver_due_events()

        [taken] = sink.taken
        assert WebhookDelivery.objects.get(endpoint=elsewhere).status_code == 401  # signed with its own secret
        assert replayed(elsewhere, taken) == 204
        assert replayed(elsewhere, taken, body=taken[1].replace(b"awaiting", b"valid")) == 401
        assert replayed(elsewhere, taken, headers={"webhook-id": "4711"}) == 401
