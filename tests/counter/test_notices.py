import datetime as dt
import time

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from counter import notices
from counter.models import Notice
from counter.notices import BOARD, KNOWN_FOR_SECONDS

HOUR = dt.timedelta(hours=1)
TEXTS = {"fi": "Palvelussa on huoltokatko.", "sv": "Tjänsten har ett avbrott.", "en": "The service has a break."}


def notice(*, begins=-HOUR, ends=HOUR, text="", **more):
    """Store a notice that begins and ends at these times from now."""
    now = timezone.now()
    texts = {f"text_{language}": text or TEXTS[language] for language in TEXTS}
    return Notice.objects.create(**texts, shown_from=now + begins, shown_until=now + ends, **more)


@pytest.fixture
def unread(monkeypatch):
    """The board of a process that has read nothing yet."""
    monkeypatch.setattr(BOARD, "_read_at", None)
    return BOARD


@pytest.fixture
def complaints(caplog):
    """Return a function that tells what was logged of the notices."""
    return lambda: [record.message for record in caplog.records if record.name == notices.__name__]


@pytest.fixture
def away():
    """A database that does not answer."""

    def refuse(execute, sql, params, many, context):
        raise OperationalError("no connection")

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize("path", ["", "how-to/", "cookies/", "no-such-page/"])
@pytest.mark.parametrize("language", TEXTS)
def test_notice_is_on_every_page_in_its_language(client, db, unread, language, path):
    notice()

    page = client.get(f"/{language}/{path}").text

    assert [text for text in TEXTS.values() if text in page] == [TEXTS[language]]
    assert page.index("<main") < page.index(TEXTS[language]) < page.index("<h1")


def test_page_without_notices_has_no_place_for_them(client, db, unread):
    assert "Notices" not in client.get("/en/cookies/").text


@pytest.mark.parametrize(("is_disturbance", "look"), [(True, "notice alert"), (False, "notice info")])
def test_disruption_is_a_warning_in_words_and_colour(client, db, unread, is_disturbance, look):
    notice(is_disturbance=is_disturbance)

    page = client.get("/en/cookies/").text

    assert f'class="{look}" role="status"' in page
    assert ("Disruption:" in page) == is_disturbance


def test_text_of_a_notice_is_no_html(client, db, unread):
    notice(text="<script>alert(1)</script>")

    assert "<p>&lt;script&gt;" in client.get("/en/cookies/").text


def test_latest_notice_comes_first(db, unread):
    first, second = notice(begins=-2 * HOUR), notice(begins=-HOUR)

    assert unread.shown() == [second, first]


def test_notice_begins_and_ends_on_time_though_nothing_is_read_again(db, unread, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC), tick=False)
    notice(begins=HOUR, ends=2 * HOUR, text="later")
    notice(begins=-2 * HOUR, ends=-HOUR, text="earlier")

    shown = []
    for _ in range(5):
        shown.append([one.text_fi for one in unread.shown()])
        time_machine.shift(HOUR / 2)

    assert shown == [[], [], ["later"], ["later"], []]


def test_notices_are_read_once_in_half_a_minute(client, db, unread, django_assert_num_queries, monkeypatch):
    with django_assert_num_queries(1):
        client.get("/en/cookies/")
    notice()

    with django_assert_num_queries(0):
        page = client.get("/en/cookies/").text
    assert TEXTS["en"] not in page

    after = time.monotonic() + KNOWN_FOR_SECONDS
    monkeypatch.setattr(notices.time, "monotonic", lambda: after)
    with django_assert_num_queries(1):
        page = client.get("/en/cookies/").text
    assert TEXTS["en"] in page


def test_page_comes_without_notices_while_the_database_is_away(client, db, unread, away, complaints):
    response = client.get("/en/cookies/")

    assert (response.status_code, "Notices" in response.text) == (200, False)
    assert complaints() == ["notices could not be read"]


def test_known_notices_stay_while_the_database_is_away(client, db, unread, monkeypatch, request):
    notice()
    client.get("/en/cookies/")
    after = time.monotonic() + KNOWN_FOR_SECONDS
    monkeypatch.setattr(notices.time, "monotonic", lambda: after)
    request.getfixturevalue("away")

    assert TEXTS["en"] in client.get("/en/cookies/").text


def test_lost_database_is_asked_once_in_half_a_minute(client, db, unread, away, complaints):
    for _ in range(3):
        client.get("/en/cookies/")

    assert len(complaints()) == 1


def test_page_does_not_wait_while_another_thread_reads(client, db, unread, django_assert_num_queries):
    with unread._reading, django_assert_num_queries(0):
        assert client.get("/en/cookies/").status_code == 200
