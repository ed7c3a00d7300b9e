"""Each broker as its guide describes it, from the identification page to the page to confirm, or to what failed."""

import logging
from urllib.parse import urlsplit

import pytest
from django.test import RequestFactory
from django.utils import timezone

from applications import receipt_pdf, terms
from applications.models import Confirmation
from counter import statistics
from counter.periods import Period
from identity import attempts, checks, keys, proof
from identity.models import Person
from tests.applications.factories import actor, application
from tests.applications.households import letter, written
from tests.identity.conftest import place_of
from tests.identity.published import AINO, CLAIMS, FOREIGN_ID, TELIA, published, set_up

pytestmark = pytest.mark.django_db
LOG = "identity.views.identification"


@pytest.fixture
def at(broker, settings, some_keys):
    """Return a function that makes the broker of the tests one of a dialect, whose tokens hold these claims."""

    def become(dialect, claims=None, **more):
        broker.entity_key = some_keys[1]
        settings.IDENTITY_PROVIDERS = [broker.settings(dialect=dialect, **set_up(dialect, broker) | more)]
        broker.published_claims = published(dialect) if claims is None else claims
        broker.userinfo = {"sub": "transient", "national_id_num": AINO["hetu"]}
        return broker

    return become


def identify(visitor, broker, **form):
    """Return where somebody arrives who identifies themselves at the broker."""
    return place_of(visitor.identify(broker, **form))


def come_back_without_code(visitor, **answer):
    visitor.accept_cookies()
    visitor.go_to_broker()
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in visitor.cookies.items()}
    (attempt,) = attempts._all(request)
    return place_of(visitor.come_back({**answer, "state": attempt.state}))


def logged(caplog):
    return [(record.levelname, record.getMessage()) for record in caplog.records if record.name == LOG]


METHODS = {
    "telia": ("mobile", TELIA + "mpki.telia.1", "http://ftn.ficora.fi/2017/loatest2"),
    "op": ("strong", "", "http://ftn.ficora.fi/2017/loatest2"),
    "idura": ("bank", TELIA + "oidc.aktia.1", "urn:grn:authn:fi:bank-id"),
    "signicat": ("bank", "fi-op", "contract"),
    "nets": ("strong", "", "urn:eident:cert:eidas:high"),
    "helsinki": ("strong", "suomi_fi", "substantial"),
}


@pytest.mark.parametrize("dialect", CLAIMS)
def test_person_identifies_themselves_and_confirms(visitor, at, dialect):
    """The evidence says which method the broker told, in its own word too, and how strong it was."""
    sent = application(AINO)
    terms.accept(terms.current(), by=actor(AINO))
    page = f"/sv/applications/{sent.reference}/confirm/"

    assert identify(visitor, at(dialect), language="sv", next=page) == page
    read = visitor.get(page).context["application"].version.digest
    assert visitor.post(page, {"version": read, "read": read})["Location"]

    made = Confirmation.objects.get()
    assert (made.method, made.means, made.level) == METHODS[dialect]
    assert made.provider == "test"


@pytest.mark.parametrize("dialect", CLAIMS)
def test_settings_of_each_dialect_have_no_fault(at, dialect):
    at(dialect)
    assert [message.id for message in checks.check_providers() if message.level >= logging.ERROR] == []


@pytest.mark.parametrize(
    ("dialect", "claims", "means"),
    [
        ("telia", {"amr": [TELIA + "oidc.nordea.1"]}, "bank"),
        ("telia", {"amr": TELIA + "pki.hst.1"}, "id_card"),
        ("telia", {"amr": [TELIA + "oidc.hightrust.id.1"]}, "strong"),
        ("telia", {"amr": None}, "strong"),
        (
            "idura",
            {"authenticationtype": "urn:grn:authn:fi:mobile-id", "authenticationmethod": TELIA + "mpki.telia.1"},
            "mobile",
        ),
        ("nets", {"fi_tupas_bank": "nordea"}, "bank"),
        ("nets", {"fi_tupas_bank": "Mobile ID"}, "mobile"),
        ("signicat", {"idp": "wallet-verifier", "ftn_idp": None}, "wallet"),
    ],
)
def test_method_is_never_more_than_the_broker_tells(visitor, at, dialect, claims, means):
    identify(visitor, at(dialect, published(dialect, **claims)))
    assert proof.of_session(visitor.session).method == means


@pytest.mark.parametrize(
    ("dialect", "error", "outcome"),
    [
        ("telia", "access_denied", "cancelled"),
        ("idura", "access_denied", "cancelled"),
        ("nets", "access_denied", "cancelled"),
        ("helsinki", "access_denied", "cancelled"),
        ("signicat", "IDP-3200", "cancelled"),
        ("op", "cancel", "cancelled"),
        ("op", "access_denied", "error"),
        ("op", "invalid_scope", "error"),
        ("telia", "IDP-3200", "error"),
        ("signicat", "server_error", "error"),
    ],
)
def test_changing_one_s_mind_is_told_from_a_fault(visitor, at, caplog, dialect, error, outcome):
    at(dialect)
    with caplog.at_level(logging.INFO, LOG):
        arrived = come_back_without_code(visitor, error=error, error_description="was aborted by 010170-999R")
    assert arrived == f"/fi/identify/{outcome}/"
    level, word = ("INFO", "cancelled") if outcome == "cancelled" else ("WARNING", "broker-error")
    assert logged(caplog) == [(level, f"Identification at test: {word}")]


@pytest.mark.parametrize(
    ("dialect", "claims"),
    [
        (
            "telia",
            published(
                "telia",
                without=("acr", "urn:oid:1.2.246.21", "urn:oid:1.3.6.1.5.5.7.9.1"),
                **{"amr": [TELIA + "oidc.heka.bankidse.1"], FOREIGN_ID: "SE/FI/TEST-1"},
            ),
        ),
        (
            "signicat",
            published("signicat", without=("ftn_hetu", "ftn_idp"), nin="19700101-9999", nin_issuing_country="SE"),
        ),
        ("idura", published("idura", without=("hetu",), country="SE")),
    ],
)
def test_person_without_a_finnish_code_is_sent_to_the_counter(visitor, at, dialect, claims):
    assert identify(visitor, at(dialect, {**claims, "auth_time": None})) == "/fi/identify/counter/"
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("dialect", "without", "word"),
    [
        ("signicat", ("nin", "nin_type", "nin_issuing_country", "ftn_idp", "ftn_hetu", "ftn_sub"), "claims-missing"),
        ("telia", ("urn:oid:1.2.246.21",), "claims-missing"),
        ("op", ("personal_identity_code",), "claims-missing"),
        ("idura", ("hetu",), "claims-missing"),
        ("idura", ("authenticationtype",), "level-missing"),
        ("nets", ("acr",), "level-missing"),
        ("telia", ("acr",), "level-missing"),
        ("helsinki", ("loa",), "level-missing"),
    ],
)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_what_is_missing_for_everybody_is_told_as_our_fault_and_loud(
    visitor, at, caplog, dialect, without, word, language
):
    arrived = identify(
        visitor, at(dialect, published(dialect, without)), language=language, next=f"/{language}/how-to/"
    )

    assert urlsplit(arrived).path == f"/{language}/identify/error/"
    assert logged(caplog) == [("ERROR", f"Identification at test: {word}")]
    page = visitor.get(arrived).content.decode()
    assert {"fi": "ei johdu sinusta", "sv": "beror inte på dig", "en": "is not your fault"}[language] in page
    assert f"/{language}/how-to/" in page


def test_level_that_is_too_weak_is_refused(visitor, at, caplog):
    """A weak means in Helsinki's own service confirms nothing, whatever Keycloak's acr says."""
    assert identify(visitor, at("helsinki", published("helsinki", loa="low"))) == "/fi/identify/refused/"
    assert logged(caplog) == [("WARNING", "Identification at test: acr")]


@pytest.mark.parametrize("code", ["280453-111A", "010100A001N"])
def test_code_with_a_wrong_check_character_says_what_to_do(visitor, at, caplog, code):
    arrived = identify(visitor, at("telia", published("telia", **{"urn:oid:1.2.246.21": code})), language="en")

    assert urlsplit(arrived).path == "/en/identify/refused/"
    assert logged(caplog) == [("WARNING", "Identification at test: hetu")]
    page = visitor.get(arrived).content.decode()
    assert "Choose another test person" in page
    assert code not in page + arrived


def test_page_of_a_wrong_code_speaks_of_test_people_only_where_there_are_any(visitor, at, settings):
    settings.ALLOW_TEST_CODES = False
    page = visitor.get("/en/identify/refused/?about=code").content.decode()
    assert "personal identity code that is not valid" in page
    assert "test person" not in page


def test_bank_that_knows_the_name_in_one_piece_lets_its_customer_in(visitor, at):
    claims = published("op", without=("given_name", "family_name"), name="von Kallio Aino Maria")
    identify(visitor, at("op", claims))
    assert str(Person.objects.get()) == "von Kallio Aino Maria"


def test_broker_is_asked_in_the_words_of_its_dialect(visitor, at):
    for dialect in ("op", "idura"):
        broker = at(dialect)
        identify(visitor, broker, language="sv")
    op, idura = broker.asked
    assert (op["ui_locales"], op["ftn_spname"], op.get("prompt")) == ("sv", "Bostadsansökan", None)
    assert (idura["ui_locales"], idura["prompt"]) == ("se", "login")


@pytest.mark.parametrize("header", [{}, {"typ": "application/jwk-set+jwt"}, {"typ": "JWS"}, {"typ": None}])
def test_signed_keys_of_the_broker_are_read(visitor, at, header):
    broker = at("op")
    broker.set_header = header
    assert identify(visitor, broker) == "/fi/applications/waiting/"
    assert "/jwks/broker-signed" in broker.calls


def forge(broker, some_keys, how):
    now = 1_800_000_000
    if how == "stranger":
        broker.entity_key = some_keys[2]
    if how == "stranger with our kid":
        broker.entity_key = type(broker.entity_key).import_key(
            {**some_keys[2].as_dict(private=True), "kid": broker.entity_key.kid}
        )
    broker.signed_set = {
        "another issuer": {"iss": "https://isb.example"},
        "another subject": {"sub": "https://isb.example"},
        "of another broker": {"iss": "https://isb.example", "sub": "https://isb.example"},
        "no issuer": {"iss": None, "sub": None},
        "expired": {"iat": now - 8000, "exp": now - 4000},
        "not yet": {"iat": now + 100_000_000_0, "exp": now + 100_000_000_1},
        "without end": {"exp": None},
        "without beginning": {"iat": None},
        "end in words": {"exp": "2099"},
        "no keys": {"keys": None},
    }.get(how, {})
    broker.set_header = {"entity statement": {"typ": "entity-statement+jwt"}, "no alg": {"alg": "none"}}.get(how, {})


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ("stranger", "keys-signature"),
        ("stranger with our kid", "keys-signature"),
        ("another issuer", "keys-issuer"),
        ("another subject", "keys-issuer"),
        ("of another broker", "keys-issuer"),
        ("no issuer", "keys-issuer"),
        ("expired", "keys-expired"),
        ("not yet", "keys-expired"),
        ("without end", "keys-expired"),
        ("without beginning", "keys-expired"),
        ("end in words", "keys-expired"),
        ("no keys", "no-keys"),
        ("entity statement", "keys-type"),
    ],
)
def test_keys_that_nobody_vouches_for_let_nobody_in(visitor, at, some_keys, caplog, how, word):
    broker = at("op")
    forge(broker, some_keys, how)

    assert identify(visitor, broker) == "/fi/identify/unreachable/"
    assert logged(caplog) == [("WARNING", f"Identification at test: {word}")]
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("behaviour", "word"), [("html", "keys-signature"), ("refuse", "no-keys"), ("error", "status")]
)
def test_nonsense_in_place_of_signed_keys_is_unreachable(visitor, at, caplog, behaviour, word):
    broker = at("op")
    broker.jwks_behaviour = behaviour
    assert identify(visitor, broker) == "/fi/identify/unreachable/"
    assert logged(caplog) == [("WARNING", f"Identification at test: {word}")]


def test_unsigned_keys_are_not_taken_for_signed_ones(visitor, at, broker):
    at("op", signed_jwks_uri=f"{broker.url}/jwks")
    assert identify(visitor, broker) == "/fi/identify/unreachable/"


def test_code_that_stands_in_userinfo_only_is_read_there(visitor, at):
    broker = at("helsinki")
    assert identify(visitor, broker) == "/fi/applications/waiting/"
    assert Person.objects.get().hetu == AINO["hetu"]
    assert "/userinfo" in broker.calls


@pytest.mark.parametrize("sub", ["somebody-else", None, ""])
def test_userinfo_of_somebody_else_is_refused(visitor, at, caplog, sub):
    broker = at("helsinki")
    broker.userinfo["sub"] = sub
    assert identify(visitor, broker) == "/fi/identify/refused/"
    assert logged(caplog) == [("WARNING", "Identification at test: userinfo-sub")]


def test_userinfo_does_not_overrule_the_token(visitor, at):
    broker = at("helsinki", published("helsinki", loa="low"))
    broker.userinfo |= {"loa": "high", "acr": "x"}
    assert identify(visitor, broker) == "/fi/identify/refused/"


@pytest.mark.parametrize(
    ("behaviour", "outcome"), [("error", "unreachable"), ("html", "unreachable"), ("refuse", "refused")]
)
def test_userinfo_that_fails_lets_nobody_in(visitor, at, behaviour, outcome):
    broker = at("helsinki")
    broker.userinfo_behaviour = behaviour
    assert identify(visitor, broker) == f"/fi/identify/{outcome}/"
    assert not Person.objects.exists()


def test_national_number_that_moved_elsewhere_is_an_operator_s_matter(visitor, at, caplog):
    broker = at("helsinki")
    del broker.userinfo["national_id_num"]
    assert urlsplit(identify(visitor, broker)).path == "/fi/identify/error/"
    assert logged(caplog) == [("ERROR", "Identification at test: claims-missing")]


def test_broker_that_takes_only_the_issuer_as_audience_is_satisfied(visitor, at, broker):
    at("telia", assertion_audience="issuer")
    identify(visitor, broker)
    own = keys.load().sig[0]
    assert broker.audiences(own) == [broker.url]


LABELS = {
    "strong": ("vahva sähköinen tunnistaminen", "stark autentisering", "strong electronic identification"),
    "wallet": ("henkilöllisyyslompakko", "identitetsplånbok", "identity wallet"),
}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize(("method", "idp"), [("strong", "hightrust"), ("wallet", "wallet-verifier")])
def test_method_is_told_truly_wherever_it_is_told(visitor, at, method, idp, language):
    """Receipt as page, PDF and email, own data, and the desk's statistics."""
    sent = application(AINO)
    terms.accept(terms.current(), by=actor(AINO))
    broker = at("signicat", published("signicat", ftn_idp=None, idp=idp))
    visitor.identify(broker, language=language)
    page = f"/{language}/applications/{sent.reference}"
    read = visitor.get(f"{page}/confirm/").context["application"].version.digest
    visitor.post(f"{page}/confirm/", {"version": read})

    made, label = Confirmation.objects.get(), LABELS[method][["fi", "sv", "en"].index(language)]
    own_data = visitor.get(f"/{language}/own-data/").content.decode()
    email = letter("receipt", AINO)
    email.language = language
    _, text, html = written(email)
    told = {
        "receipt": visitor.get(f"{page}/receipt/").content.decode(),
        "PDF": receipt_pdf.receipt_html(made, language=language),
        "own data": own_data,
        "email": text,
        "email in HTML": html,
    }
    assert [where for where, text in told.items() if label not in text] == []
    assert idp in own_data
    today = timezone.localdate()
    assert statistics.count_period(Period(today, today)).by_method[method] == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", "kuten tunnistuspalvelun kanssa on sovittu"),
        ("sv", "enligt avtalet med identifieringstjänsten"),
        ("en", "as agreed with the identification service"),
    ],
)
def test_own_data_says_that_a_level_is_as_agreed_with_the_broker(visitor, at, language, words):
    visitor.identify(at("signicat"), language=language)
    sent = application(AINO)
    terms.accept(terms.current(), by=actor(AINO))
    page = f"/{language}/applications/{sent.reference}/confirm/"
    visitor.post(page, {"version": visitor.get(page).context["application"].version.digest})
    assert words in visitor.get(f"/{language}/own-data/").content.decode()


def test_unsigned_keys_beside_signed_ones_are_never_asked_for(visitor, at, broker):
    at("op", jwks_uri=f"{broker.url}/jwks")
    identify(visitor, broker)
    assert "/jwks" not in broker.calls
