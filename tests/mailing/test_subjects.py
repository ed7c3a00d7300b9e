"""Subjects of every kind of email, whatever it tells, in each language, on the day with the longest name."""

import datetime as dt
import re
from email import message_from_bytes
from email.header import decode_header, make_header
from itertools import chain, combinations
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation

from mailing import letters
from mailing.models import Letter
from tests.mailing.letters import LONGEST_LINE

FOLDER = Path(settings.BASE_DIR, "templates", "mailing")
LANGUAGES = [code for code, _ in settings.LANGUAGES]
MESSAGES = sorted(path.parent.name for path in FOLDER.glob("*/subject.txt"))
ABOUT_NO_APPLICATION = ("account_", "draft_", "feedback_", "staff_")
LONGEST_DAY = dt.date(2027, 9, 30)
DAYS = dict.fromkeys(["valid_until", "until", "due_on"], LONGEST_DAY)
NUMBER = "K7M-P3X-Q4T"
SEVERAL = ("one", "two")  # true, and more than one of those who are missing


def conditions(message):
    """Return what the words of a subject depend on."""
    text = "".join(path.read_text() for path in (FOLDER / message / "subject.txt", FOLDER / "_subject.txt"))
    return sorted(set(re.findall(r"\w+", " ".join(re.findall(r"{% (?:el)?if (.*?) %}", text)))) - {"and", "or", "not"})


def subjects(message, language):
    """Return every subject that such an email can have."""
    names = conditions(message)
    number = {} if message.startswith(ABOUT_NO_APPLICATION) else {"number": NUMBER}
    letter = Letter(message=message, language=language)
    with translation.override(language):
        return {
            letters.write_subject(letter, {**DAYS, **number, **dict.fromkeys(true, SEVERAL)})
            for true in chain.from_iterable(combinations(names, count) for count in range(len(names) + 1))
        }


def test_subject_depends_on_what_is_known_here():
    assert {name for message in MESSAGES for name in conditions(message)} == {
        *("is_changed", "is_first", "is_main", "is_me", "is_valid", "me_missing", "missing", "was_valid"),
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", MESSAGES)
def test_subject_begins_with_the_number_and_is_short(message, language):
    """As long as a header's line may be, read: å, ä and ö make it longer on its way, and it is folded and unfolded."""
    found = subjects(message, language)

    first = "" if message.startswith(ABOUT_NO_APPLICATION) else f"{NUMBER}: "
    assert [text for text in found if not text.startswith(first) or text.count(NUMBER) != bool(first)] == []
    assert [text for text in found if len(f"Subject: {text}") > LONGEST_LINE] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_subject_is_read_as_it_was_written(language):
    for text in set().union(*(subjects(message, language) for message in MESSAGES)):
        sent = EmailMessage(text, "", "no-reply@example.test", ["maija@example.test"]).message().as_bytes()
        assert str(make_header(decode_header(message_from_bytes(sent)["Subject"]))) == text
