import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import crypto
from core.crypto import CannotDecrypt

TEXT = "010594Y9032"


@given(st.text())
def test_every_text_comes_back_exactly(text):
    assert crypto.decrypt(crypto.encrypt(text, context="c"), context="c") == text


def test_the_same_text_is_encrypted_differently_each_time():
    first, second = crypto.encrypt(TEXT, context="c"), crypto.encrypt(TEXT, context="c")
    assert first != second
    assert TEXT.encode() not in first + second


def test_a_value_of_another_column_does_not_open():
    with pytest.raises(CannotDecrypt):
        crypto.decrypt(crypto.encrypt(TEXT, context="one"), context="another")


def test_a_value_with_any_byte_changed_does_not_open():
    value = crypto.encrypt(TEXT, context="c")
    for at in range(len(value)):
        changed = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
        with pytest.raises(CannotDecrypt):
            crypto.decrypt(changed, context="c")


@pytest.mark.parametrize("length", [0, 3, 4, 15, 16, 20])
def test_a_value_that_was_cut_does_not_open(length):
    value = crypto.encrypt(TEXT, context="c")
    with pytest.raises(CannotDecrypt):
        crypto.decrypt(value[:length], context="c")


def test_an_older_key_still_opens_and_the_first_one_writes(settings):
    value = crypto.encrypt(TEXT, context="c")
    settings.FIELD_ENCRYPTION_KEYS = ["n" * 64, *settings.FIELD_ENCRYPTION_KEYS]
    assert crypto.decrypt(value, context="c") == TEXT

    newer = crypto.encrypt(TEXT, context="c")
    settings.FIELD_ENCRYPTION_KEYS = ["n" * 64]
    assert crypto.decrypt(newer, context="c") == TEXT
    with pytest.raises(CannotDecrypt):
        crypto.decrypt(value, context="c")


def test_the_index_is_the_same_for_one_code_and_differs_for_others():
    assert crypto.indexes(TEXT) == crypto.indexes(TEXT)
    assert crypto.indexes(TEXT) != crypto.indexes("020594X903P")
    assert TEXT not in crypto.indexes(TEXT)[0]


def test_the_index_has_one_value_a_key_the_active_one_first(settings):
    (old,) = crypto.indexes(TEXT)
    settings.FIELD_INDEX_KEYS = ["n" * 64, *settings.FIELD_INDEX_KEYS]
    new, second = crypto.indexes(TEXT)
    assert second == old
    assert new != old


def test_the_two_uses_of_one_secret_would_still_be_two_keys(settings):
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_INDEX_KEYS = ["s" * 64]
    assert crypto.encrypt(TEXT, context="c")[:4].hex() != crypto.indexes(TEXT)[0].partition(":")[0]
