"""What programs look for at addresses that are the same on every site."""

import struct

import pytest

from tests import icons
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db
SECURITY, PASSWORD = "/.well-known/security.txt", "/.well-known/change-password"


def whole(response):
    return b"".join(response.streaming_content)


def fields(response):
    return [tuple(line.split(": ", 1)) for line in response.text.splitlines()]


def test_security_txt_says_whom_to_tell_and_is_never_out_of_date(client, settings, time_machine):
    settings.SECURITY_CONTACT = ["mailto:security@example.fi", "https://example.fi/security"]
    time_machine.move_to("2026-11-29T12:00:00+02:00", tick=False)

    response = client.get(SECURITY)

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert fields(response) == [
        ("Contact", "mailto:security@example.fi"),
        ("Contact", "https://example.fi/security"),
        ("Expires", "2027-05-28T00:00:00Z"),
        ("Preferred-Languages", "fi, sv, en"),
        ("Canonical", f"{settings.PUBLIC_URL}{SECURITY}"),
    ]


def test_security_txt_is_not_there_without_anybody_to_tell(client, settings):
    settings.SECURITY_CONTACT = []

    assert client.get(SECURITY).status_code == 404


@pytest.mark.parametrize(("accepted", "language"), [("sv", "sv"), ("en-GB", "en"), ("", "fi")])
def test_password_manager_is_led_to_where_the_holder_of_an_account_changes_the_password(client, accepted, language):
    response = client.get(PASSWORD, headers={"accept-language": accepted})

    assert (response.status_code, response.url) == (302, f"/{language}/account/forgotten-password/")
    assert client.get(response.url).status_code == 200


def test_password_manager_of_staff_is_led_to_theirs(client):
    adviser = sign_in_staff(client, staff("adviser"))

    assert adviser.get(PASSWORD).url == "/fi/admin/password_change/"
    assert adviser.get("/fi/admin/password_change/").status_code == 200


def test_status_codes_can_be_believed(client):
    """W3C, Detecting the reliability of HTTP status codes: a password manager asks this first."""
    path = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"

    assert client.get(path).status_code == 404


def test_robots_txt_hides_nothing_that_says_itself_that_it_is_to_be_left_out(client):
    response = client.get("/robots.txt")

    assert response["Content-Type"].startswith("text/plain")
    assert whole(response).decode().splitlines()[1:] == ["User-agent: *", "Disallow:"]


def test_favicon_holds_its_sizes(client):
    response = client.get("/favicon.ico")
    content = whole(response)
    kind, number = struct.unpack_from("<2xHH", content)

    assert response["Content-Type"] in {"image/x-icon", "image/vnd.microsoft.icon"}
    assert (kind, number) == (1, len(icons.FAVICON_SIZES))
    assert len(content) < 4000


def test_touch_icon_is_what_pages_name(client):
    response = client.get("/apple-touch-icon.png")
    content = whole(response)

    assert 'rel="apple-touch-icon" href="/apple-touch-icon.png"' in client.get("/fi/").text
    assert response["Content-Type"] == "image/png"
    assert struct.unpack_from(">II", content, 16) == (icons.TOUCH_SIZE, icons.TOUCH_SIZE)
    assert len(content) < 4000


@pytest.mark.parametrize("size", icons.FAVICON_SIZES)
def test_favicon_is_the_mark(browser, size):
    assert icons.are_alike(icons.favicon(size), icons.draw(browser, size))


def test_touch_icon_is_the_mark(browser):
    assert icons.are_alike(icons.touch_icon(), icons.draw(browser, icons.TOUCH_SIZE))
