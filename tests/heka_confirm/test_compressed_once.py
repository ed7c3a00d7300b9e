"""A page for everybody is compressed once: who asks gets what stands on it now, and nobody's own page is kept."""

import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from heka_confirm import requests


@pytest.fixture
def ask():
    """Ask for a page that says something, by one middleware as one worker has it; return the answer."""
    answers = []
    middleware = requests.GZipMiddleware(lambda request: answers.pop())

    def ask(text, *, encoding="gzip", cookies=None, **headers):
        answers.append(HttpResponse(text * 100, headers={"ETag": f'"{text}"', **headers}))
        request = RequestFactory().get("/", headers={"accept-encoding": encoding})
        request.COOKIES.update(cookies or {})
        return middleware(request)

    ask.middleware = middleware
    return ask


def said(response):
    return gzip.decompress(response.content).decode()[:5]


def test_page_that_says_the_same_is_answered_alike_each_time(ask):
    first, second = ask("first"), ask("first")
    assert first.content == second.content
    assert dict(first.headers) == dict(second.headers)
    assert second["ETag"] == 'W/"first"'
    assert second["Vary"] == "Accept-Encoding"
    assert second["Content-Length"] == str(len(second.content))


def test_page_that_says_something_else_is_sent_as_it_is_now(ask):
    assert [said(ask(text)) for text in ("first", "other", "first")] == ["first", "other", "first"]


def test_browser_that_cannot_unpack_gets_the_page_as_it_is(ask):
    ask("first")
    assert ask("first", encoding="br").content.startswith(b"firstfirst")


@override_settings(SESSION_COOKIE_NAME="session")
@pytest.mark.parametrize(
    "more", [{"cookies": {"session": "x"}}, {"Cache-Control": "no-store, private"}, {"Cache-Control": "private"}]
)
def test_page_of_somebody_is_not_kept(ask, more):
    response = ask("their", **more)
    assert response.content.startswith((b"their", b"\x1f\x8b"))
    assert ask.middleware.known == {}


def test_few_pages_are_kept(ask):
    for number in range(250):
        assert said(ask(f"{number:05}")) == f"{number:05}"
    assert 0 < len(ask.middleware.known) <= 100
