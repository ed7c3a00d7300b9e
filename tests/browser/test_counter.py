"""J4 and J5: an adviser serves people at the counter, and what becomes of it."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from applications.models import Confirmation
from counter import id_checks
from identity.models import Account
from mailing.models import Letter
from tests.applications.factories import application, confirm, person, state
from tests.applications.households import sent as household
from tests.applications.households import written
from tests.browser.journey import (
    DESKTOP,
    LANGUAGES,
    PHONE,
    WORDS,
    broken_rules,
    control,
    heading,
    press,
    wider_than_the_screen,
)
from tests.cast import MAIJA, OLLI, OTSO, VERA, VILLE
from tests.counter.checks import EMAIL, ETHAN, check, confirm_here, doubtful, issue, status
from tests.counter.desk.arranged import address
from tests.counter.learned import put
from tests.staff import acting, sign_in_staff, staff

PASSWORD = "seven green herons"
FINAL = {
    "fi": "Hakemusta ei voi palauttaa sen jälkeen, kun olet perunut sen.",
    "sv": "Du kan inte få tillbaka ansökan när du har återkallat den.",
    "en": "You cannot get the application back after you have withdrawn it.",
}


@pytest.fixture
def at_desk(live_server, new_context):
    """Return a function that puts a member of staff in front of a browser of their own."""

    def logged_in(role="adviser", **options):
        cookie = sign_in_staff(Client(), staff(role)).cookies[settings.SESSION_COOKIE_NAME].value
        context = new_context(**options)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        return context.new_page()

    return logged_in


@pytest.fixture
def go(live_server):
    """Return a function that opens a page of the desk by its name."""
    return lambda page, name, *arguments, language="en": page.goto(
        live_server.url + address(name, *arguments, language=language)
    )


def find(page, sent, who):
    """Find somebody by the number on their slip, typed into the box that has the focus; an only adult is opened."""
    page.locator("[name=text]:focus").wait_for()
    page.keyboard.type(sent.number)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    if sent.has_one_adult:
        return
    with page.expect_navigation():
        page.get_by_role("link", name=f"{who['first_names']} {who['last_name']}").first.click()


def fill_check(page, who=MAIJA, **more):
    page.get_by_label("Identity document").first.select_option(label="Passport")
    page.get_by_label("Last day of validity").first.fill("31.1.2036")
    page.get_by_label("Personal identity code on the document").fill(who["hetu"][-4:])
    for label in more.get("ticked", ("The picture matches the person who is here", "The name matches")):
        page.get_by_label(label).check()


def told(page):
    return " ".join(page.locator(".messagelist").inner_text().split())


def test_person_without_bank_codes_is_served_from_the_slip_to_the_confirmed_application(
    at_desk, new_context, go, live_server
):
    sent = household(MAIJA, language="en")
    adviser = at_desk()
    go(adviser, "desk")
    find(adviser, sent, MAIJA)

    fill_check(adviser)
    press(adviser, "Save and create an account")
    saved = told(adviser)
    press(adviser, "Correct the address")
    adviser.get_by_label("Email address").fill(EMAIL)
    press(adviser, "Continue")
    read_back = adviser.locator(".read-back").inner_text()
    press(adviser, "The address is right. Create account")
    on_its_way = adviser.locator("#letter").inner_text()
    # The worker sends it, the provider reports, and the page sees so within seconds.
    Letter.objects.filter(message="account_link").update(sent_at=timezone.now(), delivered_at=timezone.now())
    adviser.locator("#letter").get_by_text("Arrived on").wait_for()

    _, text, _ = written(Letter.objects.get(message="account_link"))
    link = next(word for word in text.split() if "token=" in word)
    page = new_context().new_page()
    page.goto(link)
    page.get_by_label("The last four characters").fill(MAIJA["hetu"][-4:])
    page.get_by_label("New password").fill(PASSWORD)
    press(page, "Save the password")
    press(page, "Log in")
    press(page, WORDS["en"].accept_cookies)
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Log in")
    press(page, WORDS["en"].accept)
    page.goto(f"{live_server.url}/en/confirm/{sent.number}/")
    press(page, WORDS["en"].confirm)

    assert saved == "The ID check has been saved."
    assert read_back == EMAIL
    assert "On its way." in on_its_way
    assert heading(page) == "Your application is valid"
    made = Confirmation.objects.get()
    assert (made.method, made.id_check, state(sent)) == ("account", Account.objects.get().id_check, "valid")


def test_check_of_a_passport_that_matches_takes_a_handful_of_keys(at_desk, go):
    sent = application(MAIJA)
    page = at_desk(java_script_enabled=False)
    go(page, "desk_check", sent.reference, 0)

    page.locator("[name=document_type]:focus").wait_for()
    for key in ("P", "Tab", "Tab"):  # the document; Finland stands already
        page.keyboard.press(key)
    page.keyboard.type("310136")
    page.keyboard.press("Tab")
    page.keyboard.type("9032")
    for key in ("Tab", "Tab", "Space", "Tab", "Space"):  # the document bears the code
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert told(page) == "The ID check has been saved."
    assert status(check_of(sent)) == "sound"


def check_of(sent):
    return sent.version.applicants.get(position=0).id_checks.get()


def test_whole_service_needs_no_mouse(at_desk, go):
    sent = household(MAIJA, language="sv")
    check(sent, MAIJA)
    page = at_desk(java_script_enabled=False)
    go(page, "desk_applicant", sent.reference, 0)

    for keys, expected in ((), "Confirm application"), (("Tab",), "The person confirms the application"):
        page.locator("[autofocus]:focus").wait_for()
        for key in keys:
            page.keyboard.press(key)
        assert page.locator(":focus").inner_text() == expected
        with page.expect_navigation():
            page.keyboard.press("Enter")

    assert state(sent) == "valid"
    assert page.locator(".customer[lang=sv] h2").inner_text() == "Din ansökan är giltig"


@pytest.mark.parametrize("language", LANGUAGES)
def test_person_reads_in_their_language_on_a_second_screen_and_confirms(at_desk, go, language):
    sent = household(MAIJA, OLLI, language=language)
    check(sent, MAIJA)
    page = at_desk()
    go(page, "desk_confirm", sent.reference, 0)

    with page.expect_popup() as opened:
        control(page, "Show to the customer or print (opens in a new tab)").click()
    screen = opened.value
    screen.wait_for_load_state()
    read = screen.locator("html").get_attribute("lang"), screen.locator("h2").first.inner_text()
    faults = broken_rules(screen)
    screen.set_viewport_size(PHONE)
    is_wide = wider_than_the_screen(screen)
    screen.emulate_media(media="print")
    printed = screen.pdf()
    press(page, "The person confirms the application")

    assert read == (language, WORDS[language].check)
    assert (faults, is_wide) == ([], False)
    assert printed.startswith(b"%PDF")
    assert told(page) == "The confirmation has been recorded."
    assert page.locator(f".customer[lang={language}]").get_by_text(sent.number).is_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_person_without_bank_codes_reads_what_it_does_and_withdraws(at_desk, go, language):
    sent = household(MAIJA, {**ETHAN, "language": language}, language=language)
    check(sent, ETHAN)
    page = at_desk()
    go(page, "desk_applicant", sent.reference, 1)
    press(page, "Withdraw application")
    read = page.locator(".customer").get_attribute("lang"), page.locator(".customer strong").inner_text()
    faults = broken_rules(page)
    page.set_viewport_size(PHONE)
    is_wide = wider_than_the_screen(page)

    press(page, "The person withdraws the application")

    assert read == (language, FINAL[language])
    assert (faults, is_wide) == ([], False)
    assert told(page).startswith("The withdrawal has been recorded.")
    assert state(sent) == "withdrawn"


def test_doubtful_check_has_effect_once_another_has_accepted_it(at_desk, go):
    sent = application(MAIJA)
    adviser, supervisor = at_desk(), at_desk("supervisor")
    go(adviser, "desk_check", sent.reference, 0)
    adviser.get_by_text("Something differs, is in doubt or needs a note").click()
    fill_check(adviser, ticked=("The name matches", "I am in doubt: somebody else will decide"))
    adviser.get_by_label("Note").fill("The picture is twenty years old")
    press(adviser, "Save and go on to confirm")
    doubted = told(adviser), control(adviser, "Confirm application").count()

    go(supervisor, "desk_second_looks")
    with supervisor.expect_navigation():
        supervisor.locator("main a[href*='/checks/']").first.click()
    if control(supervisor, "Do the second review").count():
        press(supervisor, "Do the second review")
    supervisor.get_by_label("Accept the check").check()
    supervisor.get_by_label("Reason").fill("I asked her about her former addresses")
    press(supervisor, "Save the decision")
    adviser.reload()
    press(adviser, "Confirm application")
    press(adviser, "The person confirms the application")

    assert doubted == ("The ID check has been saved. It takes effect only when somebody else has accepted it.", 0)
    assert told(supervisor) == "Your decision has been saved."
    assert state(sent) == "valid"


def test_supervisor_undoes_a_check_and_the_application_waits_again(at_desk, go, sign_in, new_context, link):
    sent = household(MAIJA, OLLI, language="en")
    made = check(sent, MAIJA)
    confirm_here(sent, MAIJA)
    issue(made)
    confirm(sent, OLLI)
    page = at_desk("supervisor")
    go(page, "desk_check_made", made.pk)

    press(page, "Undo the check")
    falls = page.locator("main ul").first.inner_text()
    page.get_by_label("Reason").fill("It was her sister's passport")
    press(page, "Undo the check")

    assert sent.number in falls
    assert "This person’s account will be closed" in falls
    assert "1 application is waiting for confirmation again" in told(page)
    assert (state(sent), status(made)) == ("awaiting", "undone")
    context = new_context()
    sign_in(context, MAIJA)
    again = context.new_page()
    again.goto(link(sent))
    press(again, WORDS["en"].confirm)
    assert heading(again) == "Your application is valid"


def test_couple_confirms_one_at_the_counter_and_the_other_online(at_desk, go, new_context, sign_in, link):
    sent = household(MAIJA, OLLI, language="en")
    page = at_desk()
    go(page, "desk")
    find(page, sent, OLLI)
    fill_check(page, OLLI)
    press(page, "Save and go on to confirm")
    press(page, "The person confirms the application")
    waiting = page.locator(".customer").inner_text()

    context = new_context()
    sign_in(context, MAIJA)
    online = context.new_page()
    online.goto(link(sent))
    press(online, WORDS["en"].confirm)
    page.reload()

    assert "We are waiting for Maija Liisa Meikäläinen to confirm the application." in waiting
    assert heading(online) == "Your application is valid"
    assert "Your application is valid" in page.locator(".customer").inner_text()
    assert sorted(Confirmation.objects.values_list("method", flat=True)) == ["bank", "counter"]


def test_application_that_changes_while_the_form_is_filled_in_keeps_what_was_typed(at_desk, go):
    sent = application(MAIJA)
    page = at_desk()
    go(page, "desk_check", sent.reference, 0)
    fill_check(page)
    put(sent, MAIJA, language="sv")

    press(page, "Save and go on to confirm")

    assert "The application has changed in the meantime" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Last day of validity").first.input_value() == "31\u00a0Jan\u00a02036"
    assert page.get_by_label("Personal identity code on the document").input_value() == ""


def test_code_that_differs_is_said_at_its_field_and_typed_again(at_desk, go):
    sent = application(MAIJA)
    page = at_desk()
    go(page, "desk_check", sent.reference, 0)
    fill_check(page, OLLI)

    press(page, "Save and go on to confirm")
    told_at_the_field = page.locator("#id_code_error").inner_text()
    faults = broken_rules(page)
    page.get_by_label("Personal identity code on the document").fill("9032")
    press(page, "Save and go on to confirm")

    assert told_at_the_field.startswith("This is not the code in the application.")
    assert faults == []
    assert told(page) == "The ID check has been saved."


@pytest.mark.parametrize(("language", "size"), [("fi", DESKTOP), ("sv", PHONE), ("en", DESKTOP)])
def test_pages_are_accessible_on_a_desktop_and_on_a_small_phone(at_desk, go, language, size):
    person(MAIJA)
    person(OLLI)
    fresh, checked, done = (household(MAIJA, OLLI, language=language) for _ in range(3))
    issued = household(VERA, VILLE, language=language)
    check(checked, MAIJA)
    made = check(issued, VERA)
    issue(made)
    doubted = doubtful(issued, VILLE)
    accepted = doubtful(household(OTSO, language=language), OTSO)
    id_checks.decide(accepted, accepted=True, reason="-", by=acting("supervisor"))
    check(done, OLLI)
    confirm_here(done, OLLI)
    page = at_desk("supervisor")
    faults = {}

    def look(name):
        page.set_viewport_size(size)
        if broken := broken_rules(page):
            faults[name] = broken
        page.set_viewport_size(PHONE)
        if wider_than_the_screen(page):
            faults[f"{name} is wide"] = True

    def send(name):
        page.set_viewport_size(DESKTOP)
        with page.expect_navigation():
            page.locator("main form .actions button").first.click()
        look(name)

    for name, *arguments in (
        ("desk_check", fresh.reference, 0),
        ("desk_check", fresh.reference, 1),
        ("desk_accepted",),
        ("desk_confirm", checked.reference, 0),
        ("desk_confirm", done.reference, 1),
        ("desk_withdraw", fresh.reference, 0),
        ("desk_withdraw", checked.reference, 0),
        ("desk_decline", fresh.reference, 1),
        ("desk_account", checked.reference, 0),
        ("desk_account", issued.reference, 0),
        ("desk_account_address", issued.reference, 0),
        ("desk_contact", fresh.reference, 1),
        ("desk_protection", fresh.reference, 0),
        ("desk_check_made", made.pk),
        ("desk_check_made", doubted.pk),
        ("desk_decide", doubted.pk),
        ("desk_undo", made.pk),
    ):
        go(page, name, *arguments, language=language)
        look(f"{name} {arguments}")
    go(page, "desk_check", fresh.reference, 0, language=language)
    send("check with errors")
    go(page, "desk_confirm", fresh.reference, 0, language=language)
    send("confirm without a check")
    go(page, "desk_account", checked.reference, 0, language=language)
    page.locator("[name=email]").fill("maija.meikalainen-l0i1@a-long-name-of-a-host.example.test")
    send("address read back")
    go(page, "desk_undo", made.pk, language=language)
    send("undo with errors")

    assert faults == {}
