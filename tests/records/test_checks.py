import pytest

from records import checks


@pytest.fixture
def good(settings):
    settings.SECRET_KEY, settings.FIELD_ENCRYPTION_KEYS, settings.FIELD_INDEX_KEYS = "s" * 64, ["e" * 64], ["i" * 64]
    settings.RECORD_KEYS = ["r" * 64, "o" * 32]
    return settings


def ids():
    found = checks.check_record_keys()
    assert all(message.hint for message in found)
    return [message.id for message in found]


def test_good_keys_pass(good):
    assert ids() == []


@pytest.mark.parametrize("value", [[], ["short"], ["long" * 16, "short"], [""]])
def test_a_short_or_missing_key_is_an_error(good, value):
    good.RECORD_KEYS = value
    assert ids() == ["records.E001"]


def test_blank_beside_a_key_is_an_error_for_it_would_belong_to_the_key(good):
    good.RECORD_KEYS = ["r" * 64, " " + "o" * 64]
    assert ids() == ["records.E003"]


def test_key_that_signs_cookies_too_is_an_error(good):
    good.SECRET_KEY_FALLBACKS = ["r" * 64]
    assert ids() == ["records.E002"]


@pytest.mark.parametrize("other", ["r", "s", "e", "i"])
def test_one_key_for_two_uses_is_an_error(good, other):
    good.RECORD_KEYS = ["r" * 64, other * 64]
    assert ids() == ["records.E002"]
