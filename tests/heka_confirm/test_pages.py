"""The pages that need no cookie and no identification (J9), and what every page shares."""

import datetime as dt
import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import formats, timezone, translation

from identity import proof as identity_proof
from tests.applications.factories import person, proof
from tests.as_read import as_read
from tests.cast import MAIJA
from tests.service_names import SERVICE_NAMES

pytestmark = pytest.mark.django_db

LANGUAGES = ["fi", "sv", "en"]
PAGES = ["", "how-to/", "email/", "privacy/", "accessibility/", "counter/", "feedback/"]
STYLESHEET = Path(settings.BASE_DIR / "static" / "heka.css").read_bytes()


class Tags(HTMLParser):
    """All tags of a page with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def named(self, *names):
        return [attributes for tag, attributes in self.found if tag in names]


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(params=PAGES, ids=lambda path: path or "front")
def page(request, client, language):
    return client.get(f"/{language}/{request.param}")


def test_page_is_there_and_sets_no_cookie(page, client):
    assert page.status_code == 200
    assert page.cookies == {}
    assert client.cookies == {}


def test_page_says_its_language(page, language):
    assert Tags(page.text).named("html") == [{"lang": language}]
    assert page["Content-Language"] == language


def test_page_varies_by_who_is_signed_in(page):
    assert "Cookie" in page["Vary"]


def test_page_has_one_main_heading_and_a_title_of_its_own(page, language):
    name = SERVICE_NAMES[language]
    [title] = re.findall(r"<title>(.+)</title>", page.text)
    [heading] = re.findall(r"<h1>(.+)</h1>", page.text)

    is_front = page.request["PATH_INFO"] == f"/{language}/"
    assert title == (name if is_front else f"{heading} – {name}")


def test_page_takes_nothing_from_other_hosts_and_no_inline_code(page):
    tags = Tags(page.text)
    taken = [a.get("href") or a.get("src") or "" for a in tags.named("link", "script", "img", "iframe")]
    inline = [name for _, attributes in tags.found for name in attributes if re.match("on|style", name)]

    taken = [address for address in taken if not address.startswith(f"{settings.PUBLIC_URL}/")]  # in other languages

    assert [address for address in taken if not address.startswith(("/static/", "/apple-touch-icon.png"))] == []
    assert inline == []
    assert tags.named("style") == []


def test_page_and_styles_weigh_little(page):
    assert len(gzip.compress(page.content)) + len(gzip.compress(STYLESHEET)) <= 20_000


def test_page_links_every_statement_in_its_footer(page, language):
    footer = page.text[page.text.index("<footer") :]

    for path in ("counter", "how-to", "email", "feedback", "terms", "privacy", "accessibility", "cookies"):
        assert f'href="/{language}/{path}/"' in footer
    assert f'href="https://digituki.hel.fi/{language}/"' in footer
    assert 'href="#top"' in footer


@pytest.mark.parametrize("path", ["no-such-page/", "application/new/", "invitation/", "cookies/?" + "x&" * 201])
def test_errors_and_beginnings_have_the_same_footer(client, path):
    pages = [client.get(f"/sv/{one}").text for one in ("", path)]
    footers = [page[page.index("<footer") :] for page in pages]

    assert footers[0] == footers[1]


@pytest.mark.parametrize("address", ["/fi/how-to/?from=a%26b&x=%C3%A4", "/fi/no-such-page/?x=1", "/fi/"])
def test_language_switch_keeps_the_page_and_its_query(client, address):
    switch = [a for a in Tags(client.get(address).text).named("a") if "hreflang" in a]

    assert [(a["href"], a["lang"], a["hreflang"], "aria-current" in a) for a in switch] == [
        (f"/{code}/{address.removeprefix('/fi/')}", code, code, code == "fi") for code in LANGUAGES
    ]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("sv-FI,fi;q=0.5", "sv"), ("en-GB", "en"), ("de,en;q=0.2", "en"), ("ru", "fi"), ("", "fi")],
)
def test_root_leads_to_the_best_language_without_a_cookie(client, accepted, language):
    response = client.get("/", headers={"accept-language": accepted})

    assert response.status_code == 302
    assert response.url == f"/{language}/"
    assert response.cookies == {}
    assert "Accept-Language" in response["Vary"]


@pytest.mark.parametrize("path", ["", "/en/", "/en/how-to/"])
def test_page_refuses_a_post(client, path):
    assert client.post(path or "/").status_code == 405


def test_front_page_offers_both_ways_beside_each_other_and_one_is_the_first(client):
    text = client.get("/en/").text
    ways = re.findall(r'<section class="card" aria-labelledby="(?:online|counter)">.*?</section>', text, re.DOTALL)
    buttons = [re.findall(r'<a class="([^"]*)" href="([^"]*)">([^<]*)<', way) for way in ways]

    assert buttons == [
        [("button", "/en/identify/", "Go to confirm the application")],
        [("button secondary", "/en/counter/", "See how to visit customer service")],
    ]


def test_front_page_has_what_emails_send_people_to_before_anything_that_explains(client, settings):
    text = client.get("/en/").text
    places = ["/en/identify/", 'name="code"', "/en/application/new/", "/en/applications/", "/en/how-to/", "demo/staff"]

    assert sorted(places, key=text.find) == places
    assert all(place in text for place in places)


def test_no_page_calls_a_way_out_cancel():
    """In Finnish it reads like withdrawing: “Peruuta” beside “Peru hakemus”."""
    folder = settings.BASE_DIR / "templates"

    assert [path.name for path in folder.rglob("*.html") if '"Cancel"' in path.read_text()] == []


# The front page has one of the demo besides: who has unread emails.
@pytest.mark.parametrize(("path", "queries"), [("", 4), ("how-to/", 3), ("privacy/", 1), ("no-such-page/", 0)])
def test_page_asks_the_database_little(client, django_assert_num_queries, path, queries):
    with django_assert_num_queries(queries):
        client.get(f"/en/{path}")


def test_page_of_somebody_signed_in_shows_who_and_until_when(client, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    client.force_login(person(MAIJA).user, backend="identity.backend.BrokerBackend")
    session = client.session
    identity_proof.remember(session, proof())
    session.save()

    text = client.get("/en/how-to/").text

    assert "<strong>Maija Liisa Meikäläinen</strong>" in text
    assert re.search(r"You will be logged out at \d+:\d\d if you do nothing\.", text)
    assert 'data-seconds="1200" data-warning="120"' in text
    assert '<script src="/static/session.js" defer>' in text
    assert '<form method="post" action="/en/sign-out/">' in text


def test_page_of_nobody_has_no_script_and_no_token(page):
    assert "<script" not in page.text
    assert "csrf" not in page.text


@pytest.mark.parametrize("step", [1, 2, 6])
def test_steps_tell_which_one_is_now(rf, step):
    with translation.override("en"):
        text = render_to_string("_steps.html", {"step": step}, rf.get("/en/"))

    assert re.findall(r"Step (\d) of 6: ([^<]+)</p>", text) == [
        (str(step), {1: "Cookies", 2: "Identification", 6: "Receipt"}[step])
    ]
    assert text.count('aria-current="step"') == 1
    assert text.count("(done)") == step - 1


@pytest.mark.parametrize("status", [500, 503])
def test_page_of_a_broken_service_needs_nothing_and_speaks_all_languages(status, django_assert_num_queries):
    with django_assert_num_queries(0):
        tags = Tags(render_to_string(f"errors/{status}.html"))

    assert [a["lang"] for name, a in tags.found if name in ("html", "section") and "lang" in a] == LANGUAGES
    assert len(tags.named("h1")) == 1
    assert {a["href"] for a in tags.named("a")} == {"/fi/", "/sv/", "/en/"}


@pytest.mark.parametrize(
    ("language", "date", "time"),
    [("fi", "14.2.2027", "9.05"), ("sv", "14.2.2027", "9.05"), ("en", "14 February 2027", "9:05")],
)
def test_dates_are_written_as_people_write_them(language, date, time):
    with translation.override(language):
        assert as_read(formats.date_format(dt.date(2027, 2, 14))) == date
        assert formats.time_format(dt.time(9, 5)) == time


def test_dates_are_read_the_same_way_in_every_language(language):
    with translation.override(language):
        assert formats.get_format("DATE_INPUT_FORMATS")[:2] == ["%d.%m.%Y", "%Y-%m-%d"]
        assert "%m/%d/%Y" not in formats.get_format("DATE_INPUT_FORMATS")


def test_privacy_notice_tells_the_retention_times_of_the_settings(client, settings):
    settings.RETENTION_ENDED_DAYS, settings.RETENTION_UNCONFIRMED_DAYS = 1095, 40

    text = client.get("/en/privacy/").text

    assert "An application that was valid: 3 years after it ended." in text
    assert "An application that never became valid: 40 days after it ended." in text
    assert "The event log, which shows who has done what: 5 years." in text
    assert "Which emails we have sent: 6 months." in text
    assert 'href="/en/own-data/"' in text
