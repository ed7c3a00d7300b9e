"""An email address with letters in its domain: browsers send it in letters of their own (Punycode)."""

from playwright.sync_api import expect


def test_address_is_asked_about_taken_and_shown_as_it_was_typed(page, live_server):
    page.goto(f"{live_server.url}/en/feedback/")
    page.get_by_role("radio").first.check()
    page.locator("[name=text]").fill("Good.")
    page.locator("[name=email]").fill("maija@gmailå.com")
    send = page.locator("main form button")

    with page.expect_request(lambda request: request.method == "POST") as sent:
        send.click()
    assert sent.value.post_data.endswith("email=maija%40xn--gmail-qra.com")
    expect(page.locator("main")).to_contain_text("Did you mean maija@gmail.com?")

    send.click()
    expect(page.locator("main")).to_contain_text("at the address maija@gmailå.com")
