"""Whoever hears a page read aloud, or looks at the tab, learns first that something is wrong."""

import re

import pytest

from identity import cookies
from tests import cast
from tests.applications.factories import application
from tests.applications.form.forms import Somebody
from tests.counter.desk.arranged import address
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db
ERROR = {"fi": "Virhe: ", "sv": "Fel: ", "en": "Error: "}


def title_of(page):
    return re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)[1]


@pytest.mark.parametrize("language", ERROR)
@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("account/create/", {"email": "wrong"}),
        ("account/forgotten-password/", {"email": ""}),
        ("invitation/", {"code": ""}),
        ("receipt/", {"number": "", "check_code": ""}),
        ("log-in/", {"login": "a@example.test", "password": "wrong"}),
    ],
)
def test_title_of_a_page_with_errors_says_so_first(client, language, path, wrong):
    path = f"/{language}/{path}"
    client.cookies[cookies.acceptance_name()] = cookies.VERSION

    assert title_of(client.post(path, wrong)).startswith(ERROR[language])
    assert not title_of(client.get(path)).startswith(ERROR[language])


def test_title_of_a_step_with_errors_says_so_first(client):
    somebody = Somebody(client)
    somebody.begin()

    assert title_of(somebody.go("people")).startswith("Henkilöt")
    assert title_of(somebody.fill("people", "p1", {"first_names": ""})).startswith("Virhe: ")


def test_title_at_the_desk_says_so_first_and_once(client):
    adviser = sign_in_staff(client, staff("adviser"))
    sent = application(cast.MAIJA)

    page = adviser.post(address("desk_check", sent.reference, 0), {})

    assert title_of(page).startswith("Error: ID check")
    assert title_of(page).count("Error") == 1
