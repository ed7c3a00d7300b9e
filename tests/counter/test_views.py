import datetime as dt
import re

import pytest
import time_machine

from counter.models import ExceptionalHours

MONDAY_MORNING = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)  # 10.00 in Helsinki


def text_of(response):
    main = re.search(r"<main.*</main>", response.text, re.DOTALL).group()
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@time_machine.travel(MONDAY_MORNING, tick=False)
def test_page_tells_where_how_and_when(client, counter):
    page = client.get("/en/counter/")
    text = text_of(page)

    assert "Open now Customer service closes at 12:00." in text
    assert "Työpajankatu 8 (Urban Environment House, Kalasatama) 00580 Helsinki" in text
    assert "Monday (today) 9:00–12:00 , 13:00–16:00" in text
    assert "Thursday 9:00–17:00" in text
    assert "Saturday closed" in text
    assert 'href="tel:0931000000"' in page.text
    assert 'href="mailto:counter@example.test"' in page.text
    assert 'href="https://www.openstreetmap.org/' in page.text


@pytest.mark.parametrize(
    ("language", "at", "says"),
    [
        ("en", "2026-11-23 06:00", "Closed now Opens today at 9:00."),
        ("en", "2026-11-23 16:00", "Closed now Opens next on Tuesday 24 November 2026 at 9:00."),
        ("sv", "2026-11-23 16:00", "Stängt nu Öppnar nästa gång tisdag 24.11.2026 kl. 9.00."),
        ("fi", "2026-11-23 16:00", "Suljettu nyt Avautuu seuraavan kerran tiistaina 24.11.2026 klo 9.00."),
    ],
)
def test_page_when_closed_tells_when_it_opens(client, counter, language, at, says):
    with time_machine.travel(dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC), tick=False):
        assert says in text_of(client.get(f"/{language}/counter/"))


@time_machine.travel(MONDAY_MORNING, tick=False)
def test_page_tells_the_exceptions_ahead(client, counter):
    counter.exceptions.create(
        date=dt.date(2026, 12, 24), reason_fi="Jouluaatto", reason_sv="Julafton", reason_en="Christmas Eve"
    )
    counter.exceptions.create(date=dt.date(2026, 12, 31), opens=dt.time(9), closes=dt.time(12))
    counter.exceptions.create(date=dt.date(2026, 11, 22), reason_en="Sunday")

    text = text_of(client.get("/en/counter/"))

    assert "Thursday 24 December 2026 Christmas Eve closed" in text
    assert "Thursday 31 December 2026 9:00–12:00" in text
    assert "22 November" not in text


def test_page_without_phone_email_and_hours_reads_well(client, db):
    text = text_of(client.get("/en/counter/"))

    assert "Opening hours Check the opening hours" in text
    assert not re.search("Closed now|Open now|Contact details|Exceptional", text)


@pytest.mark.parametrize(
    ("language", "name", "time"),
    [
        ("fi", "Vuokra-asunnon haun neuvonta", "9.00–17.00"),
        ("sv", "Rådgivningen om ansökan om hyresbostad", "9.00–17.00"),
        ("en", "Rental apartment search advisory service", "9:00–17:00"),
    ],
)
def test_page_in_each_language(client, counter, language, name, time):
    text = text_of(client.get(f"/{language}/counter/"))

    assert name in text
    assert time in text


@pytest.mark.parametrize("exceptions", [1, 3])
def test_page_asks_as_often_for_many_exceptions(client, counter, django_assert_num_queries, exceptions):
    for n in range(exceptions):
        ExceptionalHours.objects.create(counter=counter, date=dt.date(2099, 12, 1 + n))

    with django_assert_num_queries(3):
        client.get("/en/counter/")
