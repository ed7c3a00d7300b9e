import csv
import datetime as dt
import html
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from counter import day_figures
from counter.desk import statistics
from counter.opening import Span
from tests.applications.factories import application, confirm
from tests.as_read import as_read
from tests.cast import MAIJA, OLLI
from tests.conftest import headings
from tests.counter.hours import set_hours
from tests.counter.test_statistics import check
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db

PERIOD = {"since": "2026-11-01", "until": "2026-11-21"}
ADDRESSES = ["statistics", "statistics_csv"]


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def supervisor(client):
    return sign_in_staff(client, staff("supervisor"))


def address(name="statistics", language="en"):
    with translation.override(language):
        return reverse(f"admin:{name}")


def read(response):
    """Return the rows of a CSV, as a spreadsheet reads them."""
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";"))


def tables(page):
    """Return caption and rows of each table of figures on the page."""
    for table in re.findall(r"<table>(.*?)</table>", page, re.DOTALL):
        labels = re.findall(r'<th scope="row">(.*?)</th>', table)
        figures = re.findall(r'<td class="amount">(.*?)</td>', table)
        rows = [(html.unescape(label), figure) for label, figure in zip(labels, figures, strict=True)]
        yield re.search("<caption>(.*)</caption>", table)[1], rows


def bars(page):
    """Return the length of each bar on the page, in per cent of its section."""
    return [int(length) for length in re.findall(r'<rect width="(\d+)%"', page)]


def test_applications_and_people_are_shown_apart(supervisor):
    confirm(application(MAIJA, OLLI), MAIJA)

    page = supervisor.get(address()).text
    shown = dict(tables(page))

    assert shown["Applications in the period"] == [
        ("Applications sent", "1"),
        ("Applications that became valid", "0"),
        ("Applications that lapsed", "0"),
    ]
    assert shown["People in these applications"] == [
        ("Co-applicants invited", "1"),
        ("Invitations opened", "0"),
        ("People identified", "1"),
        ("People who confirmed the application", "1"),
    ]
    assert shown["Confirmations by language"] == [("Finnish", "1"), ("Swedish", "0"), ("English", "0")]
    assert headings_of(page) == ["Applications", "People", "Customer service"]


def headings_of(page):
    return re.findall("<h2>(.*)</h2>", page)


def test_each_section_has_a_scale_of_its_own(supervisor):
    for _ in range(2):
        application(MAIJA, OLLI)
    confirm(application(MAIJA), MAIJA)

    assert bars(supervisor.get(address()).text)[:7] == [100, 33, 0, 0, 0, 67, 0]


def test_each_number_stands_on_the_page_once(supervisor):
    confirm(application(MAIJA), MAIJA)

    page = supervisor.get(address()).text

    assert len(bars(page)) == sum(len(rows) for _caption, rows in tables(page))


def test_checks_are_shown_by_weekday_and_hour_with_the_quietest_hours(supervisor, counter):
    set_hours(counter, {5: [Span(dt.time(13), dt.time(15, 30))]})
    sent = application(MAIJA, OLLI)
    check(sent, MAIJA)  # a Saturday, 14 o'clock in Helsinki
    check(sent, OLLI)

    page = " ".join(re.sub("<[^>]+>", " ", supervisor.get(address()).text).split())

    assert "13 –14 14 –15 Total Saturday 0 2 2 Total 0 2" in page
    assert "Among the quietest hours: Saturday 13–14 (0), Saturday 14–15 (2)." in page


def test_page_says_what_it_shows_of_nothing(supervisor):
    assert "There is nothing to count in this period." in supervisor.get(address()).text


@pytest.mark.parametrize(
    ("language", "days", "week"),
    [
        ("fi", "1.11.2026", "26.10.2026"),
        ("sv", "1.11.2026", "26.10.2026"),
        ("en", "1 November 2026", "26 Oct 2026"),
    ],
)
def test_dates_are_written_in_the_language_of_the_page(supervisor, time_machine, language, days, week):
    time_machine.move_to(dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC), tick=False)
    confirm(application(MAIJA), MAIJA)
    sign_in_staff(supervisor, staff("supervisor"))
    page = as_read(supervisor.get(address(language=language), PERIOD | {"until": "2026-11-01"}).text)

    assert f'<html lang="{language}"' in page
    assert [text in page for text in (days, week)] == [True, True]


def test_page_shows_the_last_ninety_days_at_first(supervisor):
    page = as_read(supervisor.get(address()).text)

    assert 'value="24.8.2026"' in page
    assert 'value="21.11.2026"' in page
    assert "24 August 2026 to 21 November 2026" in page


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [
        ("2026-11-21", "2026-11-20", "The last day cannot be before the first."),
        ("2025-11-20", "2026-11-21", "Choose a period of one year at most."),
        ("2026-11-01", "2026-11-22", "The last day cannot be later than today."),
        ("1.1.1901", "2.1.1901", "There are no figures before 2020."),
        ("9999-12-31", "9999-12-31", "The last day cannot be later than today."),
        ("2026-11-01", "", "Enter the date, for example 30.9.2026."),
        ("2026-02-30", "2026-11-01", "There is no such day."),
        ("\x00", "=1+1", "Enter the date as day, month and year"),
    ],
)
def test_impossible_period_is_told_and_counts_nothing(supervisor, since, until, told):
    page = supervisor.get(address(), {"since": since, "until": until})
    file = supervisor.get(address("statistics_csv"), {"since": since, "until": until})

    assert (page.status_code, told in page.text) == (200, True)
    assert list(tables(page.text)) == []
    assert file.status_code == 302
    assert file.url.startswith(f"{address()}?since=")


@pytest.mark.parametrize("since", ["2025-11-21", "2026-11-21"])
def test_longest_and_shortest_period_are_shown(supervisor, since):
    page = supervisor.get(address(), {"since": since, "until": "2026-11-21"}).text

    assert "error-summary" not in page


def test_csv_has_the_figures_of_the_page(supervisor):
    sent = application(MAIJA)
    confirm(sent, MAIJA)
    check(application(OLLI), OLLI)

    page = supervisor.get(address(), PERIOD).text
    rows = read(supervisor.get(address("statistics_csv"), PERIOD))

    assert rows[0] == ["Section", "Label", "Value"]
    visits = [row for row in rows if row[0] == "ID checks by weekday and hour"]
    assert rows[1 : -len(visits)] == [[title, *row] for title, figures in tables(page) for row in figures]
    assert ["ID checks by weekday and hour", "Saturday 14–15", "1"] in visits
    assert ["Confirmations by method", "Online banking codes", "1"] in rows


def test_csv_is_linked_for_the_period_of_the_page(supervisor):
    page = supervisor.get(address(), PERIOD).text

    assert f'href="{address("statistics_csv")}?since=2026-11-01&amp;until=2026-11-21"' in page


def test_csv_is_a_file_that_spreadsheets_open(supervisor):
    response = supervisor.get(address("statistics_csv", "fi"), PERIOD)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="tilastot-2026-11-01-2026-11-21.csv"'
    assert response.content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("language", "head"),
    [("fi", "Osio;Selite;Luku"), ("sv", "Avsnitt;Uppgift;Värde"), ("en", "Section;Label;Value")],
)
def test_csv_has_its_head_in_the_language_and_semicolons_for_a_spreadsheet_in_finland(supervisor, language, head):
    text = supervisor.get(address("statistics_csv", language), PERIOD).content.decode("utf-8-sig")

    assert text.split("\r\n")[0] == head


def test_csv_names_nobody(supervisor):
    confirm(application(MAIJA), MAIJA)

    text = supervisor.get(address("statistics_csv"), PERIOD).content.decode()

    assert [word for word in ("Maija", "Meikäläinen", "010594", "example.test") if word in text] == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"])
def test_cell_cannot_become_a_formula(text):
    assert statistics._cell(text) == f"'{text}"


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(("role", "status"), [("adviser", 403), ("supervisor", 200), ("operator", 200)])
def test_statistics_are_for_supervisors_and_the_operator(client, role, status, name):
    sign_in_staff(client, staff(role))

    assert client.get(address(name)).status_code == status


@pytest.mark.parametrize("name", ADDRESSES)
def test_statistics_are_for_nobody_without_a_second_factor(client, name):
    sign_in_staff(client, staff("supervisor"), methods=("password",))

    assert client.get(address(name)).status_code == 302


@pytest.mark.parametrize("name", ADDRESSES)
def test_statistics_are_read_only_and_kept_nowhere(supervisor, name):
    assert supervisor.post(address(name)).status_code == 405
    assert "no-store" in supervisor.get(address(name))["Cache-Control"]


@pytest.mark.parametrize("name", ADDRESSES)
def test_page_takes_as_many_queries_for_thirty_applications_as_for_one(supervisor, name):
    supervisor.get(address(name))  # the first visit writes when the session was last used
    counts = []
    for number in (1, 29):
        for _ in range(number):
            confirm(application(MAIJA, OLLI), MAIJA)
        with CaptureQueriesContext(connection) as queries:
            supervisor.get(address(name))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_page_is_in_its_place(supervisor):
    response = supervisor.get(address())

    assert headings(response)[0] == "Statistics"
    assert address() == "/en/admin/desk/statistics/"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fi", "Luvut 20.11.2026 asti on laskettu 21.11.2026 klo 14.00."),
        ("sv", "Siffrorna till och med 20.11.2026 räknades 21.11.2026 kl. 14.00."),
        ("en", "The figures up to 20 November 2026 were counted on 21 November 2026 at 14:00."),
    ],
)
def test_page_says_until_when_its_figures_were_counted_at_night(supervisor, language, said):
    before = as_read(supervisor.get(address(language=language)).text)
    application(MAIJA, sent_at="2026-11-19T12:00:00+02:00")
    day_figures.keep()

    assert said not in before
    assert said in as_read(supervisor.get(address(language=language)).text)
    file = read(supervisor.get(address("statistics_csv", language), PERIOD))
    assert [said, "", ""] in [[as_read(cell) for cell in row] for row in file]
