"""Every page of the journey, error pages too, by the rules of accessibility, on a desktop and on a small phone.

The pages that have an address of their own are in tests/pages.
"""

import pytest
from django.db import connection

from applications.models import Application, Certificate, Version
from applications.references import display, new
from identity import limits
from tests.applications.factories import application, confirm, person
from tests.browser.journey import BANK, LANGUAGES, WORDS, broken_rules, control, faults, go_to_bank, press
from tests.browser.test_changed import change
from tests.cast import MAIJA, OLLI, OTSO, TEA, applicant

MINUTE = 60 * 1000  # milliseconds
ETHAN = applicant({"first_names": "Ethan", "last_name": "Evans", "hetu": None}, birth_date="1990-03-14", email=None)


class Pages:
    """What is wrong on each page looked at."""

    def __init__(self, page, server, language):
        self.page = page
        self.at = f"{server.url}/{language}/"
        self.language = language
        self.words = WORDS[language]
        self.faulty = {}

    def look(self, name):
        if found := faults(self.page, self.language):
            self.faulty[name] = found

    def go(self, address, name=""):
        self.page.goto(self.at + address)
        self.look(name or address)


@pytest.fixture(params=LANGUAGES)
def pages(page, live_server, request):
    return Pages(page, live_server, request.param)


def test_pages_between_acceptance_and_bank_are_accessible(pages, page):
    page.goto(f"{pages.at}identify/")
    press(page, pages.words.accept_cookies)
    pages.go("cookies/", "cookies, accepted")
    pages.go("identify/")
    page.route(BANK, lambda route: route.fulfill(status=204), times=1)  # the browser stays
    with page.expect_response(BANK):
        control(page, pages.words.to_identification).click()
    pages.look("leaving for the bank")
    go_to_bank(page, pages.words)
    rules_at_the_bank = broken_rules(page)
    pages.go("terms/")

    assert pages.faulty == {}
    assert rules_at_the_bank == []


def test_pages_before_confirming_are_accessible(pages, page, sign_in):
    application(MAIJA, OLLI)
    sent = application(MAIJA, co_applicants=[applicant(OLLI), applicant(TEA), ETHAN])
    sign_in(page.context, MAIJA, accept_terms=False)
    pages.go("applications/", "terms to accept")
    press(page, pages.words.accept)
    pages.look("choose")
    pages.go(f"applications/{sent.number}/", "status, waiting")
    pages.go(f"confirm/{sent.number}/", "confirm, with another that would be replaced")
    change(sent, MAIJA, rent="950.00", rooms=None)
    press(page, pages.words.confirm)
    pages.look("changed meanwhile")
    Application.objects.filter(pk=sent.pk).update(valid_until="2026-01-31")
    press(page, pages.words.confirm)
    pages.look("ended meanwhile")
    pages.go(f"confirm/{display(new())}/", "not yours")
    pages.go("identify/", "identified already")
    pages.go("identify/expired/", "expired, identified already")

    assert pages.faulty == {}


def test_pages_after_confirming_are_accessible(pages, page, sign_in):
    waiting, ended, valid = application(MAIJA, OLLI), application(MAIJA, OLLI), application(MAIJA)
    confirm(ended, MAIJA)
    sign_in(page.context, MAIJA)
    page.goto(f"{pages.at}confirm/{waiting.number}/")
    press(page, pages.words.confirm)
    pages.look("receipt, waiting for another")
    confirm(valid, MAIJA)
    for name, sent in {"valid": valid, "replaced": ended}.items():
        pages.go(f"applications/{sent.number}/receipt/", f"receipt, {name}")
        pages.go(f"applications/{sent.number}/", f"status, {name}")
    pages.go("applications/", "nothing waits")
    sign_in(page.context, OTSO)
    pages.go("applications/", "no application")
    sign_in(page.context, TEA)
    pages.go(f"confirm/{application(OLLI, TEA).number}/", "under 18")

    assert pages.faulty == {}


def test_pages_of_a_certificate_are_accessible(pages, page, sign_in):
    sent = application(MAIJA, OLLI)
    sign_in(page.context, MAIJA)
    pages.go(f"applications/{sent.number}/certificates/", "certificates")
    with page.expect_navigation():
        page.locator("main form button").click()
    pages.look("certificate")
    issued = Certificate.objects.get()
    pages.go("receipt/", "check")
    page.fill("[name=number]", str(issued))
    page.fill("[name=check_code]", issued.check_code)
    with page.expect_navigation():
        page.locator("main form button").click()
    pages.look("checked")

    assert pages.faulty == {}


def test_warning_before_the_end_of_the_session_is_accessible(pages, page, sign_in):
    sign_in(page.context, MAIJA)
    page.clock.install()
    page.goto(f"{pages.at}applications/")

    page.clock.run_for(18 * MINUTE + 1000)
    pages.look("warning")

    assert page.get_by_role("alertdialog").is_visible()
    assert pages.faulty == {}


def test_pages_of_refused_requests_are_accessible(pages, page, sign_in):
    sent = application(MAIJA)
    answers = []
    page.on("response", lambda answer: answers.append(answer.status) if answer.status >= 400 else None)

    pages.go("cookies/?" + "x&" * 201, "400")
    page.goto("about:blank")
    page.set_content(f"<form method='post' action='{pages.at}cookies/accept/'><button>Go</button></form>")
    press(page, "Go")
    pages.look("403")
    sign_in(page.context, MAIJA)
    page.goto(f"{pages.at}confirm/{sent.number}/")
    page.locator("main [name=csrfmiddlewaretoken]").evaluate("element => { element.value = 'x' }")
    press(page, pages.words.confirm)
    pages.look("403, form of another session")
    pages.go("applications/no-such-page/", "404")
    for _ in range(30):
        limits.count("strange number", str(person(MAIJA).pk), most=30)
    pages.go(f"confirm/{display(new())}/", "429")

    assert answers == [400, 403, 403, 404, 429]
    assert pages.faulty == {}


def test_page_of_a_fault_of_ours_is_accessible(page, live_server, sign_in, link):
    sent = application(MAIJA)
    sign_in(page.context, MAIJA)
    Version.objects.update(content="not JSON")

    answer = page.goto(link(sent))

    assert answer.status == 500
    assert faults(page, "fi") == []


def test_page_while_the_database_is_away_is_accessible(page, live_server):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE applications_terms RENAME TO away")
    try:
        answer = page.goto(f"{live_server.url}/sv/terms/")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO applications_terms")

    assert (answer.status, answer.header_value("retry-after")) == (503, "10")
    assert faults(page, "fi") == []
