"""The service has a name in each language (docs/texts.md), on every page; nobody reads the name of the program."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from applications.calendar_file import PRODUCT
from tests.service_names import PROGRAM, SERVICE_NAMES, misnamed, pages_of, title_of
from tests.staff import NAMES, sign_in_staff, staff
from tests.test_catalogues import catalogue, texts

STAFF_PAGES = ["", "desk/", "desk/feedback/", "statistics/", "identity/user/", "mailing/letter/", "counter/contact/"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", NAMES)
@pytest.mark.parametrize("language", SERVICE_NAMES)
def test_pages_of_staff_bear_the_name_too(client, language, role):
    pages = pages_of(sign_in_staff(client, staff(role)), [f"/{language}/admin/{path}" for path in STAFF_PAGES])

    assert len(pages) >= 2
    assert misnamed(pages, language) == {}
    assert [address for address, page in pages.items() if PROGRAM in page] == []


@pytest.mark.parametrize("language", SERVICE_NAMES)
def test_title_of_the_front_page_is_the_name_alone(client, language):
    assert title_of(client.get(f"/{language}/").content.decode()) == SERVICE_NAMES[language]


@pytest.mark.parametrize("status", [500, 503])
def test_pages_in_three_languages_bear_three_names(status):
    page = render_to_string(f"errors/{status}.html")
    header = page[page.index("<header") : page.index("</header>")]

    assert re.findall(r"<(?:strong|span)(?: lang=\"\w\w\")?>(.*?)</", header) == list(SERVICE_NAMES.values())
    assert misnamed({status: page}, "fi") == {}


@pytest.mark.parametrize("language", SERVICE_NAMES)
def test_app_of_the_second_factor_lists_the_service_by_the_language_of_the_page(client, monkeypatch, language):
    drawn = []
    make = segno.make
    monkeypatch.setattr(segno, "make", lambda content, **options: drawn.append(content) or make(content, **options))

    sign_in_staff(client, staff("operator")).get(f"/{language}/staff/second-factor/app/")
    [address] = drawn

    assert re.fullmatch(r"otpauth://totp/\w+\?secret=[A-Z2-7]{32}&issuer=[\w.~%-]+", address, re.ASCII)
    assert parse_qs(urlsplit(address).query)["issuer"] == [SERVICE_NAMES[language]]


@pytest.mark.parametrize("language", SERVICE_NAMES)
def test_browser_names_the_service_when_it_makes_a_key(client, language):
    page = sign_in_staff(client, staff("operator")).get(f"/{language}/staff/second-factor/keys/add/").content.decode()
    options = json.loads(re.search(r'<script id="key-options"[^>]*>(.*?)</script>', page)[1])

    assert options["creation_options"]["publicKey"]["rp"]["name"] == SERVICE_NAMES[language]


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_no_text_names_the_program(language):
    named = [text for entry in catalogue(language) for text in (entry.msgid, *texts(entry)) if PROGRAM in text]

    assert named == []


def test_no_template_names_the_program():
    folders = [Path(settings.BASE_DIR, "templates"), *Path(settings.BASE_DIR).glob("*/templates")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]

    assert len(files) > 200
    assert [path for path in files if PROGRAM in path.read_text()] == []


def test_interface_and_calendar_files_say_which_program_wrote_them():
    """They are read by programs and by those who keep them."""
    assert Client().get("/api/v1/openapi.json").json()["info"]["title"] == PROGRAM
    assert PROGRAM in PRODUCT
