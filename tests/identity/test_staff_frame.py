"""What staff see outside the admin is framed as the admin is: logging in, second factors, errors (ADR 39)."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from identity import staff_changes, staff_links
from identity.limits import TooMany
from identity.models import StaffLink, User
from tests.conftest import headings
from tests.identity.accounts import PASSWORD, with_password
from tests.staff import acting, sign_in_staff
from tests.staff import staff as member

pytestmark = pytest.mark.django_db
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
STAFF = {"fi": "Henkilöstö", "sv": "Personal", "en": "Staff"}
PAGES = ["", "app/", "app/remove/", "keys/", "keys/add/", "recovery-codes/new/"]


def frame(response):
    """Return what the header says beside the service's name, and whether the public's footer is there."""
    page = response.text
    return page.partition("<small>")[2].partition("</small>")[0], '<footer class="footer">' in page


@pytest.mark.parametrize(("language", "name"), STAFF.items())
def test_log_in_of_staff_is_in_their_frame_with_one_focus_and_without_a_cookie_page(client, language, name):
    page = client.get(f"/{language}/log-in/?next=/{language}/admin/")

    assert frame(page) == (name, False)
    assert page.text.count("autofocus") == 1
    assert f'href="/{language}/cookies/"' in page.text
    assert dict(client.cookies) == {}


def test_log_in_of_people_is_not_in_the_frame_of_staff(visitor):
    visitor.accept_cookies("en")

    page = visitor.get("/en/log-in/")

    assert frame(page) == ("Rental apartment application service", True)


def test_people_are_still_asked_for_cookies_before_they_log_in(client):
    assert client.get("/en/log-in/")["Location"].startswith("/en/cookies/?next=")


@pytest.mark.parametrize(("headers", "is_in"), [(OWN_PAGE, True), ({}, False)])
def test_form_of_the_log_in_comes_from_our_own_page(client, headers, is_in):
    """A browser that does not say so has to bring the cookie that every other form brings."""
    user = member("adviser")
    user.set_password(PASSWORD)
    user.save()

    form = {"login": "anna", "password": PASSWORD, "next": "/en/admin/"}
    answer = client.post("/en/log-in/", form, headers=headers)

    assert answer["Location"] == ("/en/admin/" if is_in else "/en/cookies/?next=/en/log-in/")


def test_second_factor_is_asked_for_in_the_frame_of_staff(client):
    user = member("adviser")
    user.set_password(PASSWORD)
    user.save()
    TOTP.activate(user, generate_totp_secret())
    client.post("/en/log-in/", {"login": "anna", "password": PASSWORD, "next": "/en/admin/"}, headers=OWN_PAGE)

    page = client.get("/en/log-in/code/")

    assert frame(page) == ("Staff", False)
    assert page.text.count("autofocus") == 1
    assert 'href="/en/log-in/?next=/en/admin/"' in page.text


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_second_factors_are_in_the_frame_of_staff_and_say_when_the_session_ends(path):
    user = member("adviser")
    TOTP.activate(user, generate_totp_secret())

    page = sign_in_staff(Client(), user).get(f"/en/staff/second-factor/{path}", follow=True)

    assert frame(page) == ("Staff", False)
    assert "Logged in until" in page.text


def test_who_has_no_second_factor_yet_is_told_too_when_the_session_ends():
    page = sign_in_staff(Client(), member("adviser"), methods=("password",)).get("/en/staff/second-factor/")

    assert "Logged in until" in page.text
    assert 'id="session-warning"' in page.text


@pytest.mark.parametrize(("language", "name"), STAFF.items())
def test_page_that_is_not_there_leads_staff_to_the_desk(language, name):
    client = sign_in_staff(Client(), member("adviser"))

    for path in ("admin/no-such-page/", "no-such-page/"):
        page = client.get(f"/{language}/{path}")
        assert (page.status_code, frame(page)) == (404, (name, False))
        assert f'class="button" href="/{language}/admin/"' in page.text
        assert '<div class="staff' in page.text


def test_page_that_somebody_may_not_open_leads_to_the_desk():
    page = sign_in_staff(Client(), member("operator")).get("/en/admin/desk/waiting/")

    assert (page.status_code, frame(page)) == (403, ("Staff", False))
    assert "front page" not in page.text


@pytest.mark.parametrize("path", ["admin/no-such-page/", "staff/second-factor/", "admin/password_change/"])
@pytest.mark.parametrize(("role", "searches"), [("adviser", True), ("operator", False)])
def test_who_is_at_the_desk_searches_for_the_next_customer_on_every_page_of_staff(role, searches, path):
    user = member(role)
    TOTP.activate(user, generate_totp_secret())

    page = sign_in_staff(Client(), user).get(f"/en/{path}").text

    assert ('class="scan"' in page, re.search(r'src="[^"]*scan[^"]*js"', page) is not None) == (searches, searches)


def test_pages_of_the_link_for_a_password_are_in_the_frame_of_staff(client):
    user = User.objects.create(username="olli", email="olli@example.test", is_staff=True)
    staff_changes.send_link_or_ask(user, by=acting("operator"))
    token = staff_links.TOKEN.of(StaffLink.objects.latest("pk"))

    for path in (f"?token={token}", "?token=unknown", "done/"):
        page = client.get(f"/en/staff/link/{path}")
        assert frame(page) == ("Staff", False)
        assert 'class="staff' not in page.text
    assert dict(client.cookies) == {}


def test_form_without_its_token_is_refused_in_the_frame_of_staff():
    client = sign_in_staff(Client(enforce_csrf_checks=True), member("adviser"))

    page = client.post("/en/admin/logout/", headers=OWN_PAGE)

    assert headings(page)[0] == "The page has been open for too long"
    assert frame(page) == ("Staff", False)


def test_too_many_tries_are_refused_in_the_frame_of_staff(client, monkeypatch):
    def refuse(*args, **kwargs):
        raise TooMany(retry_after=60)

    monkeypatch.setattr("identity.views.logging_in._log_in", refuse)

    page = client.get("/en/log-in/?next=/en/admin/")

    assert (page.status_code, frame(page)) == (429, ("Staff", False))


def test_errors_of_people_are_not_in_the_frame_of_staff(client):
    with_password()

    assert frame(client.get("/en/no-such-page/"))[1]
