"""What staff change of the counter, which every page shows from the next one on, although parts of pages are kept."""

import datetime as dt

import pytest
from django.utils import timezone

from counter.models import Counter, ExceptionalHours, WeeklyHours

PAGES = ["", "counter/", "how-to/", "privacy/", "accessibility/"]
CHANGES = {
    "street_sv": "Nygatan 7",
    "street_fi": "Uusikatu 7 <b>",
    "name_sv": "Nya rådgivningen",
    "postal_code": "00100",
    "phone": "09 555 0101",
    "email": "new@example.test",
    "note_sv": "Ny ingång",
    "map_url": "https://map.example.test/?a=1&b=2",
    "page_url_sv": "https://city.example.test/sv",
    "e_service_url_sv": "https://services.example.test/sv",
    "place_sv": "Nya huset",
}


def shown(client, language="sv"):
    pages = (client.get(f"/{language}/{page}") for page in PAGES)
    return {page.request["PATH_INFO"]: page.content.decode().replace("\u00a0", " ") for page in pages}


@pytest.mark.parametrize(("field", "text"), [(name, text) for name, text in CHANGES.items() if name != "street_fi"])
def test_changed_counter_is_shown_from_the_next_page_on(client, counter, field, text):
    before = shown(client)
    Counter.objects.update(**{field: text})
    after = shown(client)
    text = text.replace("&", "&amp;")
    told = [page for page in after if text in after[page]]
    assert told
    assert not any(text in page for page in before.values())
    assert [page for page in after if before[page] != after[page]] == told


def test_change_in_another_language_is_not_shown_in_ours(client, counter):
    before = shown(client)
    finnish = shown(client, "fi")
    Counter.objects.update(street_fi=CHANGES["street_fi"])
    assert shown(client) == before
    assert all("Uusikatu 7 &lt;b&gt;" in page for page in shown(client, "fi").values())
    assert not any("Uusikatu" in page for page in finnish.values())


def test_changed_hours_are_shown_from_the_next_page_on(client, counter):
    hours = counter.weekly_hours.filter(weekday=0).earliest("opens")
    for minute in (10, 20):
        WeeklyHours.objects.filter(pk=hours.pk).update(opens=dt.time(8, minute))
        assert f"8.{minute}" in client.get("/sv/counter/").content.decode()
    day = timezone.localdate() + dt.timedelta(days=3)
    for reason in ("Städning", "Utbildning"):
        ExceptionalHours.objects.update_or_create(counter=counter, date=day, defaults={"reason_sv": reason})
        assert reason in client.get("/sv/counter/").content.decode()
    ExceptionalHours.objects.all().delete()
    assert "Utbildning" not in client.get("/sv/counter/").content.decode()


def test_hours_of_today_are_marked_on_another_day_too(client, counter, monkeypatch):
    first = client.get("/sv/counter/").content.decode().partition('class="today"')[2][:60]
    tomorrow = timezone.now() + dt.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    second = client.get("/sv/counter/").content.decode().partition('class="today"')[2][:60]
    assert len({first, second} - {""}) == 2
