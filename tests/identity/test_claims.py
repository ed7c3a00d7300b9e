import pytest

from identity import claims
from identity.claims import Identity
from identity.enums import Method
from identity.providers import BY_CONTRACT
from identity.refusals import InvalidCode, NoCode, SetUpWrongly, TokenRefused
from tests.identity.broker import ACR
from tests.identity.test_tokens import provider

NAMES = {"given_name": "Maija Liisa", "family_name": "Meikäläinen"}
CODE = "010594Y9032"
GOOD = {"acr": ACR, "nin": CODE, **NAMES}
FOREIGN_ID = "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier"
TELIA = "https://tunnistus-pp.telia.fi/uas/saml2/names/ac/"
TELIA_PERSON = {
    "urn:oid:1.2.246.21": CODE,
    "urn:oid:2.5.4.4": "Meikäläinen",
    "urn:oid:1.2.246.575.1.14": "Maija Liisa",
    "acr": ACR,
}
IDURA = {"hetu": CODE, "authenticationtype": "urn:grn:authn:fi:bank-id", **NAMES}
IDURA_LEVELS = ["urn:grn:authn:fi:bank-id", "urn:grn:authn:fi:mobile-id"]
HELSINKI = {"national_id_num": CODE, "loa": "substantial", "acr": "1", **NAMES}


def read(said, dialect="signicat", **settings):
    return claims.read(said, provider(dialect=dialect, **settings))


@pytest.mark.parametrize(
    ("dialect", "said", "more"),
    [
        ("telia", TELIA_PERSON, {}),
        ("op", {"personal_identity_code": CODE, "acr": ACR, **NAMES}, {}),
        ("signicat", {"nin": CODE, **NAMES}, {"acr_accepted": [], "level_by_contract": True}),
        ("signicat", {"ftn_hetu": CODE, "acr": ACR, **NAMES}, {}),
        ("nets", {"ssn": CODE, "acr": ACR, **NAMES}, {}),
        ("nets", {"fi_ssn": CODE, "acr": ACR, **NAMES}, {}),
        ("idura", IDURA, {"acr_accepted": IDURA_LEVELS}),
        ("helsinki", HELSINKI, {"acr_accepted": ["substantial", "high"]}),
    ],
)
def test_every_dialect_is_understood(dialect, said, more):
    identity = read(said, dialect, **more)
    assert (identity.hetu, identity.first_names, identity.last_name) == (CODE, "Maija Liisa", "Meikäläinen")
    assert identity.level


@pytest.mark.parametrize(
    ("dialect", "said", "method"),
    [
        ("telia", [TELIA + "oidc.aktia.1"], Method.BANK),
        ("telia", [TELIA + "oidc.alandsbanken.1"], Method.BANK),
        ("telia", [TELIA + "oidc.pop.1"], Method.BANK),
        ("telia", [TELIA + "saml.op.1"], Method.BANK),
        ("telia", [TELIA + "mpki.telia.1"], Method.MOBILE),
        ("telia", [TELIA + "mpki.telia.emulator.1"], Method.MOBILE),
        ("telia", [TELIA + "pki.hst.1"], Method.ID_CARD),
        ("telia", [TELIA + "oidc.hightrust.id.1"], Method.STRONG),
        ("telia", [TELIA + "oidc.heka.bankidse.1"], Method.STRONG),
        ("telia", [TELIA + "oidc.nordea.1", TELIA + "mpki.telia.1"], Method.STRONG),
        ("telia", TELIA + "oidc.sp.1", Method.BANK),
        ("telia", [], Method.STRONG),
        ("telia", None, Method.STRONG),
        ("telia", {"bank": 1}, Method.STRONG),
        ("telia", 5, Method.STRONG),
        ("op", "nordea", Method.STRONG),  # OP has no claim for it, whatever stands there
        ("signicat", "fi-op", Method.BANK),
        ("signicat", "fi-mobiilivarmenne", Method.MOBILE),
        ("signicat", "fi-hightrust", Method.STRONG),
        ("nets", "opbank", Method.BANK),
        ("nets", "sbank", Method.BANK),
        ("nets", "Mobile ID", Method.MOBILE),
        ("nets", None, Method.STRONG),
        ("idura", TELIA + "oidc.aktia.1", Method.BANK),
        ("idura", TELIA + "mpki.telia.1", Method.MOBILE),
        ("idura", TELIA + "oidc.hightrust.id.1", Method.STRONG),  # though its type says bank-id
        ("idura", None, Method.BANK),  # its type says bank-id
        ("helsinki", ["suomi_fi"], Method.STRONG),
        ("helsinki", "suomi_fi", Method.STRONG),
    ],
)
def test_method_is_what_the_broker_says_and_never_a_bank_by_default(dialect, said, method):
    claim = {"signicat": "ftn_idp", "nets": "fi_tupas_bank", "idura": "authenticationmethod"}.get(dialect, "amr")
    person = {"telia": TELIA_PERSON, "idura": IDURA, "helsinki": HELSINKI}.get(
        dialect, {**GOOD, "ssn": CODE, "personal_identity_code": CODE}
    )
    accepted = {"idura": IDURA_LEVELS, "helsinki": ["substantial"]}.get(dialect, [ACR])
    assert read({**person, claim: said}, dialect, acr_accepted=accepted).method == method


def test_wallet_is_no_bank():
    assert read({**GOOD, "idp": "wallet-verifier"}).method == Method.WALLET


def test_broker_s_own_word_for_the_means_is_kept():
    assert read({**GOOD, "ftn_idp": "fi-op"}).means == "fi-op"
    assert read({**GOOD, "ftn_idp": "x" * 300}).means == "x" * 200
    assert read({**GOOD, "ftn_idp": "a\nb"}).means == ""
    assert read({**GOOD, "ftn_idp": f"person {CODE}"}).means == ""


@pytest.mark.parametrize("level", ["http://ftn.ficora.fi/2017/loa1", [ACR], 5, ""])
def test_level_that_is_not_accepted_is_refused(level):
    with pytest.raises(TokenRefused) as refused:
        read({**GOOD, "acr": level})
    assert refused.value.word == "acr"


@pytest.mark.parametrize("loa", ["low", "1", ""])
def test_weak_means_of_helsinki_s_service_is_refused(loa):
    with pytest.raises(TokenRefused) as refused:
        read({**HELSINKI, "loa": loa}, "helsinki", acr_accepted=["substantial", "high"])
    assert refused.value.word == "acr"


@pytest.mark.parametrize(("dialect", "claim"), [("signicat", "acr"), ("idura", "acr"), ("helsinki", "loa")])
def test_missing_level_is_a_fault_of_the_settings(dialect, claim):
    said = {**GOOD, "hetu": CODE, "national_id_num": CODE}
    with pytest.raises(SetUpWrongly) as wrong:
        read({name: value for name, value in said.items() if name != claim}, dialect)
    assert wrong.value.word == "level-missing"


def test_level_by_contract_says_so_in_the_evidence():
    said = {name: value for name, value in GOOD.items() if name != "acr"}
    assert read(said, acr_accepted=[], level_by_contract=True).level == BY_CONTRACT


def test_level_by_contract_lets_nobody_in_where_the_broker_states_a_level():
    with pytest.raises(TokenRefused) as refused:
        read(TELIA_PERSON, "telia", acr_accepted=[], level_by_contract=True)
    assert refused.value.word == "acr"


@pytest.mark.parametrize(
    ("first_names", "last_name"),
    [
        ("", "Suharto"),
        ("Suharto", ""),
        ("X", "Y"),
        ("Anna-Maija", "von Åkerblom-Öhman"),
        ("Đặng Thị", "Ngọc"),
        ("Zoe\u0308", "Ǆ"),  # decomposed letters come back as they are
        ("A" * 200, "B" * 200),
        ("שרה", "לוי"),
    ],
)
def test_names_are_kept_exactly(first_names, last_name):
    identity = read({**GOOD, "given_name": first_names, "family_name": last_name})
    assert (identity.first_names, identity.last_name) == (first_names, last_name)


def test_name_that_comes_in_one_piece_is_taken_whole():
    said = {"personal_identity_code": CODE, "acr": ACR, "name": "von Kallio Aino Maria", "sub": "transient"}
    assert read(said, "op") == Identity(
        hetu=CODE, first_names="", last_name="von Kallio Aino Maria", method=Method.STRONG, level=ACR
    )


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "a\x1bb", "\ud800", "A" * 201])
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises(TokenRefused) as refused:
        read({**GOOD, "given_name": name, "family_name": "x"})
    assert refused.value.word == "name"


@pytest.mark.parametrize("said", [{}, {"given_name": " "}, {"given_name": 5, "family_name": []}, {"name": "sub-1"}])
def test_a_person_without_any_name_is_refused(said):
    with pytest.raises(TokenRefused) as refused:
        read({"nin": CODE, "acr": ACR, "sub": "sub-1", **said})
    assert refused.value.word == "name"


@pytest.mark.parametrize("said", [{}, {"nin": ""}, {"nin": None}])
def test_missing_code_is_a_fault_of_the_settings_and_no_foreign_person(said):
    with pytest.raises(SetUpWrongly) as wrong:
        read({**said, "acr": ACR, **NAMES})
    assert wrong.value.word == "claims-missing"


@pytest.mark.parametrize(
    ("dialect", "said"),
    [
        ("telia", {FOREIGN_ID: "SE/FI/TEST-1"}),
        ("signicat", {"nin": "19850504-1234", "nin_issuing_country": "SE"}),
        ("signicat", {"nin_issuing_country": "no"}),
        ("idura", {"country": "DK"}),
        ("helsinki", {FOREIGN_ID: "EE/FI/1"}),
    ],
)
def test_person_whom_another_country_identified_is_for_the_counter_even_without_a_level(dialect, said):
    with pytest.raises(NoCode):
        read({**said, **NAMES}, dialect)


@pytest.mark.parametrize(
    "said", [{FOREIGN_ID: "SE/FI/1", "nin": CODE}, {"nin": CODE, "nin_issuing_country": "FI"}, {"country": 5}]
)
def test_person_with_a_finnish_code_is_not_sent_to_the_counter(said):
    assert read({**GOOD, **said}).hetu == CODE


@pytest.mark.parametrize(
    "code", ["010200A9618", "291292-918R", "070770-905D", "010170-999R", "010280-952L", "141002A909X", " 010594Y9032 "]
)
def test_codes_of_test_banks_are_read(code):
    assert read({**GOOD, "nin": code}).hetu == code.strip()


@pytest.mark.parametrize("code", ["280453-111A", "010100A001N", "010101-111A", 5, ["010594Y9032"]])
def test_code_with_a_wrong_check_character_is_told_from_a_forgery(code):
    with pytest.raises(InvalidCode) as refused:
        read({**GOOD, "nin": code})
    assert refused.value.word == "hetu"
