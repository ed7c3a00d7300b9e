"""A browser, the service and its embedded broker, and somebody in front of them."""

import json

import pytest
from django.test import Client

from demo.models import BrokerKey
from identity import client as broker_client
from identity import cookies, keys
from tests.applications import factories
from tests.browser.journey import DESKTOP, Watch

TIMEOUT = 20_000  # milliseconds; a page that takes longer is a fault


@pytest.fixture(scope="session")
def own_keys(tmp_path_factory):
    """Our pair of keys, in a file. Making a key is slow: once a run."""
    path = tmp_path_factory.mktemp("keys") / "identity-keys.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.IDENTITY_KEYS_FILE", path)
        keys.make()
    return path


@pytest.fixture(scope="session")
def broker_key():
    return json.dumps(keys.new("sig").as_dict(private=True))


@pytest.fixture(autouse=True)
def _service(transactional_db, settings, own_keys, broker_key):
    """Give both sides their keys."""
    settings.IDENTITY_KEYS_FILE = own_keys
    BrokerKey.objects.create(pk=1, private=broker_key)
    broker_client.forget_keys()


@pytest.fixture(autouse=True)
def watch(live_server):
    """Watch every browser of the test: nothing comes from another host, and the console stays silent."""
    watch = Watch(live_server.url)
    yield watch
    assert watch.strangers == [], "a page asked another host for something"
    assert watch.complaints == [], "the browser complained of a page"


@pytest.fixture
def new_context(new_context, watch):
    def watched(**options):
        context = watch.over(new_context(**{"viewport": DESKTOP, **options}))
        context.set_default_timeout(TIMEOUT)
        return context

    return watched


@pytest.fixture
def sign_in(live_server, settings):
    """Return a function that puts somebody of the cast in front of a browser, past cookies and identification."""

    def signed_in(context, who, *, accept_terms=True):
        session = factories.sign_in(Client(), who, accept_terms=accept_terms).session
        values = {settings.SESSION_COOKIE_NAME: session.session_key, cookies.acceptance_name(): cookies.VERSION}
        context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in values.items()])
        return session

    return signed_in


@pytest.fixture
def link(live_server):
    """Return a function that makes the link which the housing system shows of an application."""
    return lambda application, language="en": f"{live_server.url}/{language}/confirm/{application.number}/"
