"""C8: after each customer nothing of them is left in the browser of a shared computer."""

from tests.applications.factories import application
from tests.browser.journey import control, heading, press
from tests.cast import MAIJA


def test_next_customer_finds_nothing_of_the_one_before(new_context, sign_in, link):
    sent = application(MAIJA)
    context = new_context()
    sign_in(context, MAIJA)
    page = context.new_page()
    page.goto(link(sent))
    page.evaluate("localStorage.setItem('left', 'behind')")

    control(page, "Finish on a shared computer").first.click()
    press(page, "Log out and clear everything")

    assert heading(page) == "Your details have been removed from this computer"
    assert context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    for _ in range(3):
        page.go_back()
        assert "Meikäläinen" not in page.content()
    page.goto(link(sent))
    assert heading(page) == "Cookies"


def test_browser_fills_no_form_with_what_the_one_before_typed(new_context, live_server):
    page = new_context().new_page()
    page.goto(f"{live_server.url}/en/invitation/")
    page.fill("[name=code]", "ABCD-2345")

    page.goto(f"{live_server.url}/en/leave/")
    press(page, "Log out and clear everything")
    page.goto(f"{live_server.url}/en/invitation/")

    assert page.input_value("[name=code]") == ""
    assert page.get_attribute("[name=code]", "autocomplete") == "off"
