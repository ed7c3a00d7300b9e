import json

import pytest
from django.utils import timezone

from tests import cast
from tests.cast import MAIJA
from upstream import clients

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

    def get(self, reference):
        return self.http.get(f"{APPLICATIONS}/{reference}", headers={"Authorization": f"Bearer {self.token}"})


def body(main=MAIJA, *others, **more):
    """Return an application that was sent just now."""
    return cast.document(main, *others, **{"sent_at": timezone.now().isoformat(), **more})


@pytest.fixture
def caller(client, db):
    return Caller(client, *clients.issue("Housing system"))


@pytest.fixture
def stranger(client, db):
    return Caller(client, *clients.issue("Another system"))
