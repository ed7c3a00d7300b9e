"""What we send, verified by the package `standardwebhooks` of PyPI."""

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.cast import MAIJA
from tests.upstream.conftest import sent
from upstream import endpoints, webhooks


def test_package_of_pypi_verifies_what_we_send(caller, sink, endpoint):
    one = sent(caller, MAIJA)
    webhooks.deliver_due_events()

    [(headers, body)] = sink.taken
    event = Webhook(endpoint.secret).verify(body, dict(headers))
    assert (event["subject"], event["type"]) == (one.number, "fi.heka-confirm.application.sent")


def test_package_of_pypi_verifies_with_the_former_and_the_new_secret(caller, sink, endpoint):
    secrets = [endpoint.secret, endpoints.rotate(endpoint)]
    sent(caller, MAIJA)
    webhooks.deliver_due_events()

    [(headers, body)] = sink.taken
    first, second = (Webhook(secret).verify(body, dict(headers)) for secret in secrets)
    assert first == second == sink.events[0]


def test_package_of_pypi_refuses_what_we_did_not_send(caller, sink, endpoint):
    sent(caller, MAIJA)
    webhooks.deliver_due_events()

    [(headers, body)] = sink.taken
    webhook = Webhook(endpoint.secret)
    for forged in (
        (body.replace(b"awaiting", b"valid"), dict(headers)),
        (body, {**headers, "webhook-id": "4711"}),
    ):
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            webhook.verify(*forged)
