import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.telephones import (
    CodeNotTelephone,
    NotATelephone,
    SeveralTelephones,
    is_cut_short,
    read_telephone,
)
from tests import cast
from tests.core.spellings import DASHES


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("040 123 4567", "040 123 4567"),
        ("+358 (0)40-123 4567", "+358 (0)40-123 4567"),
        ("00358401234567", "00358401234567"),
        ("puh. 040 123 4567", "040 123 4567"),
        ("Puh: 0401234567", "0401234567"),
        ("tel:+358401234567", "+358401234567"),
        ("GSM 040-1234567", "040-1234567"),
        ("mobil 070 123 45 67", "070 123 45 67"),
        ("０４０１２３４５６７", "0401234567"),
        ("040–123–4567", "040-123-4567"),
        ("040/1234567", "040 1234567"),
        ("040.123.4567", "040 123 4567"),
        ("0401234567 (työ)", "0401234567"),
        ("\u202a+358\u00a040\u00a01234567\u202c", "+358 40 1234567"),
        ("09 310 10011", "09 310 10011"),
        ("+46 70 123 45 67", "+46 70 123 45 67"),
    ],
)
def test_a_number_is_read_as_people_and_telephones_write_it(typed, stored):
    assert read_telephone(typed) == stored
    assert read_telephone(stored) == stored


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        *[
            (each, NotATelephone)
            for each in ["ei ole", "", "+", "()", "12", "0401234567 Matti", "call 040", "\x000401234567"]
        ],
        ("050-1234567 / 040-7654321", SeveralTelephones),
    ],
)
def test_what_is_no_whole_number_is_refused_with_its_reason(typed, reason):
    with pytest.raises(NotATelephone) as refused:
        read_telephone(typed)

    assert type(refused.value) is reason


@pytest.mark.parametrize("typed", [cast.MAIJA["hetu"], "010594 – 9032", " 010594y9032 "])
def test_a_personal_identity_code_is_not_stored_as_a_telephone_number(typed):
    with pytest.raises(CodeNotTelephone):
        read_telephone(typed)


@given(st.sampled_from(DASHES))
def test_every_dash_is_read(dash):
    assert read_telephone(f"040{dash}123{dash}4567") == "040-123-4567"


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_refused(typed):
    try:
        stored = read_telephone(typed)
    except NotATelephone:
        return
    assert stored.isascii()
    assert read_telephone(stored) == stored


@pytest.mark.parametrize("typed", ["040 1234", "+358 40 1234", "+358 (0)50 123", "0035845123"])
def test_a_mobile_number_that_lost_its_end_is_seen(typed):
    assert is_cut_short(read_telephone(typed))


@pytest.mark.parametrize("typed", ["040 123 456", "+358 40 123 4567", "09 1234", "112", "+46 70 123 45 67"])
def test_a_whole_number_is_left_alone(typed):
    assert not is_cut_short(read_telephone(typed))
