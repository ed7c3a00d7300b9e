"""The page about the API for people, at /api/v1/."""

import re
from urllib.parse import urljoin

import pytest

from tests.browser.fit import misfits
from tests.browser.journey import PHONE
from tests.conftest import broken_rules
from upstream.api import api
from upstream.description import operations_of
from upstream.meanings import EVENTS, LISTS
from upstream.page import kind_in_words, worded
from upstream.problem_kinds import KINDS

PAGE = "/api/v1/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def page_text(client):
    return client.get(PAGE).text


def test_page_needs_neither_token_nor_cookie_and_is_in_english_for_everybody(client):
    answers = [client.get(PAGE, headers={"Accept-Language": language}) for language in ("fi", "sv", "en")]

    assert {answer.status_code for answer in answers} == {200}
    assert {answer["Content-Language"] for answer in answers} == {"en"}
    assert len({answer.content for answer in answers}) == 1
    assert '<html lang="en">' in answers[0].text
    assert "Skip to content" in answers[0].text
    assert not answers[0].cookies


def test_page_is_light_and_may_be_kept_until_it_changes(client):
    answer = client.get(PAGE)
    again = client.get(PAGE, headers={"If-None-Match": answer["ETag"]})

    assert len(answer.content) < 200_000
    assert (answer["Cache-Control"], again.status_code) == ("no-cache", 304)


def test_page_asks_nothing_of_others_and_holds_no_script(page_text):
    assert re.findall(r"<(?:script|link|img|iframe|form)\b[^>]*(?:src|href|action)=\"(?:https?:)?//", page_text) == []
    assert re.findall(r"<script|<style|\sstyle=|\son\w+=", page_text) == []


def test_page_holds_each_operation_problem_form_word_and_event(page_text):
    described = api.get_openapi_schema(path_prefix=PAGE)
    ids = set(re.findall(r'id="([^"]+)"', page_text))
    codes = set(re.findall(r"<code>([^<]+)</code>", page_text))

    assert {operation["operationId"] for operation in operations_of(described)} <= ids
    assert {kind.key for kind in KINDS} <= ids
    assert described["components"]["schemas"].keys() <= ids
    assert {str(word) for _about, words in LISTS.values() for word in words} <= codes
    assert {str(kind) for kind in EVENTS} <= codes


def test_each_link_within_the_page_leads_somewhere(page_text):
    ids = re.findall(r'\sid="([^"]+)"', page_text)

    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'href="#([^"]+)"', page_text)) - set(ids) == set()


def test_link_to_the_description_for_programs_leads_to_it(client, page_text):
    (link,) = re.findall(r'href="([^"]*openapi[^"]*)"', page_text)

    assert client.get(urljoin(PAGE, link)).json()["openapi"] == "3.1.0"


def test_address_without_its_last_slash_leads_there(client):
    answer = client.get("/api/v1")

    assert (answer.status_code, answer["Location"]) == (301, PAGE)
    assert (client.post("/api/v1").status_code, client.put("/api/v1/").status_code) == (405, 405)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_page_is_only_read(client, method):
    answer = client.generic(method, PAGE)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert answer["Content-Type"] == "application/problem+json"


def test_contact_is_named_where_there_is_one(client, settings):
    assert "mailto:" not in client.get(PAGE).text

    settings.API_CONTACT = "interface@example.fi"

    assert 'href="mailto:interface@example.fi"' in client.get(PAGE).text


def test_texts_of_the_description_are_escaped_and_marked():
    assert list(worded("A <b> and `x<y`,\n**so**.\n\n* one `a`\n* two")) == [
        "<p>A &lt;b&gt; and <code>x&lt;y</code>, <b>so</b>.</p>",
        "<ul><li>one <code>a</code></li><li>two</li></ul>",
    ]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "maxLength": 200, "minLength": 1}, "text, at most 200 characters"),
        ({"type": "integer", "minimum": 1, "maximum": 1000}, "whole number, at least 1, at most 1\u00a0000"),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, "date, as 2026-11-20, or null"),
        ({"$ref": "#/components/schemas/State"}, '<a href="#State">State</a>'),
        ({"type": "array", "items": {"type": "boolean"}, "uniqueItems": True}, "list of true or false (each once)"),
        ({"const": "1.0"}, "always <code>1.0</code>"),
        ({"type": "string", "pattern": "^[<]$"}, "text, of the form <code>^[&lt;]$</code>"),
        ({}, "any value"),
    ],
)
def test_kind_of_a_value_in_words(schema, words):
    assert kind_in_words(schema) == words


@pytest.mark.parametrize("browser", ["Liberation Sans", "DejaVu Sans"], indirect=True)
def test_page_is_accessible_and_fits_a_small_phone_with_everything_unfolded(page, live_server):
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + PAGE)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    assert (misfits(page), broken_rules(page)) == ([], [])
