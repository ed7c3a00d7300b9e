"""What search engines may show, and how they describe it. Everything else is kept out of them."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from heka_confirm.search_engines import DESCRIPTIONS
from tests.heka_confirm.test_pages import LANGUAGES, Tags
from tests.test_consistency import ADDRESSES, client_of, filled  # noqa: F401

pytestmark = pytest.mark.django_db
LONGEST_DESCRIPTION = 170  # characters; search engines cut longer ones


@pytest.fixture(autouse=True)
def _real(settings):
    settings.DEMO = settings.STAGING = False


def address_of(name, language):
    with translation.override(language):
        return reverse(name)


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(params=DESCRIPTIONS)
def page(request, client, language):
    return client.get(address_of(request.param, language))


def test_public_page_may_be_found_and_describes_itself(page, language):
    [description] = [tag["content"] for tag in Tags(page.text).named("meta") if tag.get("name") == "description"]

    assert "X-Robots-Tag" not in page
    assert re.search("Heka", description)
    assert 60 < len(description) <= LONGEST_DESCRIPTION


def test_public_page_names_itself_in_each_language_with_its_whole_address(page, settings):
    links = [tag for tag in Tags(page.text).named("link") if tag["rel"] == "alternate"]
    path = page.request["PATH_INFO"][4:]

    assert [(tag["hreflang"], tag["href"]) for tag in links] == [
        (code, f"{settings.PUBLIC_URL}/{code}/{path}") for code in LANGUAGES
    ]


@pytest.mark.parametrize("query", ["next=/fi/applications/K7M-P3X-Q4T/", "token=x", "x"])
def test_public_page_with_a_query_is_kept_out(client, query):
    assert client.get(f"/fi/cookies/?{query}")["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("name", ["DEMO", "STAGING"])
def test_nothing_is_found_of_an_installation_for_trying_things_out(client, settings, name):
    setattr(settings, name, True)

    assert client.get("/fi/")["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("who", ["anonymous", "applicant"])
def test_every_other_address_is_kept_out(filled, client_of, who):  # noqa: F811
    public = {address_of(name, "fi") for name in DESCRIPTIONS}
    client: Client = client_of(who)

    found = {address for address in map(filled, ADDRESSES) if client.get(address).get("X-Robots-Tag") != "noindex"}

    assert found == public


def test_icons_may_be_shown_beside_a_page_that_is_found(client):
    for path in ("/favicon.ico", "/static/icon.svg"):
        response = client.get(path)
        b"".join(response.streaming_content)

        assert "X-Robots-Tag" not in response


def test_page_that_is_kept_out_describes_itself_to_nobody(client):
    text = client.get("/fi/invitation/").text

    assert 'name="description"' not in text
    assert 'rel="alternate"' not in text
