from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from demo import data
from demo.models import Code, DemoApplication
from demo.people import PEOPLE, SPARE_CODE

pytestmark = pytest.mark.django_db

AUTHORIZE = "/demo/broker/authorize"
OTHER = {"hetu": SPARE_CODE, "first_names": "Matti Kalevi", "last_name": "Meri", "method": "mobile"}


def answer(response) -> dict[str, str]:
    assert response.status_code == 303
    address, _, query = response.headers["Location"].partition("?")
    assert address == "http://testserver/identification/callback/"
    return {name: values[0] for name, values in parse_qs(query).items()}


def test_page_lists_everybody_one_can_be(client, service):
    response = client.get(AUTHORIZE, {"client_id": "heka-confirm", "request": service.request()})

    page = response.content.decode()
    assert response.status_code == 200
    assert [person.key for person in PEOPLE if f'value="{person.key}"' not in page] == []
    assert "DEMO" in page
    assert 'name="hetu"' in page


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_page_is_in_the_language_of_the_request(client, service, language):
    query = {"client_id": "heka-confirm", "request": service.request(ui_locales=language)}

    response = client.get(AUTHORIZE, query, headers={"Accept-Language": "fi"})

    assert f'<html lang="{language}">' in response.content.decode()
    assert response.headers["Content-Language"] == language


def test_parameters_beside_the_request_object_are_ignored(client, service):
    query = {
        "client_id": "heka-confirm",
        "request": service.request(),
        "redirect_uri": "https://evil.invalid/",
        "state": "another",
        "ui_locales": "sv",
    }

    page = client.get(AUTHORIZE, query).content.decode()

    assert 'lang="en"' in page
    assert "evil" not in page


@pytest.mark.parametrize("query", [{}, {"client_id": "heka-confirm"}, {"client_id": "stranger"}])
def test_request_that_is_not_the_clients_gets_a_plain_page(client, service, query):
    signed = {"request": service.request()} if query.get("client_id") == "stranger" else {}

    response = client.get(AUTHORIZE, {**query, **signed, "redirect_uri": "https://evil.invalid/"})

    assert response.status_code == 400
    assert "Location" not in response.headers


@pytest.mark.parametrize("step", ["person", "other", "cancel"])
def test_forms_with_an_unchecked_address_redirect_nowhere(client, service, step):
    signed = service.request(redirect_uri="https://evil.invalid/")

    response = client.post(f"{AUTHORIZE}/{step}", {"request": signed, "person": "aino", **OTHER})

    assert response.status_code == 400
    assert "Location" not in response.headers


def test_choosing_a_person_answers_with_a_code(client, service):
    response = client.post(f"{AUTHORIZE}/person", {"request": service.request(), "person": "aino"})

    got = answer(response)
    assert (got["state"], got["iss"]) == ("the-state", "http://testserver/demo/broker")
    assert Code.objects.filter(code=got["code"]).count() == 1


def test_choosing_nobody_known_is_refused(client, service):
    response = client.post(f"{AUTHORIZE}/person", {"request": service.request(), "person": "nobody"})

    assert response.status_code == 400


def test_cancelling_answers_with_access_denied(client, service):
    got = answer(client.post(f"{AUTHORIZE}/cancel", {"request": service.request()}))

    assert got == {"error": "access_denied", "state": "the-state", "iss": "http://testserver/demo/broker"}


def test_anybody_else_can_be_entered(client, service):
    got = answer(client.post(f"{AUTHORIZE}/other", {"request": service.request(), **OTHER}))

    assert "code" in got


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("hetu", "150785-9211", "Invalid personal identity code"),
        ("hetu", "", "This field is required."),
        ("first_names", "Ma\u202etti", "Control characters are not allowed"),
        ("last_name", "", "This field is required."),
        ("method", "counter", "Select a valid choice. counter is not one of the available choices."),
    ],
)
def test_wrong_entry_is_told_and_what_was_typed_is_kept(client, service, field, value, error):
    response = client.post(f"{AUTHORIZE}/other", {"request": service.request(), **OTHER, field: value})

    page = response.content.decode()
    kept = [typed for name, typed in OTHER.items() if name not in {field, "method"} and typed not in page]
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert error in page
    assert f'href="#id_{field}"' in page
    assert kept == []


def test_broker_sets_no_cookie_and_needs_none(service):
    strict = Client(enforce_csrf_checks=True)
    form = {"request": service.request(), "person": "aino", **OTHER}

    responses = [
        strict.get(AUTHORIZE, {"client_id": "heka-confirm", "request": service.request()}),
        strict.get(AUTHORIZE),
        *(strict.post(f"{AUTHORIZE}/{step}", form) for step in ("person", "other", "cancel")),
        strict.post(f"{AUTHORIZE}/other", {"request": service.request()}),
        strict.post("/demo/broker/token"),
        strict.get("/demo/broker/jwks"),
    ]

    assert [response.status_code for response in responses] == [200, 400, 303, 303, 303, 200, 401, 200]
    assert [response.cookies.output() for response in responses if response.cookies] == []


def test_jwks_holds_one_public_signing_key(client):
    first, second = (client.get("/demo/broker/jwks").json() for _ in range(2))

    assert [sorted(key) for key in first["keys"]] == [["alg", "e", "kid", "kty", "n", "use"]]
    assert first == second


@pytest.mark.parametrize(("key", "story"), [("aino", "alone"), ("katri", "newer"), ("raimo", "lapsed")])
def test_housing_system_links_to_the_latest_application(client, key, story):
    data.load()

    response = client.get(f"/demo/housing-system/sv/{key}")

    number = DemoApplication.objects.get(story=story).application.number
    assert urlsplit(response.headers["Location"]).path == f"/sv/confirm/{number}/"


@pytest.mark.parametrize("key", ["niilo", "nobody"])
def test_housing_system_has_no_link_for_who_does_not_apply(client, key):
    assert client.get(f"/demo/housing-system/sv/{key}").status_code == 404
