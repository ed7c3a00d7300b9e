"""The pointing card: every sentence in every language, marked where no native speaker has read it (J4.6)."""

import dataclasses
import re

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counter.desk import pointing_card as page
from counter.pointing_card import CARDS
from tests.applications.factories import application
from tests.cast import MAIJA
from tests.counter.checks import check
from tests.counter.desk.arranged import address, text_of
from tests.staff import sign_in_staff, staff

SERVICE = [code for code, _name in settings.LANGUAGES]
OTHERS = [code for code in CARDS if code not in SERVICE]
ALIKE = {"Ei."}  # no, in Finnish and in Estonian
ALPHABET = {"ar": r"\u0600-\u06ff", "ru": r"\u0401\u0410-\u044f\u0451", "uk": r"\u0400-\u045f\u0490\u0491"}
LATIN = r"A-Za-zÅÄÖÕÜåäöõüŠŽšž"
BORROWED = {"ID"}  # of Estonian ID-kaart
UNREAD = {"fi": "äidinkielenään", "sv": "modersmål", "en": "No native speaker"}


def sentences(card):
    return [*card.customer_says, *card.adviser_says]


def texts(card):
    return [card.name, card.point, card.customer, card.adviser, *sentences(card)]


def shown(client, language="en", with_language=""):
    return client.get(address("desk_pointing_card", language=language), {"language": with_language})


# --- The sentences ---------------------------------------------------------------------------------------


def test_card_is_in_the_eight_languages_under_their_own_codes():
    assert list(CARDS) == ["fi", "sv", "en", "ar", "ru", "uk", "so", "et"]
    assert [card.code for card in CARDS.values()] == list(CARDS)


@pytest.mark.parametrize("code", CARDS)
def test_every_sentence_is_there_once_and_ends_as_one(code):
    card = CARDS[code]

    assert [text for text in texts(card) if not text or text != " ".join(text.split())] == []
    assert [sentence for sentence in (card.point, *sentences(card)) if sentence[-1] not in ".?؟"] == []
    assert len(set(sentences(card))) == len(sentences(card))


@pytest.mark.parametrize("code", CARDS)
def test_no_sentence_is_that_of_another_language(code):
    mine = set(sentences(CARDS[code]))

    others = {text for other, card in CARDS.items() if other != code for text in sentences(card)}

    assert mine & others <= ALIKE


@pytest.mark.parametrize("code", CARDS)
def test_every_word_is_in_the_letters_of_its_language(code):
    """A Latin letter among Cyrillic ones looks the same and is read aloud wrongly."""
    letters = ALPHABET.get(code, LATIN)
    words = [word for text in texts(CARDS[code]) for word in re.findall(r"\w+", text)]

    assert [word for word in words if word not in BORROWED and not re.fullmatch(f"[{letters}]+", word)] == []


@pytest.mark.parametrize(("code", "foreign"), [("ru", "іїєґ"), ("uk", "ыэёъ")])
def test_russian_and_ukrainian_do_not_lend_each_other_letters(code, foreign):
    assert not set(foreign) & set(" ".join(texts(CARDS[code])).lower())


def test_arabic_alone_is_read_from_the_right():
    assert [code for code, card in CARDS.items() if card.direction == "rtl"] == ["ar"]


@pytest.mark.parametrize("code", CARDS)
def test_language_of_the_service_is_no_translation_and_another_says_whether_it_was_read(code):
    assert (CARDS[code].read_by_native is None) == (code in SERVICE)


# --- The page --------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", SERVICE)
def test_customer_chooses_among_the_names_of_the_other_languages(adviser, language):
    answer = shown(adviser, language)

    offered = re.findall(r'href="\?language=(\w+)" lang="(\w+)" dir="(\w+)">(.+?)</a>', answer.text)
    others = [card for card in CARDS.values() if card.code != language]
    assert offered == [(card.code, card.code, card.direction, card.name) for card in others]
    assert "<table" not in answer.text


@pytest.mark.parametrize("language", SERVICE)
@pytest.mark.parametrize("code", CARDS)
def test_every_sentence_stands_beside_that_of_the_page_each_in_its_language(adviser, code, language):
    answer = shown(adviser, language, code)

    cells = re.findall(r'<(?:td|th scope="col") lang="(\w+)" dir="(\w+)">(.+?)</t[dh]>', answer.text)
    theirs, ours = CARDS[code], CARDS[language]
    expected = []
    for speaker, says in (("customer", "customer_says"), ("adviser", "adviser_says")):
        rows = [
            [getattr(theirs, speaker), getattr(ours, speaker)],
            *zip(getattr(theirs, says), getattr(ours, says), strict=True),
        ]
        for said, meant in rows:
            expected += [(code, theirs.direction, said), (language, ours.direction, meant)]
    assert cells == ([] if code == language else expected)


@pytest.mark.parametrize("language", SERVICE)
@pytest.mark.parametrize("code", CARDS)
def test_mark_stands_exactly_where_no_native_speaker_has_read(adviser, code, language):
    assert (UNREAD[language] in text_of(shown(adviser, language, code))) == (code in OTHERS)


def test_mark_goes_when_a_native_speaker_has_read(adviser, monkeypatch):
    monkeypatch.setitem(page.CARDS, "so", dataclasses.replace(CARDS["so"], read_by_native=True))

    answer = shown(adviser, with_language="so")

    assert "Haa." in text_of(answer)
    assert UNREAD["en"] not in text_of(answer)


def test_language_that_is_not_on_the_card_leaves_the_choice(adviser):
    answer = shown(adviser, with_language="xx")

    assert answer.status_code == 200
    assert "<table" not in answer.text


def test_card_is_for_staff_who_serve_people(adviser, supervisor, operator):
    half = sign_in_staff(Client(), staff("adviser"), methods=("password",))

    statuses = [shown(client).status_code for client in (adviser, supervisor, operator, half, Client())]

    assert statuses == [200, 200, 403, 302, 302]
    assert adviser.post(address("desk_pointing_card")).status_code == 405


def test_every_card_takes_the_same_queries_as_none(adviser):
    counts = set()
    shown(adviser)

    for code in ("", *CARDS):
        with CaptureQueriesContext(connection) as queries:
            shown(adviser, with_language=code)
        counts.add(len(queries))

    assert len(counts) == 1


def test_link_to_the_card_stands_where_an_adviser_has_a_customer_before_them(adviser):
    sent = application(MAIJA)
    pages = [address("desk"), address("desk_check", sent.reference, 0)]
    found = [adviser.get(place).text for place in pages]
    check(sent, MAIJA)

    found.append(adviser.get(address("desk_confirm", sent.reference, 0)).text)

    link = f'<a href="{address("desk_pointing_card")}" target="_blank">'
    assert [text.count(link) for text in found] == [1, 1, 1]
