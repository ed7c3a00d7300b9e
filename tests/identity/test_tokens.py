"""The table of identity tokens: what each fault is called in the log. A row that passes is a hole."""

import base64
import hashlib
import json
import time

import pytest
import time_machine
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

from identity import keys, providers, signatures, tokens
from identity.attempts import Attempt
from identity.refusals import TokenRefused
from tests.identity.broker import ACR, base64url, encrypt, sign

ISSUER, CLIENT = "https://broker.example", "heka-confirm"
ACCESS_TOKEN = "an-access-token"
NOW = 1_800_000_000
AT_HASH = base64url(hashlib.sha256(ACCESS_TOKEN.encode()).digest()[:16])
ALL_JWE = ("RSA-OAEP", "RSA-OAEP-256", "RSA1_5", "A128CBC-HS256", "A128GCM", "A256GCM", "A192GCM", "DEF")


def provider(**more):
    return providers.parse(
        {
            "id": "test",
            "name": "Test",
            "dialect": "signicat",
            "issuer": ISSUER,
            "client_id": CLIENT,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/jwks",
            "acr_values": [ACR],
            "acr_accepted": [ACR],
            **more,
        }
    )


class Case:
    """A good token, and the ways to spoil it."""

    def __init__(self, broker_key, stranger):
        self.broker_key, self.stranger = broker_key, stranger
        self.own = keys.load().enc[0]
        self.attempt = Attempt(provider="test", language="fi", next="", nonce="the-nonce", started=NOW - 60)
        self.asked = []

    def claims(self, **changes):
        good = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "transient",
            "iat": NOW,
            "exp": NOW + 300,
            "auth_time": NOW - 5,
            "nonce": "the-nonce",
            "acr": ACR,
            "at_hash": AT_HASH,
            "nin": "010594Y9032",
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(self, header=None, **changes):
        return encrypt(sign(self.claims(**changes), self.broker_key, header), self.own)

    def find_key(self, kid):
        self.asked.append(kid)
        return self.broker_key.as_dict(private=False) if kid == self.broker_key.kid else None

    def verify(self, token, *, access_token=ACCESS_TOKEN, **provider_settings):
        expected = tokens.Expected(
            provider=provider(**provider_settings), attempt=self.attempt, access_token=access_token
        )
        return tokens.verify(token, expected, self.find_key)


@pytest.fixture
def case(some_keys):
    with time_machine.travel(NOW, tick=False):
        yield Case(some_keys[0], some_keys[2])


def refusal(case, token, **settings):
    with pytest.raises(TokenRefused) as refused:
        case.verify(token, **settings)
    return refused.value.word


def test_a_good_token_is_accepted(case):
    assert case.verify(case.token())["nin"] == "010594Y9032"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [CLIENT]},
        {"azp": CLIENT},
        {"at_hash": None},
        {"auth_time": None},
        {"iat": NOW + 30},
        {"iat": NOW - 60 - 30},
        {"exp": NOW - 29},
        {"auth_time": NOW - 60 - 30},
    ],
)
def test_a_token_within_the_rules_is_accepted(case, changes):
    assert case.verify(case.token(**changes))["sub"] == "transient"


@pytest.mark.parametrize(
    ("word", "changes"),
    [
        ("iss", {"iss": None}),
        ("iss", {"iss": "https://broker.example/"}),
        ("iss", {"iss": [ISSUER]}),
        ("aud", {"aud": None}),
        ("aud", {"aud": "somebody-else"}),
        ("aud", {"aud": [CLIENT, "a-stranger"]}),
        ("aud", {"aud": []}),
        ("aud", {"aud": {CLIENT: 1}}),
        ("azp", {"azp": "somebody-else"}),
        ("azp", {"azp": 1}),
        ("sub", {"sub": None}),
        ("sub", {"sub": ""}),
        ("sub", {"sub": 17}),
        ("exp", {"exp": None}),
        ("exp", {"exp": NOW - 30}),
        ("exp", {"exp": "2099"}),
        ("exp", {"exp": True}),
        ("exp", {"exp": float("nan")}),
        ("exp", {"exp": float("inf")}),
        ("iat", {"iat": None}),
        ("iat", {"iat": str(NOW)}),
        ("iat", {"iat": 10**400}),
        ("clock", {"iat": NOW + 31}),
        ("clock", {"iat": NOW + 300}),
        ("clock", {"iat": NOW - 300}),
        ("clock", {"iat": NOW - 365 * 24 * 3600}),
        ("nonce", {"nonce": None}),
        ("nonce", {"nonce": "another"}),
        ("nonce", {"nonce": ["the-nonce"]}),
        ("nonce", {"nonce": "the-nonce\u00e4"}),
        ("auth-time", {"auth_time": NOW - 60 - 31}),
        ("auth-time", {"auth_time": NOW + 31}),
        ("auth-time", {"auth_time": "now"}),
        ("at-hash", {"at_hash": AT_HASH[:-2] + "xx"}),
        ("at-hash", {"at_hash": 5}),
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(case, word, changes):
    assert refusal(case, case.token(**changes)) == word


def test_a_token_issued_over_ten_minutes_ago_is_refused(case):
    case.attempt = Attempt(provider="test", language="fi", next="", nonce="the-nonce", started=NOW - 800)
    assert refusal(case, case.token(iat=NOW - 631)) == "iat"
    assert case.verify(case.token(iat=NOW - 629))


def test_auth_time_is_demanded_when_max_age_was_asked(case):
    assert refusal(case, case.token(auth_time=None), max_age=60) == "auth-time"
    assert refusal(case, case.token(auth_time=NOW - 91), max_age=60, prompt="") == "auth-time"
    assert case.verify(case.token(auth_time=NOW - 89), max_age=60, prompt="")


def test_at_hash_without_an_access_token_is_refused(case):
    assert refusal(case, case.token(), access_token=None) == "at-hash"


@pytest.mark.parametrize("token", [None, "", 5, {}, []])
def test_no_token_is_refused(case, token):
    assert refusal(case, token) == "no-token"


@pytest.mark.parametrize(
    "token",
    [
        "a",
        "a.b.c.d",
        "ä.b.c.d.e",
        "....",
        "!!.b.c.d.e",
        base64url(b"[]") + ".b.c.d.e",
        base64url(b"{") + ".b.c.d.e",
        base64url(b"\xff\xfe") + ".b.c.d.e",
        base64url(b'{"a":' * 20_000) + ".b.c.d.e",
        "x" * 70_000,
    ],
)
def test_a_malformed_token_is_refused(case, token):
    assert refusal(case, token) == "malformed"


def test_a_token_that_is_only_signed_is_refused(case):
    assert refusal(case, sign(case.claims(), case.broker_key)) == "plaintext"


def test_a_signed_token_is_accepted_where_no_encryption_was_agreed(case):
    assert case.verify(sign(case.claims(), case.broker_key), encrypted=False)
    assert refusal(case, case.token(), encrypted=False) == "malformed"


@pytest.mark.parametrize("alg", ["RSA1_5", "RSA-OAEP-512", "dir", None])
def test_another_key_encryption_is_refused(case, alg):
    parts = case.token().split(".")  # the header alone decides
    header = {"alg": alg, "enc": "A128CBC-HS256", "kid": case.own.kid}
    token = ".".join([base64url(json.dumps(header).encode()), *parts[1:]])
    assert refusal(case, token) == "jwe-alg"


@pytest.mark.parametrize("alg", ["RSA-OAEP", "RSA-OAEP-256"])
def test_both_key_encryptions_of_brokers_are_opened_whatever_our_key_says_of_itself(case, alg):
    """Idura's guide makes keys for RSA-OAEP-256, the others use RSA-OAEP; one key of ours serves all."""
    token = encrypt(sign(case.claims(), case.broker_key), free(case.own), {"alg": alg}, ALL_JWE)
    assert case.verify(token)["sub"] == "transient"


def test_an_encryption_header_that_holds_certificates_is_read(case):
    token = encrypt(sign(case.claims(), case.broker_key), case.own, {"x5c": ["c" * 4000]}, long_headers=True)
    assert case.verify(token)["sub"] == "transient"


def free(key):
    """Return the key without the alg that restricts its use."""
    return RSAKey.import_key({name: value for name, value in key.as_dict(private=True).items() if name != "alg"})


def test_another_content_encryption_is_refused(case):
    token = encrypt(sign(case.claims(), case.broker_key), case.own, {"enc": "A192GCM"}, ALL_JWE)
    assert refusal(case, token) == "jwe-enc"


@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_each_agreed_content_encryption_is_accepted(case, enc):
    token = encrypt(sign(case.claims(), case.broker_key), case.own, {"enc": enc}, ALL_JWE)
    assert case.verify(token)


def test_compressed_contents_are_refused(case):
    token = encrypt(sign(case.claims(), case.broker_key), case.own, {"zip": "DEF"}, ALL_JWE)
    assert refusal(case, token) == "zip"


def test_a_token_encrypted_for_somebody_else_is_refused(case):
    signed = sign(case.claims(), case.broker_key)
    assert refusal(case, encrypt(signed, case.stranger)) == "decrypt"
    assert refusal(case, encrypt(signed, case.stranger, {"kid": case.own.kid})) == "decrypt"
    assert refusal(case, encrypt(signed, case.stranger, {"kid": None})) == "decrypt"


def test_a_token_without_the_id_of_our_key_is_opened_by_trying(case):
    assert case.verify(encrypt(sign(case.claims(), case.broker_key), case.own, {"kid": None}))


def test_repeated_claims_in_the_encryption_header_are_accepted(case):
    header = {"iss": ISSUER, "aud": CLIENT}
    assert case.verify(encrypt(sign(case.claims(), case.broker_key), case.own, header))


@pytest.mark.parametrize("part", range(1, 5))
def test_a_ciphertext_that_was_changed_is_refused(case, part):
    parts = case.token().split(".")
    parts[part] = ("A" if parts[part][0] != "A" else "B") + parts[part][1:]
    assert refusal(case, ".".join(parts)) == "decrypt"


@pytest.mark.parametrize("contents", ["", "no token", "\u00e4.b.c", "a.b"])
def test_contents_that_are_no_token_are_refused(case, contents):
    assert refusal(case, encrypt(contents, case.own)) in {"malformed", "decrypt"}


def test_an_unsigned_token_is_refused(case):
    header = base64url(json.dumps({"alg": "none", "kid": case.broker_key.kid}).encode())
    token = f"{header}.{base64url(json.dumps(case.claims()).encode())}."
    assert refusal(case, encrypt(token, case.own)) == "alg"


def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused(case):
    secret = OctKey.import_key(base64url(case.broker_key.as_pem(private=False)))
    token = sign(case.claims(), secret, {"alg": "HS256", "kid": case.broker_key.kid}, ["HS256"])
    assert refusal(case, encrypt(token, case.own)) == "alg"


@pytest.mark.parametrize("alg", ["RS384", "PS256"])
def test_another_signature_algorithm_is_refused(case, alg):
    token = sign(case.claims(), case.broker_key, {"alg": alg}, [alg])
    assert refusal(case, encrypt(token, case.own)) == "alg"


@pytest.mark.parametrize("header", [{"b64": True, "crit": ["b64"]}, {"b64": True}])
def test_a_header_that_changes_what_is_signed_is_refused(case, header):
    assert refusal(case, case.token(header)) == "crit"


@pytest.mark.parametrize("kid", [None, ""])
def test_a_token_without_a_key_id_is_refused(case, kid):
    assert refusal(case, case.token({"kid": kid})) == "no-kid"


def test_an_unknown_key_id_is_refused(case):
    assert refusal(case, case.token({"kid": "unknown"})) == "kid"


def test_a_token_signed_by_a_stranger_is_refused(case):
    token = sign(case.claims(), case.stranger, {"kid": case.broker_key.kid})
    assert refusal(case, encrypt(token, case.own)) == "signature"


def test_a_broken_signature_is_refused(case):
    head, payload, signature = sign(case.claims(), case.broker_key).split(".")
    other = base64url(json.dumps(case.claims(nin="020594X903P")).encode())
    broken = ("A" if signature[0] != "A" else "B") + signature[1:]
    for tail in (f"{other}.{signature}", f"{payload}.{broken}", f"{payload}.", f"{payload}.!"):
        token = f"{head}.{tail}"
        assert refusal(case, encrypt(token, case.own)) == "signature"


def test_the_token_cannot_bring_its_own_key(case):
    own = case.stranger.as_dict(private=False)
    header = {
        "kid": "theirs",
        "jwk": own,
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/x",
    }
    token = sign(case.claims(), case.stranger, header)
    assert refusal(case, encrypt(token, case.own)) == "kid"
    assert case.asked == ["theirs"]


@pytest.mark.parametrize("payload", [b"[]", b"5", b"\xff", b"{", b'{"a":' * 20_000])
def test_a_payload_that_is_no_object_is_refused(case, payload):
    token = jws.serialize_compact({"alg": "RS256", "kid": case.broker_key.kid}, payload, case.broker_key)
    assert refusal(case, encrypt(token, case.own)) == "malformed"


def test_a_key_is_made_once_for_its_numbers_whatever_its_broker_calls_it(some_keys):
    one, other = (key.as_dict(private=False) for key in some_keys[:2])

    made = signatures.public_key(one)

    assert signatures.public_key({**one, "kid": "another name", "use": "enc"}) is made
    assert signatures.public_key({**other, "kid": one["kid"]}).as_dict(private=False)["n"] == other["n"]


@pytest.mark.parametrize(
    ("word", "changes"),
    [
        ("weak-key", {"n": base64.urlsafe_b64encode(b"\1" * 128).rstrip(b"=").decode()}),
        ("kid", {"n": 5}),
        ("kid", {"n": "%"}),
        ("kid", {"e": ""}),
        ("kid", {"kty": "EC"}),
    ],
)
def test_a_key_that_cannot_be_used_is_refused(case, word, changes):
    case.find_key = lambda kid: {**case.broker_key.as_dict(private=False), **changes}
    assert refusal(case, case.token()) == word


@given(
    part=st.integers(0, 4),
    at=st.integers(0, 10**6),
    junk=st.text(st.characters(max_codepoint=127), max_size=30),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_token_with_junk_in_it_is_refused_and_never_an_error(case, part, at, junk):
    good = case.token()
    parts = good.split(".")
    at %= len(parts[part])
    parts[part] = parts[part][:at] + junk + parts[part][at + 1 :]
    assume(".".join(parts) != good)
    assert refusal(case, ".".join(parts))


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=4)


@given(header=st.dictionaries(st.sampled_from(["alg", "enc", "kid", "zip", "typ", "cty", "crit", "b64"]), JSON))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_header_of_junk_is_refused_and_never_an_error(case, header):
    junk = base64url(json.dumps(header).encode())
    inner = ".".join([junk, *sign(case.claims(), case.broker_key).split(".")[1:]])
    assert refusal(case, encrypt(inner, case.own))
    assert refusal(case, ".".join([junk, *case.token().split(".")[1:]]))


def test_forged_tokens_cost_no_more_than_50_ms_of_this_thread(case):
    forged = [case.token({"kid": "unknown"}), encrypt("a.b.c", case.own), "a.b.c.d.e", "x" * 60_000]
    with time_machine.travel(NOW, tick=True):
        for token in forged:
            started = time.thread_time()
            refusal(case, token)
            assert time.thread_time() - started < 0.05


def test_the_request_object_asks_for_what_the_provider_needs(case):
    request = tokens.request_object(
        provider(service_name="Asuntohakemus", max_age=300),
        case.attempt,
        redirect_uri="https://us.example/back",
    )
    decoded = jwt.decode(request, keys.load().sig[0], algorithms=["RS256"])

    assert decoded.header == {"alg": "RS256", "typ": "JWT", "kid": keys.load().sig[0].kid}
    challenge = base64url(hashlib.sha256(case.attempt.verifier.encode()).digest())
    assert decoded.claims.pop("jti") != ""
    assert decoded.claims == {
        "iss": CLIENT,
        "aud": ISSUER,
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": "https://us.example/back",
        "scope": "openid profile nin ftn-extra",
        "acr_values": ACR,
        "ui_locales": "fi",
        "state": case.attempt.state,
        "nonce": "the-nonce",
        "iat": NOW,
        "exp": NOW + 600,
        "prompt": "login",
        "max_age": 300,
        "ftn_spname": "Asuntohakemus",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }


def test_the_client_assertion_is_for_the_token_endpoint_and_once(case):
    first, second = (
        jwt.decode(tokens.client_assertion(provider()), keys.load().sig[0], algorithms=["RS256"]).claims
        for _ in range(2)
    )
    assert first.pop("jti") != second.pop("jti")
    assert first == {"iss": CLIENT, "sub": CLIENT, "aud": f"{ISSUER}/token", "iat": NOW, "exp": NOW + 60}


@pytest.mark.parametrize(
    ("dialect", "more", "asked"),
    [
        ("telia", {}, {"prompt": "login", "ui_locales": "sv"}),
        ("op", {}, {"prompt": None, "ui_locales": "sv"}),
        ("op", {"prompt": "consent"}, {"prompt": "consent"}),
        ("op", {"acr_values": []}, {"acr_values": None}),
        ("idura", {}, {"ui_locales": "se"}),
        ("idura", {"ui_locales": {"sv": "sv-SE"}}, {"ui_locales": "sv-SE"}),
        ("op", {"service_name": {"fi": "Asunto", "sv": "Bostad", "en": "Home"}}, {"ftn_spname": "Bostad"}),
        ("op", {"service_name": None}, {"ftn_spname": None}),
    ],
)
def test_each_dialect_is_asked_in_its_own_words(case, dialect, more, asked):
    attempt = Attempt(provider="test", language="sv", next="")
    request = tokens.request_object(provider(dialect=dialect, **more), attempt, redirect_uri="https://us.example/")
    claims = jwt.decode(request, keys.load().sig[0], algorithms=["RS256"]).claims
    assert {name: claims.get(name) for name in asked} == asked


@pytest.mark.parametrize(
    ("setting", "audience"),
    [("token_endpoint", f"{ISSUER}/token"), ("issuer", ISSUER), ("https://other.example", "https://other.example")],
)
def test_the_client_assertion_is_for_whom_the_broker_wants_it_to_be(case, setting, audience):
    assertion = tokens.client_assertion(provider(assertion_audience=setting))
    assert jwt.decode(assertion, keys.load().sig[0], algorithms=["RS256"]).claims["aud"] == audience


def test_auth_time_is_not_demanded_where_the_broker_tells_none(case):
    assert case.verify(case.token(auth_time=None), dialect="idura", max_age=60)
