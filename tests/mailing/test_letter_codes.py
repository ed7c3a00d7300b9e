"""The code of an email: the same at each try, read aloud without mistakes, and in no copy of the database (ADR 37)."""

import re
import secrets

import pytest
from django.core.management import call_command
from django.utils import timezone

from core.crypto import indexes
from core.text import UNAMBIGUOUS
from mailing import letter_codes, letters
from mailing.letter_codes import display_letter_code, find_sent_letter, normalise_letter_code
from mailing.models import Letter
from tests.mailing.letters import queued

pytestmark = pytest.mark.django_db

SHAPE = re.compile(r"\b[2-9CDFHJKMNPQRTVWXY]{5}-[2-9CDFHJKMNPQRTVWXY]{5}\b")


def sent(key="hello:1", **different):
    letter = queued(key, **different)
    letter.sent_at = timezone.now()
    letter.save()
    return letter


def test_both_parts_carry_the_code_and_the_page_in_words_but_no_link():
    letter = queued()

    message = letters.write_letter(letter)

    for part in (message.body, message.alternatives[0][0]):
        assert SHAPE.findall(part) == [display_letter_code(letter)]
        assert re.search(r"(?<!/)testserver/en/email/", part)
    assert "email/" not in re.findall(r'href="([^"]*)"', message.alternatives[0][0])


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_page_is_the_one_in_the_readers_language(language):
    assert f"testserver/{language}/email/" in letters.write_letter(queued(language=language)).body


def test_each_try_writes_the_same_code_and_each_letter_another():
    first, second = queued("hello:1"), queued("hello:2")

    assert SHAPE.findall(letters.write_letter(first).body) == SHAPE.findall(letters.write_letter(first).body)
    assert display_letter_code(first) != display_letter_code(second)


def test_letter_that_is_owed_twice_keeps_its_code():
    code = display_letter_code(queued())

    assert display_letter_code(queued()) == code


def test_code_is_nowhere_in_the_database():
    letter = sent()

    code = display_letter_code(letter)

    assert [value for value in vars(letter).values() if code.replace("-", "") in str(value).upper()] == []


def test_letter_of_a_former_release_has_no_code_and_is_sent_all_the_same():
    letter = queued()
    letter.code_hash = None

    assert display_letter_code(letter) == ""
    assert SHAPE.findall(letters.write_letter(letter).body) == []
    assert "testserver/en/email/" not in letters.write_letter(letter).body


def test_letter_whose_key_is_gone_is_sent_without_a_code(settings):
    letter = queued()
    settings.FIELD_INDEX_KEYS = ["another key, of at least 32 characters"]

    assert SHAPE.findall(letters.write_letter(letter).body) == []


@pytest.mark.parametrize(
    "spelling",
    [
        lambda code: code,
        lambda code: code.replace("-", ""),
        lambda code: code.lower(),
        lambda code: f"  {' '.join(code)} ",
        lambda code: code.replace("-", "–"),
        lambda code: "\u200b".join(code),
        lambda code: code.translate(str.maketrans("5826", "SBZG")),
        lambda code: code.translate(str.maketrans("5826", "sbzg")),
    ],
)
def test_code_is_found_however_it_is_typed(spelling):
    letter = sent()

    assert find_sent_letter(normalise_letter_code(spelling(display_letter_code(letter)))) == letter


@pytest.mark.parametrize("typed", ["", "K7M-P3X-Q4T", "K7M4-P3XQ", "K7M4P3XQ4T2", "AEIOU-01234", "K7M4P-3XQ4Ö"])
def test_what_cannot_be_a_code_is_none(typed):
    assert normalise_letter_code(typed) is None


def test_letter_that_has_not_left_is_not_known():
    letter = queued()

    assert find_sent_letter(normalise_letter_code(display_letter_code(letter))) is None


def test_code_is_known_after_the_index_key_was_changed(settings):
    letter = sent()
    code = normalise_letter_code(display_letter_code(letter))
    old, new = settings.FIELD_INDEX_KEYS[0], "a new key, of at least 32 characters!"
    settings.FIELD_INDEX_KEYS = [new, old]

    call_command("reencrypt")

    assert find_sent_letter(code) == letter
    settings.FIELD_INDEX_KEYS = [new]
    assert find_sent_letter(code) == letter
    assert Letter.objects.get().code_hash == indexes(code)[0]


def test_alphabet_has_one_of_each_pair_that_looks_alike_and_spells_no_word():
    assert not set(UNAMBIGUOUS) & set("AEIOUÅÄÖ01SBZGL")
    assert len(UNAMBIGUOUS) ** letter_codes.CODE_LENGTH > 2**45


def test_codes_use_the_whole_alphabet():
    codes = "".join(letter_codes.CODE.spell(secrets.token_hex(32)) for _ in range(200))

    assert set(codes) == set(UNAMBIGUOUS)
