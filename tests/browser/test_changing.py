"""An application is changed in a browser; the others see what was changed, and confirm it again (J6.2, R6)."""

import pytest
from django.utils import translation
from django.utils.translation import gettext

from applications.models import Application
from tests.applications.factories import application, confirm, state
from tests.browser.journey import LANGUAGES, PHONE, WORDS, changed_rows, faults, heading, press
from tests.browser.test_filling_in import Form
from tests.cast import MAIJA, OLLI, VERA

EN = WORDS["en"]


def valid():
    sent = application(MAIJA, OLLI)
    confirm(sent, MAIJA)
    confirm(sent, OLLI)
    return sent


def test_change_is_shown_to_the_others_who_confirm_it_again(new_context, live_server, sign_in, link):
    sent = valid()
    maija, olli = new_context().new_page(), new_context().new_page()
    sign_in(maija.context, MAIJA)
    sign_in(olli.context, OLLI)
    form = Form(olli, live_server, "en")
    olli.goto(f"{form.at}applications/{sent.number}/")

    press(olli, "Edit application")
    press(olli, "Start")
    olli.goto(f"{form.at}application/wishes/")
    form.answer("wishes", {"highest_rent": "1 250"})
    form.go_on()
    form.send()
    told = olli.get_by_role("status").all_inner_texts()
    maija.goto(link(sent))
    marked = changed_rows(maija)
    press(maija, EN.confirm)
    press(olli, EN.go)
    marked_for_olli = changed_rows(olli)
    press(olli, EN.confirm)

    assert "You have edited the application. Everyone must confirm it again." in " ".join(told)
    assert marked == marked_for_olli == ["Maximum rent per month 1,250.00 € Before: 1,100.00 €"]
    assert heading(olli) == "Your application is valid"
    assert state(sent) == "valid"


def test_two_who_change_at_the_same_time_lose_nothing_without_javascript(new_context, live_server, sign_in):
    sent, pages = valid(), []
    for who in (MAIJA, OLLI):
        page = new_context(java_script_enabled=False).new_page()
        sign_in(page.context, who)
        form = Form(page, live_server, "en")
        page.goto(f"{form.at}applications/{sent.number}/change/")
        press(page, "Start")
        page.goto(f"{form.at}application/wishes/")
        pages.append(form)
    first, second = pages

    first.answer("wishes", {"highest_rent": "900"})
    first.go_on()
    first.send()
    second.answer("wishes", {"lowest_floor": "3"})
    second.go_on()
    second.send()
    shown = heading(second.page), changed_rows(second.page)
    second.press("Add the changes to your draft and continue")
    second.send()

    assert shown == ("The application was changed", ["Maximum rent per month 900.00 € Before: 1,100.00 €"])
    assert Application.objects.get().version.number == 3
    assert '"highest_rent":"900' in Application.objects.get().version.content
    assert '"lowest_floor":3' in Application.objects.get().version.content


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_accessible_also_on_a_small_phone(new_context, live_server, sign_in, language):
    sent, waiting, faulty = valid(), application(MAIJA, VERA), {}
    page = new_context(viewport=PHONE).new_page()
    sign_in(page.context, MAIJA)
    at = f"{live_server.url}/{language}/"

    def word(text):
        with translation.override(language):
            return gettext(text)

    def look(name):
        if found := faults(page, language):
            faulty[name] = found

    for name in ("", "renew/", "withdraw/", "change/"):
        page.goto(f"{at}applications/{sent.number}/{name}")
        look(name or "status")
    page.goto(f"{at}applications/{waiting.number}/people/1/remove/")
    look("remove")
    page.goto(f"{at}applications/{sent.number}/change/")
    press(page, word("Start"))
    look("people")
    for name in ("wishes", "summary", "later"):
        page.goto(f"{at}application/{name}/")
        look(name)
    page.goto(f"{at}applications/{sent.number}/change/")
    look("change, begun")
    page.goto(f"{at}applications/{sent.number}/change/newer/")
    look("newer")

    assert faulty == {}
