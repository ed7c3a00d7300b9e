import pytest

from identity import claims
from identity.claims import Identity
from identity.enums import Method
from identity.refusals import NoCode, TokenRefused
from tests.identity.test_tokens import provider

NAMES = {"given_name": "Maija Liisa", "family_name": "Meikäläinen"}
CODE = "010594Y9032"


@pytest.mark.parametrize(
    ("dialect", "said", "method"),
    [
        (
            "telia",
            {
                "urn:oid:1.2.246.21": CODE,
                "urn:oid:2.5.4.4": "Meikäläinen",
                "urn:oid:1.2.246.575.1.14": "Maija Liisa",
                "amr": ["https://tunnistus.example/mobiilivarmenne"],
            },
            Method.MOBILE,
        ),
        ("op", {"personal_identity_code": CODE, **NAMES}, Method.BANK),
        ("signicat", {"nin": CODE, "ftn_idp": "fi-nordea", **NAMES}, Method.BANK),
        ("signicat", {"ftn_hetu": CODE, "ftn_idp": "fi-mobiilivarmenne", **NAMES}, Method.MOBILE),
        ("nets", {"ssn": CODE, "fi_tupas_bank": "op", **NAMES}, Method.BANK),
        ("nets", {"fi_ssn": CODE, "fi_tupas_bank": "Mobile ID", **NAMES}, Method.MOBILE),
        ("idura", {"hetu": CODE, **NAMES}, Method.BANK),
        ("suomi.fi", {"national_id_num": CODE, "amr": "fineid", **NAMES}, Method.ID_CARD),
    ],
)
def test_every_dialect_is_understood(dialect, said, method):
    assert claims.read(said, provider(dialect=dialect)) == Identity(
        hetu=CODE, first_names="Maija Liisa", last_name="Meikäläinen", method=method
    )


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
    said = {"nin": CODE, "given_name": first_names, "family_name": last_name}
    identity = claims.read(said, provider())
    assert (identity.first_names, identity.last_name) == (first_names, last_name)


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "a\x1bb", "\ud800", "A" * 201])
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises(TokenRefused) as refused:
        claims.read({"nin": CODE, "given_name": name, "family_name": "x"}, provider())
    assert refused.value.word == "name"


@pytest.mark.parametrize("said", [{}, {"given_name": " "}, {"given_name": 5, "family_name": []}])
def test_a_person_without_any_name_is_refused(said):
    with pytest.raises(TokenRefused) as refused:
        claims.read({"nin": CODE, **said}, provider())
    assert refused.value.word == "name"


@pytest.mark.parametrize("said", [{}, {"nin": ""}, {"nin": None}])
def test_a_person_without_a_code_is_for_the_counter(said):
    with pytest.raises(NoCode):
        claims.read({**said, **NAMES}, provider())
