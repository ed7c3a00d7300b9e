"""Somebody changes the application while it is being read (R6)."""

from applications import changes, document
from applications.models import Application, Confirmation
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, application, state
from tests.browser.journey import WORDS, changed_rows, control, heading, notices, press
from tests.cast import MAIJA, OLLI

EN = WORDS["en"]
CHANGED = "The application was changed while you were reading it. Nothing was confirmed. Check the details again."


def change(sent, *people, **different):
    """Send a new version, as the housing system does."""
    read = Application.objects.get(pk=sent.pk)
    new = cast.document(*people)
    new["content"]["home"].update(different)
    changes.put(read, document.parse(new), tag=read.version.digest, by=HOUSING_SYSTEM)


def test_application_changed_meanwhile_shows_what_changed_and_is_then_confirmed(page, sign_in, link):
    sent = application(MAIJA, OLLI)
    sign_in(page.context, MAIJA)
    page.goto(link(sent))
    change(sent, MAIJA, rent="950.00", rooms=None)

    press(page, EN.confirm)
    told, marked, confirmed = notices(page), changed_rows(page), Confirmation.objects.count()
    in_bold = [" ".join(text.split()) for text in page.locator(".details .changed strong").all_inner_texts()]
    press(page, EN.confirm)

    assert in_bold == ["Removed", "950.00 €", "Removed"]  # what is confirmed now, and not what it was
    assert told == [CHANGED]
    assert marked == [
        "Co-applicants Removed Before: Olli Öhman",
        "Rent per month 950.00 € Before: 890.00 €",
        "Number of rooms Removed Before: 1",
    ]
    assert confirmed == 0
    assert heading(page) == "Your application is valid"
    assert Confirmation.objects.get().digest == Application.objects.get().version.digest
    assert state(sent) == "valid"


def test_application_changed_twice_meanwhile_is_shown_twice(page, sign_in, link):
    sent = application(MAIJA)
    sign_in(page.context, MAIJA)
    page.goto(link(sent))
    marked = []

    for rent in ("950.00", "960.00"):
        change(sent, MAIJA, rent=rent)
        press(page, EN.confirm)
        marked.append(changed_rows(page))

    assert marked == [
        ["Rent per month 950.00 € Before: 890.00 €"],
        ["Rent per month 960.00 € Before: 950.00 €"],
    ]
    assert Confirmation.objects.count() == 0


def test_changed_application_stays_on_the_page_in_another_language(page, sign_in, link):
    sent = application(MAIJA)
    sign_in(page.context, MAIJA)
    page.goto(link(sent))
    change(sent, MAIJA, rent="950.00")
    press(page, EN.confirm)

    press(page, "Svenska")

    assert heading(page) == "Kontrollera uppgifterna"
    assert control(page, "Bekräfta ansökan").is_visible()


def test_co_applicant_removed_meanwhile_learns_nothing_more_of_the_application(page, sign_in, link):
    sent = application(MAIJA, OLLI)
    sign_in(page.context, OLLI)
    page.goto(link(sent))
    change(sent, MAIJA, rent="950.00")

    press(page, EN.confirm)

    assert heading(page) == "You do not need to confirm this application"
    assert "Maija" not in page.content()
    assert Confirmation.objects.count() == 0
