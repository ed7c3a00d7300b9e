import re

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from django.http import Http404
from django.test import Client
from django.urls import re_path, reverse

from counter.context import known_counter
from counter.models import Counter
from heka_confirm import urls as project_urls
from heka_confirm.errors import is_database_down
from identity.limits import TooMany
from tests.conftest import headings

FAILURES = {
    "bad": SuspiciousOperation("odd"),
    "large": RequestDataTooBig("too big"),
    "forbidden": PermissionDenied(),
    "missing": Http404(),
    "too-many": TooMany(retry_after=17),
    "broken": ZeroDivisionError(),
    "down": OperationalError("no connection"),
    "gone": InterfaceError("connection already closed"),
}


def fail(request, how):
    raise FAILURES[how]


def form(request):
    raise AssertionError("reached without a token")


urlpatterns = [
    re_path(r"^(?:fi/|sv/|en/|api/v1/)?fail/(?P<how>[\w-]+)/$", fail),
    re_path(r"^(?:fi|sv|en)/form/$", form),
    *project_urls.urlpatterns,
]
handler400 = project_urls.handler400
handler403 = project_urls.handler403
handler404 = project_urls.handler404
handler500 = project_urls.handler500

pytestmark = pytest.mark.urls(__name__)

TITLES = {
    "bad": (400, "We could not read the request"),
    "large": (413, "The text you sent is too long"),
    "forbidden": (403, "You cannot open this page"),
    "missing": (404, "Page not found"),
    "too-many": (429, "Too many attempts"),
    "broken": (500, "Jokin meni pieleen"),
    "down": (503, "Palvelu ei toimi juuri nyt"),
    "gone": (503, "Palvelu ei toimi juuri nyt"),
}


@pytest.fixture
def browser_client():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("how", TITLES)
def test_error_in_english(browser_client, how):
    response = browser_client.get(f"/en/fail/{how}/")

    assert (response.status_code, headings(response)[0]) == TITLES[how]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("how", ["bad", "large", "forbidden", "missing", "too-many"])
def test_error_page_is_in_the_language_of_the_address(browser_client, how, language):
    response = browser_client.get(f"/{language}/fail/{how}/", HTTP_ACCEPT_LANGUAGE="en")

    assert f'<html lang="{language}">' in response.content.decode()
    assert response["Content-Language"] == language


@pytest.mark.parametrize("how", ["broken", "down"])
def test_page_that_stands_alone_names_the_counter_as_this_process_last_knew_it(browser_client, how, monkeypatch):
    moved = Counter(street_fi="Uusikatu 1", street_sv="Nygatan 1", postal_code="00100")
    monkeypatch.setattr("counter.context.COUNTER.known", Counter)
    built_in = browser_client.get(f"/sv/fail/{how}/").content.decode()
    monkeypatch.setattr("counter.context.COUNTER.known", lambda: moved)
    page = browser_client.get(f"/sv/fail/{how}/").content.decode()

    assert "Verkstadsgatan\u00a08, 00580 Helsingfors" in built_in
    assert [page.count(f"{street}\u00a01, 00100") for street in ("Uusikatu", "Nygatan")] == [2, 1]


@pytest.mark.django_db
def test_process_remembers_the_counter_that_it_shows(client):
    Counter.objects.update(street_fi="Uusikatu 1")
    client.get(reverse("counter:page"))

    assert known_counter().street_fi == "Uusikatu 1"


@pytest.mark.parametrize("how", ["broken", "down"])
def test_error_page_that_stands_alone_is_in_three_languages(browser_client, how):
    page = browser_client.get(f"/sv/fail/{how}/").content.decode()

    assert [part for part in ('<html lang="fi">', 'lang="sv"', 'lang="en"') if part not in page] == []


@pytest.mark.parametrize("how", TITLES)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_error_page_needs_no_database_and_sets_no_cookie(browser_client, how, language):
    # Without the django_db mark every query fails.
    response = browser_client.get(f"/{language}/fail/{how}/")

    assert response.status_code == TITLES[how][0]
    assert dict(response.cookies) == {}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_unknown_address_is_a_page_in_its_language(browser_client, language):
    response = browser_client.get(f"/{language}/no/such/page/")

    assert response.status_code == 404
    assert f'<html lang="{language}">' in response.content.decode()


@pytest.mark.parametrize("header", ["sv", "sv-FI,en;q=0.5"])
def test_unknown_address_without_a_language_follows_the_browser(browser_client, header):
    response = browser_client.get("/no-such-page", HTTP_ACCEPT_LANGUAGE=header)

    assert (response.status_code, response["Content-Language"]) == (404, "sv")


def test_error_does_not_speak_the_language_of_the_request_before(browser_client):
    browser_client.get("/sv/fail/missing/")

    assert browser_client.get("/en/fail/missing/")["Content-Language"] == "en"


@pytest.mark.parametrize(("how", "status"), [(how, status) for how, (status, _) in TITLES.items()])
def test_error_of_the_api_is_problem_json(browser_client, how, status):
    response = browser_client.get(f"/api/v1/fail/{how}/")

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response.json().keys() == {"title", "status", "request_id"}
    assert response.json()["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize("how", TITLES)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_error_page_names_its_request_for_the_telephone(browser_client, how, language):
    response = browser_client.get(f"/{language}/fail/{how}/")

    code = response["X-Request-ID"]
    assert re.fullmatch("[a-z]{10}", code)
    assert response.content.decode().count(f'<strong translate="no">{code}</strong>') == (
        3 if how in {"broken", "down", "gone"} else 1
    )


def test_error_page_names_the_end_of_a_long_id_that_a_proxy_gave(browser_client, settings, caplog):
    settings.TRUSTED_PROXIES = 1

    response = browser_client.get("/en/fail/missing/", HTTP_X_REQUEST_ID="0af7651916cd43dd8448eb211c80319c")

    assert '<strong translate="no">211c80319c</strong>' in response.content.decode()
    assert response["X-Request-ID"] == "0af7651916cd43dd8448eb211c80319c"


def test_database_down_and_too_many_say_when_to_try_again(browser_client):
    assert browser_client.get("/fi/fail/down/")["Retry-After"] == "10"
    assert browser_client.get("/fi/fail/too-many/")["Retry-After"] == "17"


def test_wrong_host_is_a_page(browser_client, settings):
    settings.ALLOWED_HOSTS = ["confirm.example.fi"]

    response = browser_client.get("/sv/", HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="confirm.example.fi")

    assert response.status_code == 400
    assert b"evil.example" not in response.content


def test_wrong_host_over_http_is_not_redirected_to(browser_client, settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["confirm.example.fi"], True

    response = browser_client.get("/sv/", HTTP_HOST="evil.example")

    assert response.status_code == 400
    assert b"evil.example" not in response.content


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_form_without_its_token_is_told_that_nothing_was_done(language):
    client = Client(enforce_csrf_checks=True)

    response = client.post(f"/{language}/form/")

    assert response.status_code == 403
    assert f'<html lang="{language}">' in response.content.decode()
    assert f'href="/{language}/"' in response.content.decode()
    assert dict(response.cookies) == {}


def test_form_without_its_token_in_english():
    response = Client(enforce_csrf_checks=True).post("/en/form/")

    assert headings(response) == ["The page has been open for too long"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("path", ["", "how-to/", "cookies/"])
def test_method_that_a_page_does_not_take_is_answered_by_a_page(client, language, path):
    response = client.put(f"/{language}/{path}")

    assert response.status_code == 405
    assert "GET" in response["Allow"]
    assert f'<html lang="{language}">' in response.content.decode()
    assert f'href="/{language}/"' in response.content.decode()
    assert "Content-Security-Policy" in response
    assert dict(response.cookies) == {}


@pytest.mark.parametrize(("method", "length"), [("HEAD", 0), ("OPTIONS", 1)])
def test_pages_for_405_follow_the_method(client, method, length):
    response = client.generic(method, "/identification/callback/")

    assert response.status_code == 405
    assert min(len(response.content), 1) == length


def test_program_is_told_405_as_problem_json_with_what_is_allowed(client):
    response = client.put("/api/v1/")

    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert response["Allow"] == "GET, HEAD"


def test_form_that_is_too_large_is_answered_by_a_page(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    response = client.post("/en/feedback/", {"text": "x" * 2000})

    assert response.status_code == 413
    assert headings(response) == ["The text you sent is too long"]


@pytest.mark.parametrize("path", ["/en/feedback/", "/en/log-in/", "/en/email/"])
def test_file_is_refused_for_no_page_asks_for_one(path):
    file = SimpleUploadedFile("malware.exe", b"MZ", content_type="image/png")

    response = Client(raise_request_exception=False).post(path, {"text": file})

    assert response.status_code == 400


@pytest.mark.parametrize("error", [OperationalError(), InterfaceError(), InternalError()])
def test_database_is_down_for_its_own_errors(error):
    assert is_database_down(error)


@pytest.mark.parametrize("error", [IntegrityError(), ProgrammingError(), DataError(), ValueError(), None])
def test_database_is_not_down_for_faults_of_ours(error):
    assert not is_database_down(error)


def test_database_is_down_behind_another_exception():
    error = RuntimeError()
    error.__cause__ = OperationalError()

    assert is_database_down(error)


@pytest.mark.parametrize(
    ("left", "header", "told"),
    [
        (1, "1", "Wait 1 second and try again."),
        (17, "17", "Wait 17 seconds and try again."),
        (60, "60", "Wait 60 seconds and try again."),
        (61, "120", "Wait 2 minutes and try again."),
        (916, "960", "Wait 16 minutes and try again."),
        (3600, "3600", "Wait 60 minutes and try again."),
    ],
)
def test_page_and_header_say_the_same_time_to_wait(browser_client, monkeypatch, left, header, told):
    monkeypatch.setitem(FAILURES, "too-many", TooMany(retry_after=left))

    response = browser_client.get("/en/fail/too-many/")

    assert response["Retry-After"] == header
    assert told in response.content.decode()
