"""How many clicks and pages lie between a person and the receipt; with one more needed, these fail."""

import re

from tests.applications.factories import application, confirm
from tests.applications.test_invitation_in_browser import link as invitation_link
from tests.browser.journey import WORDS, Way, check_details, go_to_bank, heading, identify_as, path, press
from tests.browser.test_filling_in import Form
from tests.cast import MAIJA, OLLI, VERA

FI, SV, EN = WORDS["fi"], WORDS["sv"], WORDS["en"]
CHILD = {"first_names": "Lapsi", "last_name": "Öhman", "birth_date": "1.2.2020"}


def from_identification_to_the_receipt(page, who, words):
    go_to_bank(page, words)
    identify_as(page, who)
    press(page, words.accept)
    press(page, words.confirm)


def in_words(way, *, at_bank):
    """Return the clicks, with the one at the bank under one name."""
    return ["at the bank" if name == at_bank else name for name in way.clicks]


def test_from_the_front_page_to_the_receipt_it_is_six_clicks(page, live_server):
    application(MAIJA)
    way = Way(page)

    page.goto(f"{live_server.url}/fi/")
    press(page, FI.go)
    press(page, FI.accept_cookies)
    from_identification_to_the_receipt(page, MAIJA, FI)

    assert heading(page) == "Hakemuksesi on voimassa"
    clicks = [FI.go, FI.accept_cookies, FI.to_identification, "at the bank", FI.accept, FI.confirm]
    assert in_words(way, at_bank=way.clicks[3]) == clicks
    assert len(clicks) == 6
    assert len(way.pages) == 7


def test_from_the_email_to_the_receipt_it_is_five_clicks(page, live_server):
    sent = application(MAIJA, OLLI)
    confirm(sent, MAIJA)
    way = Way(page)

    page.goto(invitation_link(live_server, sent, language="sv"))
    press(page, SV.accept_cookies)
    from_identification_to_the_receipt(page, OLLI, SV)

    assert heading(page) == "Din ansökan är giltig"
    clicks = [SV.accept_cookies, SV.to_identification, "at the bank", SV.accept, SV.confirm]
    assert in_words(way, at_bank=way.clicks[2]) == clicks
    assert len(clicks) == 5
    assert len(way.pages) == 6


def test_from_the_main_applicants_email_to_the_receipt_it_is_five_clicks(page, link):
    way = Way(page)

    page.goto(link(application(MAIJA), "fi"))
    press(page, FI.accept_cookies)
    from_identification_to_the_receipt(page, MAIJA, FI)

    assert heading(page) == "Hakemuksesi on voimassa"
    assert (len(way.clicks), len(way.pages)) == (5, 6)


def test_filling_in_for_two_adults_and_a_child_is_eleven_clicks_to_the_receipt(page, live_server):
    """Counted on the form's first page and after, the bank's page too; the front page's link to it comes before."""
    form, way = Form(page, live_server, "en"), Way(page)

    form.begin(applicants=2, residents=1)
    form.fill_in(p3=CHILD)
    form.send()
    press(page, EN.go)
    from_identification_to_the_receipt(page, MAIJA, EN)

    assert heading(page) == "You have confirmed the application"
    to_the_form, *clicks = in_words(way, at_bank=way.clicks[9])
    assert to_the_form == "Fill in the housing application"
    assert clicks == [
        EN.accept_cookies,
        *["Save and continue"] * 4,
        "Submit",
        EN.go,
        EN.to_identification,
        "at the bank",
        EN.accept,
        EN.confirm,
    ]
    assert len(clicks) == 11
    assert len(way.pages) == 13  # the front page and the receipt among them


def test_with_several_applications_that_wait_one_is_chosen_first(page, live_server):
    sent = [application(MAIJA), application(MAIJA, VERA)]
    way = Way(page)

    page.goto(f"{live_server.url}/fi/")
    press(page, FI.go)
    press(page, FI.accept_cookies)
    go_to_bank(page, FI)
    identify_as(page, MAIJA)
    press(page, FI.accept)
    listed = path(page)
    check_details(page, FI)
    press(page, FI.confirm)

    assert listed == "/fi/applications/"
    assert path(page) in [f"/fi/applications/{one.number}/receipt/" for one in sent]
    assert len(way.clicks) == 7
    assert re.search("applications/[^/]+/confirm/", " ".join(way.pages))
