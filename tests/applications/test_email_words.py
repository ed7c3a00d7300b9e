"""What became of an email is said in each language, in short sentences, with what its reader can do."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.utils import timezone, translation

from applications import email_words
from applications.email_words import Kind, Reader
from mailing.enums import Failure, Status
from mailing.models import Letter
from mailing.outages import PATIENCE

AT = dt.datetime(2026, 11, 29, 14, 46, tzinfo=dt.UTC)
LANGUAGES = [code for code, _ in settings.LANGUAGES]
REASONS = ["", *Failure.values]
FATES = {
    Status.WAITING: {},
    Status.HELD: {"held_at": AT, "due_at": AT},
    Status.SENT: {"sent_at": AT},
    Status.DELIVERED: {"sent_at": AT, "delivered_at": AT},
    Status.COMPLAINED: {"sent_at": AT, "delivered_at": AT, "complained_at": AT},
    Status.DROPPED: {"dropped_at": AT},
    Status.UNADDRESSED: {"to": ""},
}
DELAYED = [{"failure": reason, **more} for reason in Failure.values for more in ({}, {"sent_at": AT})]
LOST = [
    *({"failure": reason, "dead_at": AT} for reason in Failure.values),
    *({"failure": reason, "sent_at": AT, "bounced_at": AT} for reason in REASONS),
]
MOST_WORDS = 20


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def letter(**columns):
    return Letter(**{"to": "olli@example.test", "created_at": AT, "due_at": timezone.now(), "failure": "", **columns})


def said(one):
    """Return all that is said of a letter, to anybody."""
    return [email_words.what_became(one), *(email_words.to_do(one, reader=reader) for reader in Reader)]


def sentences(text):
    without_moment = re.sub(r"\d[\d.:  ]*\S*", "x", text)
    return [found for found in re.split(r"(?<=[.?])\s+", without_moment) if found]


@pytest.mark.parametrize("columns", [*FATES.values(), *DELAYED, *LOST], ids=str)
def test_every_fate_is_said_in_each_language_in_short_sentences(columns):
    one, texts = letter(**columns), {}

    for language in LANGUAGES:
        with translation.override(language):
            texts[language] = said(one)

    assert all(texts[language][0] for language in LANGUAGES)
    assert [{bool(text) for text in each} for each in zip(*texts.values(), strict=True)] == [
        {bool(text)} for text in texts["en"]
    ]
    spoken = [text for each in texts.values() for text in each if text]
    assert len(set(spoken)) >= len({text for text in texts["en"] if text}) * len(LANGUAGES) - 1
    assert [found for text in spoken for found in sentences(text) if len(found.split()) > MOST_WORDS] == []


@pytest.mark.parametrize(("status", "columns"), FATES.items())
def test_only_what_is_delayed_or_lost_has_a_reason_or_asks_for_something(status, columns):
    one = letter(**columns)

    assert one.status == status
    assert email_words.why(one) == ""
    assert bool(email_words.to_do(one, reader=Reader.SENDER)) == (status == Status.COMPLAINED)


def test_nothing_is_to_be_done_while_it_is_tried_again():
    found = [letter(**columns) for columns in DELAYED if columns["failure"] != "full"]

    texts = {email_words.to_do(one, reader=reader) for one in found for reader in Reader}

    assert texts == {"You do not need to do anything."}


@pytest.mark.parametrize(
    ("language", "soon", "late"),
    [
        (
            "en",
            "On its way. It will be sent soon.",
            "Delayed. It will be sent later. The problem is on our side, not in the address.",
        ),
        ("fi", "Matkalla. Se lähtee pian.", "Viivästynyt. Se lähetetään myöhemmin. Vika on meillä, ei osoitteessa."),
        ("sv", "På väg. Det skickas snart.", "Försenat. Det skickas senare. Felet ligger hos oss, inte i adressen."),
    ],
)
def test_letter_that_should_have_left_is_delayed_because_of_us(language, soon, late):
    """All wait, or many are before it: no moment is promised, and nobody is to do anything."""
    before, after = (
        letter(due_at=timezone.now() - PATIENCE + more) for more in (dt.timedelta(seconds=30), dt.timedelta(0))
    )

    with translation.override(language):
        assert said(before) == [soon, "", "", ""]
        assert said(after) == [late, *[str(email_words.WAIT)] * len(Reader)]


@pytest.mark.parametrize("reader", Reader)
def test_full_mailbox_and_a_fault_of_ours_are_not_an_address_that_does_not_exist(reader):
    wrong, full, ours = (
        letter(dead_at=AT, failure=reason) for reason in (Failure.NO_ADDRESS, Failure.FULL, Failure.QUOTA)
    )

    texts = {email_words.to_do(each, reader=reader) for each in (wrong, full, ours)}

    assert len(texts) == 3
    assert "orrect" not in email_words.to_do(full, reader=reader)
    assert [email_words.why(each) for each in (full, ours)] == [
        "The mailbox is full.",
        "The problem is on our side, not in the address.",
    ]


def test_every_reason_is_of_one_kind():
    of_kinds = [reason for kind in Kind for reason in email_words.failures_of(kind)]

    assert sorted(of_kinds) == sorted(REASONS)


def test_address_is_known_by_the_latest_letter_there_of_which_anything_is_known_or_a_complaint():
    waiting, arrived = letter(), letter(sent_at=AT, delivered_at=AT)
    lost = letter(sent_at=AT, bounced_at=AT)
    complained = letter(sent_at=AT, complained_at=AT)
    elsewhere = letter(to="new@example.test", sent_at=AT, bounced_at=AT)

    def known(*letters):
        return email_words.last_known(letters, address="olli@example.test")

    assert known(waiting, lost, arrived) is lost
    assert known(elsewhere, arrived, lost) is arrived
    assert known(arrived, lost, complained) is complained
    assert known(waiting, elsewhere) is None
