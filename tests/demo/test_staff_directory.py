"""The demo's directory of staff: the three people who log in through it."""

from html import unescape
from urllib.parse import urlsplit

import pytest
from django.test import Client

from demo import staff_directory
from identity import client, directory_checks
from tests.staff import staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here(settings, live_server, _served_from_here):
    for role in ("adviser", "supervisor", "operator"):
        staff(role)
    client.forget_keys()
    settings.PUBLIC_URL = live_server.url
    settings.STAFF_DIRECTORY = staff_directory.entry()
    return live_server.url


def log_in(browser, key):
    """Return where somebody comes who is chosen in the directory."""
    left = browser.post("/staff/log-in/", {"language": "en", "next": "/en/admin/desk/"}).content.decode()
    there = unescape(left.partition('content="0; url=')[2].partition('"')[0])
    page = browser.get(f"{urlsplit(there).path}?{urlsplit(there).query}").content.decode()
    asked = page.partition('name="asked" value="')[2].partition('"')[0]
    back = urlsplit(browser.post("/demo/directory/colleague", {"asked": asked, "colleague": key})["Location"])
    return browser.get(f"{back.path}?{back.query}", follow=True)


@pytest.mark.parametrize(
    ("key", "page", "says"),
    [
        ("dina", "/en/admin/desk/", "Dina Dahl"),
        ("sulo", "/en/staff/second-factor/", "authenticator app"),
        ("lauri", "/en/staff/log-in-failed/", "gives you no role"),
    ],
)
def test_each_comes_as_far_as_the_hint_says(here, key, page, says):
    answer = log_in(Client(headers={"Sec-Fetch-Site": "same-origin"}), key)

    assert answer.request["PATH_INFO"] == page
    assert says in answer.content.decode()


def test_settings_pass_the_check(here, settings):
    settings.DEBUG = True
    assert directory_checks.check_directory() == []


def test_code_is_for_one_client_once(here):
    def ask(**form):
        return Client().post("/demo/directory/token", form).status_code

    assert ask(client_secret="another", code="x") == 401
    assert ask(client_secret=staff_directory.CLIENT_SECRET, code="x") == 400


@pytest.mark.parametrize("query", ["", "?client_id=other&nonce=n&code_challenge=c", "?client_id=heka-desk&nonce=n"])
def test_request_that_is_not_ours_is_refused(here, query):
    assert Client().get(f"/demo/directory/authorize{query}").status_code == 400
    assert Client().post("/demo/directory/colleague", {"asked": "made up"}).status_code == 400
