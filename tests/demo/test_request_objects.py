import time

import pytest
from joserfc import jwk

from demo import request_objects

pytestmark = pytest.mark.django_db


def refusal(signed: str) -> str:
    with pytest.raises(request_objects.InvalidRequest) as caught:
        request_objects.read(signed)
    return caught.value.reason


def test_request_as_agreed_is_read(service):
    asked = request_objects.read(service.request())

    assert (asked.state, asked.nonce, asked.language) == ("the-state", "the-nonce", "en")


@pytest.mark.parametrize(
    ("reason", "different"),
    [
        ("iss", {"iss": "somebody-else"}),
        ("client_id", {"client_id": "somebody-else"}),
        ("aud", {"aud": "http://another.invalid"}),
        ("aud", {"aud": None}),
        ("expired", {"exp": int(time.time()) - 120}),
        ("expired", {"exp": None}),
        ("expired", {"exp": "soon"}),
        ("iat", {"iat": int(time.time()) + 3600}),
        ("response_type", {"response_type": "code id_token"}),
        ("redirect_uri", {"redirect_uri": "http://testserver/identification/callback"}),
        ("redirect_uri", {"redirect_uri": "https://evil.invalid/"}),
        ("redirect_uri", {"redirect_uri": None}),
        ("scope", {"scope": "profile"}),
        ("acr_values", {"acr_values": "http://ftn.ficora.fi/2017/loa2"}),
        ("state", {"state": None}),
        ("state", {"state": 1}),
        ("nonce", {"nonce": ""}),
        ("code_challenge_method", {"code_challenge_method": "plain"}),
        ("code_challenge", {"code_challenge": None}),
        ("code_challenge", {"code_challenge": "ä" * 43}),
    ],
)
def test_request_with_wrong_claim_is_refused(service, reason, different):
    assert refusal(service.request(**different)) == reason


@pytest.mark.parametrize("signed", ["", "a.b.c", "no token", "e30.e30.", "ä.ö.å"])
def test_text_that_is_no_token_is_refused(service, signed):
    assert refusal(signed) == "signature"


def test_request_tampered_with_is_refused(service):
    head, _, signature = service.request().split(".")
    _, body, _ = service.request(redirect_uri="https://evil.invalid/").split(".")

    assert refusal(f"{head}.{body}.{signature}") == "signature"


def test_request_signed_by_another_key_is_refused(service):
    stranger = jwk.RSAKey.generate_key(2048)

    assert refusal(service.sign(service.request_claims(), key=stranger)) == "signature"


def test_request_with_unknown_key_id_is_refused(service):
    assert refusal(service.sign(service.request_claims(), kid="another")) == "signature"


def test_request_signed_with_the_encryption_key_is_refused(service):
    own = service.key("enc").as_dict(private=True)
    bare = jwk.RSAKey.import_key({name: own[name] for name in ("kty", "n", "e", "d", "p", "q", "dp", "dq", "qi")})

    assert refusal(service.sign(service.request_claims(), key=bare, kid=own["kid"])) == "signature"


@pytest.mark.parametrize(
    ("ui_locales", "language"),
    [("sv", "sv"), ("en-GB fi", "en"), ("de sv", "sv"), ("de", "fi"), ("", "fi"), (None, "fi"), (7, "fi")],
)
def test_language_is_the_first_one_spoken(service, ui_locales, language):
    assert request_objects.read(service.request(ui_locales=ui_locales)).language == language
