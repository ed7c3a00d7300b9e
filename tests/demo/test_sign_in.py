"""Signing in through the embedded broker, over HTTP and with threads, as in the demo."""

import html
import re
from importlib import import_module
from urllib.parse import urlsplit

import pytest
import requests

from demo.people import SPARE_CODE
from identity import client, proof
from identity.models import Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_keys_of_an_earlier_broker():
    client.forget_keys()


@pytest.fixture
def visitor(live_server):
    """Return a browser that has accepted the cookies."""
    with requests.Session() as session:
        session.post(f"{live_server.url}/en/cookies/accept/").raise_for_status()
        yield session


def go_to_broker(visitor, live_server, language="en"):
    """Start an identification, and return the broker's page."""
    form = {"provider": "demo", "language": language}
    page = visitor.post(f"{live_server.url}/identification/start/", form).text
    address = html.unescape(re.search(r'href="([^"]*/demo/broker/authorize\?[^"]+)"', page).group(1))
    response = visitor.get(address)
    assert response.status_code == 200
    return response.text


def send(visitor, live_server, page, step, **form):
    """Send one of the forms of the broker's page, and return where the service leads to in the end."""
    signed = re.search(r'name="request" value="([^"]+)"', page).group(1)
    address = f"{live_server.url}/demo/broker/authorize/{step}"
    back = visitor.post(address, {"request": signed, **form}, allow_redirects=False).headers["Location"]
    return urlsplit(visitor.get(back, allow_redirects=False).headers["Location"]).path


def evidence(visitor, settings):
    engine = import_module(settings.SESSION_ENGINE)
    return proof.of_session(engine.SessionStore(visitor.cookies.get(settings.SESSION_COOKIE_NAME)))


def test_sign_in_as_a_demo_person(visitor, live_server, settings):
    page = go_to_broker(visitor, live_server, "sv")
    arrived = send(visitor, live_server, page, "person", person="ylva")

    person = Person.objects.get()
    found = evidence(visitor, settings)
    assert 'lang="sv"' in page
    assert arrived.startswith("/sv/")
    assert (person.hetu, str(person)) == ("010594Y9021", "Ylva Kristina Öhman-Lindqvist")
    assert (found.method, found.provider, found.level) == ("mobile", "demo", "http://demo.invalid/loatest2")


def test_sign_in_as_anybody(visitor, live_server, settings):
    page = go_to_broker(visitor, live_server)
    form = {"hetu": SPARE_CODE.lower(), "first_names": "Đoàn O'Neil", "last_name": "von Åhlén", "method": "bank"}
    send(visitor, live_server, page, "other", **form)

    person = Person.objects.get()
    assert (person.hetu, str(person)) == (SPARE_CODE, "Đoàn O'Neil von Åhlén")
    assert evidence(visitor, settings).method == "bank"


def test_cancelling_leaves_nobody_signed_in(visitor, live_server):
    page = go_to_broker(visitor, live_server)
    arrived = send(visitor, live_server, page, "cancel")

    assert arrived == "/en/identify/cancelled/"
    assert Person.objects.count() == 0


def test_broker_adds_no_cookie_of_its_own(visitor, live_server, settings):
    before = {cookie.name.partition("-")[0] for cookie in visitor.cookies}
    page = go_to_broker(visitor, live_server)
    send(visitor, live_server, page, "person", person="aino")

    after = {cookie.name.partition("-")[0] for cookie in visitor.cookies}
    assert after - before <= {"attempt", settings.SESSION_COOKIE_NAME}
