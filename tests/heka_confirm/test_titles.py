"""Whoever hears a page read aloud, or looks at the tab, learns first that something is wrong."""

import re

import pytest
from django.conf import settings

from identity import cookies
from tests import cast
from tests.applications.factories import application
from tests.applications.form.forms import Somebody
from tests.counter.desk.arranged import address
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db
ERROR = {"fi": "Virhe: ", "sv": "Fel: ", "en": "Error: "}


FOLDER = settings.BASE_DIR / "templates"
TEMPLATES = {str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.rglob("*.html")}
SUMMARY = re.compile(r'{% include "(_error_summary|applications/form/_errors)\.html"')


BASE = re.compile(r'{% extends (?:\w+\|yesno:)?"(?:\w+\.html,)?([^"]+)"')


def chain(name):
    """Return the texts of a template and of those that it extends."""
    found = [TEMPLATES.get(name, "")]
    while (base := BASE.match(found[-1])) and base[1] != name:  # else Django's of that name
        name = base[1]
        found.append(TEMPLATES.get(name, ""))
    return found


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


def test_every_page_that_can_have_a_summary_of_errors_has_a_title_that_begins_with_it():
    """`base.html` and the desk see to it; a page that replaces their title sees to it too."""
    asked = [name for name in TEMPLATES if any(SUMMARY.search(text) for text in chain(name)) and name[0] != "_"]
    first = re.compile(r"<title>{% error_first %}|{% block title %}{% error_first %}")

    def begins(name):
        texts = chain(name)
        at = next((n for n, text in enumerate(texts) if first.search(text)), len(texts))
        is_before = "<title>" in "".join(texts[at : at + 1])  # then the block is behind it, whatever it holds
        return at < len(texts) and (is_before or not any("{% block title" in text for text in texts[:at]))

    assert [name for name in asked if not begins(name)] == []
    assert len(asked) > 40
    assert [name for name, text in TEMPLATES.items() if re.search(r'_error_summary\.html" with', text)] == []


def test_title_of_a_step_with_errors_says_so_first(client):
    somebody = Somebody(client)
    somebody.begin()

    assert title_of(somebody.go("people")).startswith("Henkilöt")
    assert title_of(somebody.fill("people", "p1", {"first_names": ""})).startswith("Virhe: ")


def test_title_at_the_desk_says_so_first_and_once(client):
    adviser = sign_in_staff(client, staff("adviser"))
    sent = application(cast.MAIJA)

    page = adviser.post(address("desk_check", sent.reference, 0), {})

    assert title_of(page).startswith("Error: Application")
    assert title_of(page).count("Error") == 1
