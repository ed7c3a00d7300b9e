import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text import BIDI_CONTROLS, compact, has_control, storable, typed_prose, typed_text, without_blanks
from tests.core.spellings import BLANKS, DASHES, EVERY_CHARACTER, INVISIBLE

# Characters of the category "format" that one sees: signs above or under numbers, and joiners of hieroglyphs.
SEEN = {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440)}


def test_every_character_of_format_is_invisible():
    formats = {each for each in EVERY_CHARACTER if unicodedata.category(each) == "Cf" and ord(each) not in SEEN}

    assert formats <= set(INVISIBLE)


def test_lists_share_no_character():
    assert not set(DASHES) & set(BLANKS) | set(BLANKS) & set(INVISIBLE) | set(INVISIBLE) & set(DASHES)


def test_blanks_are_those_of_python():
    assert list(filter(str.isspace, EVERY_CHARACTER)) == BLANKS


@pytest.mark.parametrize("dash", ["-", "‐", "‑", "‒", "–", "—", "―", "−", "﹣", "－"])
def test_what_keyboards_write_is_a_dash(dash):
    assert dash in DASHES


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("  Maija \t", "Maija"),
        ("\ufeffMai\u00adja\u200b", "Maija"),
        ("O\u0308hman", "Öhman"),
        ("O\u200b\u0308hman", "Öhman"),
        ("1\u202f100\u00a0€\n", "1 100 €"),
        ("a\x00b", "a\x00b"),
        ("\u200b \u200b", ""),
        ("a–b", "a–b"),
    ],
)
def test_typed_text_has_one_form(text, typed):
    assert typed_text(text) == typed


@given(st.text())
@example("\u0339 \u0334-\u0339")  # marks that meet where a blank or a dash was
def test_one_form_stays_as_it_is(text):
    for form in (typed_text, without_blanks, compact):
        assert form(form(text)) == form(text)


@given(st.lists(st.sampled_from([*DASHES, *BLANKS, *INVISIBLE]), min_size=4, max_size=4))
def test_codes_and_numbers_are_compact_whatever_stands_between(between):
    assert compact("K7M".join(between)) == "K7MK7MK7M"


@pytest.mark.parametrize("text", ["\x00", "\x1b[31m", "a\nb", "\x85", "\u2028", "\u2029", "\ud800"])
def test_control_characters_are_found(text):
    assert has_control(text)
    assert not has_control(text, allowed=text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_other_text_has_no_control_characters(text):
    assert not has_control(text)


def test_bidi_controls_are_those_that_unicode_calls_so():
    named = {"ARABIC LETTER MARK", "LEFT-TO-RIGHT", "RIGHT-TO-LEFT", "POP DIRECTIONAL", "FIRST STRONG ISOLATE"}

    def is_one(character):
        name = unicodedata.name(character, "")
        return unicodedata.category(character) == "Cf" and name.startswith(tuple(named))

    assert list(filter(is_one, EVERY_CHARACTER)) == sorted(BIDI_CONTROLS)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        (" yksi\n\tkaksi \n", "yksi\n\tkaksi"),
        ("O\u0308hman\u200b\u202e", "Öhman"),
        ("عل\u200cي", "عل\u200cي"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
    ],
)
def test_lines_and_joiners_of_prose_stay(text, typed):
    assert typed_prose(text) == typed_prose(typed) == typed


def test_stored_text_has_no_nul():
    assert storable("a\x00b\x00") == "ab"
    assert storable("å\ud800") == "å?"
