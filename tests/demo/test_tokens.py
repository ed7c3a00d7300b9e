import base64
import datetime as dt
import json
import time

import pytest
import time_machine
from joserfc import jwk

from demo import codes, request_objects
from identity import keys
from identity.claims import Identity
from identity.enums import Method

pytestmark = pytest.mark.django_db

AINO = Identity(hetu="010594Y9032", first_names="Aino", last_name="Aalto", method=Method.MOBILE)


@pytest.fixture
def code(service):
    return codes.issue(request_objects.read(service.request()), AINO)


def redeem(client, form):
    response = client.post("/demo/broker/token", form)
    return response.status_code, response.json()


def test_code_buys_an_encrypted_token_of_the_person(client, service, code):
    status, answer = redeem(client, service.token_form(code))

    header, claims = service.open(answer["id_token"], client.get("/demo/broker/jwks").json())
    assert status == 200
    assert (header["alg"], header["enc"], header["cty"]) == ("RSA-OAEP", "A128CBC-HS256", "JWT")
    known = {name: claims[name] for name in ("iss", "aud", "nonce", "acr", "nin", "given_name", "family_name")}
    assert known == {
        "iss": "http://testserver/demo/broker",
        "aud": "heka-confirm",
        "nonce": "the-nonce",
        "acr": "http://demo.invalid/loatest2",
        "nin": "010594Y9032",
        "given_name": "Aino",
        "family_name": "Aalto",
    }
    assert (claims["birthdate"], claims["ftn_idp"]) == ("1994-05-01", "fi-mobiilivarmenne")
    assert claims["exp"] > time.time() >= claims["iat"]


def test_token_is_encrypted_to_the_newest_key(client, service, settings, tmp_path, code):
    settings.IDENTITY_KEYS_FILE = service.file = tmp_path / "rotated.json"
    keys.make()
    keys.change(keys.with_successors)
    keys.change(keys.with_successors_in_force)
    newest = keys.load().enc[-1]

    _, answer = redeem(client, service.token_form(code))

    head = answer["id_token"].partition(".")[0]
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["kid"] == newest.kid


def test_subject_is_another_each_time(client, service):
    asked = request_objects.read(service.request())
    jwks = client.get("/demo/broker/jwks").json()

    tokens = [redeem(client, service.token_form(codes.issue(asked, AINO)))[1]["id_token"] for _ in range(2)]

    assert len({service.open(token, jwks)[1]["sub"] for token in tokens}) == 2


def test_code_works_once(client, service, code):
    first, _ = redeem(client, service.token_form(code))
    second = redeem(client, service.token_form(code))

    assert first == 200
    assert second == (400, {"error": "invalid_grant"})


def test_code_works_for_a_minute_and_a_half(client, service):
    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(seconds=91), tick=False):
        code = codes.issue(request_objects.read(service.request()), AINO)

    assert redeem(client, service.token_form(code)) == (400, {"error": "invalid_grant"})


def test_wrong_verifier_is_refused_and_uses_up_the_code(client, service, code):
    wrong = redeem(client, service.token_form(code, code_verifier="x" * 43))
    right = redeem(client, service.token_form(code))

    assert (wrong, right) == ((400, {"error": "invalid_grant"}),) * 2


@pytest.mark.parametrize(
    ("different", "refusal"),
    [
        ({"code": "never-issued-but-as-long-as-a-code-is-01234"}, (400, "invalid_grant")),
        ({"code": "\x00"}, (400, "invalid_grant")),
        ({"code": ""}, (400, "invalid_grant")),
        ({"redirect_uri": "http://testserver/"}, (400, "invalid_grant")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"client_assertion": "a.b.c"}, (401, "invalid_client")),
        ({"client_assertion_type": "other"}, (401, "invalid_client")),
    ],
)
def test_wrong_form_is_refused(client, service, code, different, refusal):
    status, answer = redeem(client, {**service.token_form(code), **different})

    assert (status, answer["error"]) == refusal


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "stranger"},
        {"sub": "stranger"},
        {"aud": "http://testserver/demo/broker"},
        {"exp": 1},
        {"exp": 2**40},
        {"exp": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 201},
    ],
)
def test_wrong_assertion_is_refused_and_leaves_the_code(client, service, code, wrong):
    refused = redeem(client, service.token_form(code, assertion=wrong))
    status, _ = redeem(client, service.token_form(code))

    assert refused == (401, {"error": "invalid_client"})
    assert status == 200


def test_assertion_works_once(client, service):
    asked = request_objects.read(service.request())
    form = service.token_form(codes.issue(asked, AINO))

    first, _ = redeem(client, form)
    second = redeem(client, {**form, "code": codes.issue(asked, AINO)})

    assert first == 200
    assert second == (401, {"error": "invalid_client"})


def test_assertion_of_another_key_is_refused(client, service, code):
    form = service.token_form(code)
    forged = service.sign({"iss": "heka-confirm"}, key=jwk.RSAKey.generate_key(2048))

    assert redeem(client, {**form, "client_assertion": forged}) == (401, {"error": "invalid_client"})
