"""A certified OpenID provider as the City's directory: staff log in, change their groups, leave and log out."""

import html
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from identity import client
from identity.models import User
from tests import npm
from tests.conftest import must_not_skip
from tests.staff import staff

FOLDER = Path(__file__).parent
SECRET = "the secret of the counterpart"
DINA = {
    "sub": "6d6b2f4e",
    "given_name": "Dina",
    "family_name": "Directory",
    "preferred_username": "dina",
    "email": "dina@example.test",
    "groups": ["g-adv", "g-of-others"],
    "acr": "two-factors",
    "amr": ["pwd", "otp"],
}

pytestmark = [
    pytest.mark.counterpart,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (shutil.which("npm") or must_not_skip()), reason="npm is not installed"),
]


@pytest.fixture(scope="module")
def issuer(live_server):
    npm.install(FOLDER)
    environment = {
        **os.environ,
        "REDIRECT_URI": f"{live_server.url}/staff/callback/",
        "LEFT_URI": f"{live_server.url}/staff/left/",
        "LOGOUT_URI": f"{live_server.url}/staff/logged-out/",
        "CLIENT_SECRET": SECRET,
    }
    with subprocess.Popen(
        # Node 18 tries one address of localhost only; the live server has the other where IPv6 comes first.
        ["node", "--dns-result-order=ipv4first", "directory.js"],
        cwd=FOLDER,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as provider:
        try:
            yield provider.stdout.readline().strip()
        finally:
            provider.terminate()


@pytest.fixture(autouse=True)
def _our_directory(settings, issuer, live_server, _served_from_here):
    client.forget_keys()
    for role in ("adviser", "supervisor", "operator"):
        staff(role)
    settings.PUBLIC_URL = live_server.url
    settings.STAFF_DIRECTORY = {
        "name": "City account",
        "issuer": issuer,
        "client_id": "heka-desk",
        "client_secret": SECRET,
        "authorization_endpoint": f"{issuer}/auth",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "userinfo_endpoint": f"{issuer}/me",
        "end_session_endpoint": f"{issuer}/session/end",
        "groups": {"g-adv": "adviser", "g-sup": "supervisor"},
        "amr_second_factor": ["otp"],
        "prompt": "login",
    }


class Browser:
    """A browser of a member of staff. Cookies are kept apart by host, as both hosts are this machine."""

    def __init__(self, server):
        self.server, self.here, self.there = server, requests.Session(), requests.Session()
        self.here.headers["Sec-Fetch-Site"] = "same-origin"

    def close(self):
        self.here.close()
        self.there.close()

    def log_in(self, who):
        """Return our page after the log-in at the directory."""
        page = self.here.get(f"{self.server}/en/admin/desk/")
        assert "Log in with City account" in page.text
        started = self.here.post(f"{self.server}/staff/log-in/", {"language": "en", "next": "/en/admin/desk/"})
        answer = self.there.get(self.link_in(started), timeout=10)
        answer = self.there.post(answer.url, json=who, allow_redirects=False, timeout=10)
        for _ in range(5):
            location = urljoin(answer.url, answer.headers["Location"])
            if location.startswith(f"{self.server}/staff/callback/"):
                return self.here.get(location)
            answer = self.there.get(location, allow_redirects=False, timeout=10)
        raise AssertionError(f"the directory does not send us back, but says: {answer.text}")

    def link_in(self, page):
        return html.unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text).group(1))

    def log_out_there(self, address):
        """Confirm the directory's own page, and return where it leads."""
        asked = self.there.get(address, timeout=10)
        secret = re.search(r'name="xsrf" value="([^"]+)"', asked.text).group(1)
        action = re.search(r'action="([^"]+)"', asked.text).group(1)
        form = {"xsrf": secret, "logout": "yes"}
        return self.there.post(action, form, allow_redirects=False, timeout=10).headers["Location"]

    def is_in(self):
        return self.here.get(f"{self.server}/en/admin/desk/", allow_redirects=False).status_code == 200


@pytest.fixture
def browsers(live_server):
    made = []

    def make():
        made.append(Browser(live_server.url))
        return made[-1]

    yield make
    for browser in made:
        browser.close()


def roles():
    return [group.name for group in User.objects.get(username="dina").groups.all()]


def test_life_of_a_member_of_staff(browsers):
    browser = browsers()
    page = browser.log_in(DINA)
    assert (urlsplit(page.url).path, roles()) == ("/en/admin/desk/", ["adviser"])
    assert "Dina Directory" in page.text

    elsewhere = browsers()
    elsewhere.log_in({**DINA, "groups": ["g-sup"], "preferred_username": "dina.d"})
    assert (elsewhere.is_in(), roles()) == (True, ["supervisor"])

    third = browsers()
    page = third.log_in({**DINA, "groups": ["g-of-others"]})
    assert "gives you no role" in page.text
    assert [each.is_in() for each in (browser, elsewhere, third)] == [False, False, False]
    assert roles() == []


def test_without_a_second_factor_there_ours_is_asked_for(browsers):
    browser = browsers()
    page = browser.log_in({**DINA, "amr": ["pwd"]})
    assert urlsplit(page.url).path == "/en/staff/second-factor/"
    assert not browser.is_in()


def test_deactivated_member_of_staff_does_not_get_in(browsers):
    browser = browsers()
    browser.log_in(DINA)
    User.objects.filter(username="dina").update(is_active=False)
    assert not browser.is_in()

    page = browser.log_in(DINA)
    assert "switched off" in page.text
    assert not browser.is_in()


def test_superuser_with_the_same_email_is_not_taken_over(browsers):
    root = User.objects.create_superuser("root", DINA["email"], "a long password of the root")
    browsers().log_in(DINA)
    assert User.objects.get(username="dina") != root
    assert not User.objects.get(username="dina").is_superuser


def test_logging_out_here_ends_the_session_there_too(browsers, live_server):
    browser = browsers()
    page = browser.log_in(DINA)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text).group(1)
    left = browser.here.post(f"{live_server.url}/en/admin/logout/", {"csrfmiddlewaretoken": token})

    back = browser.log_out_there(browser.link_in(left))

    assert back.startswith(f"{live_server.url}/staff/left/?state=")
    assert "You have logged out" in browser.here.get(back).text


def test_logging_out_there_ends_the_session_here_at_once(browsers, issuer):
    browser, elsewhere = browsers(), browsers()
    browser.log_in(DINA)
    elsewhere.log_in(DINA)

    browser.log_out_there(f"{issuer}/session/end?client_id=heka-desk")

    assert [each.is_in() for each in (browser, elsewhere)] == [False, True]
