"""C8: after each customer a shared computer is clean."""

import pytest
from django.contrib.sessions.models import Session

from tests.cast import MAIJA

pytestmark = pytest.mark.django_db


def test_leaving_ends_the_session_and_empties_the_browser(visitor, broker):
    visitor.identify(broker, MAIJA)

    response = visitor.post("/fi/leave/")

    assert response["Location"] == "/fi/leave/done/"
    assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert Session.objects.count() == 0
    assert {"session", "cookies"} <= {name for name, cookie in response.cookies.items() if cookie["max-age"] == 0}


def test_leaving_without_a_session_does_no_harm(client):
    response = client.post("/sv/leave/")

    assert response["Location"] == "/sv/leave/done/"
    assert not response.cookies


def test_another_site_logs_nobody_out(visitor, broker):
    visitor.identify(broker, MAIJA)

    response = visitor.post("/fi/leave/", headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert Session.objects.count() == 1
