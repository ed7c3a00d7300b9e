"""The way of an invited person in a real browser, and every new page on a small phone."""

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from applications import invitations, terms
from applications.invitation_links import invitation_code, invitation_token
from identity import proof as identity_proof
from tests import cast
from tests.applications.factories import actor, applicant, application, invitation, person, proof
from tests.browser.fit import misfits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def complaints(page):
    """What the browser complains of: scripts, styles or forms that the policy blocks."""
    found = []
    page.on("console", lambda message: found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def sent(live_server):
    return application(cast.MAIJA, cast.OLLI)


@pytest.fixture
def enter(live_server, page, client):
    """Return a function that signs somebody in in the browser."""

    def entered(who):
        terms.accept(terms.current(), by=actor(who))
        client.force_login(person(who).user, backend="identity.backend.BrokerBackend")
        session = client.session
        identity_proof.remember(session, proof())
        session.save()
        page.context.add_cookies(
            [{"name": name, "value": cookie.value, "url": live_server.url} for name, cookie in client.cookies.items()]
        )

    return entered


def link(live_server, sent, path="invitation/", language="en"):
    return f"{live_server.url}/{language}/{path}?token={invitation_token(invitation(sent, cast.OLLI))}"


def check(page, axe):
    axe(page)
    assert misfits(page) == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_pages_of_an_invitation_are_accessible_on_a_small_phone(live_server, page, axe, sent, language):
    page.set_viewport_size({"width": 320, "height": 640})

    for path in ("invitation/", "invitation/not-me/"):
        page.goto(link(live_server, sent, path, language))
        check(page, axe)
    for path in ("invitation/", "invitation/not-me/done/", f"invitation/?token={'0' * 40}"):
        page.goto(f"{live_server.url}/{language}/{path}")
        check(page, axe)
    page.goto(f"{live_server.url}/{language}/")
    page.fill("#id_code", "no such code")
    with page.expect_navigation():
        page.locator("main form button").click()
    check(page, axe)
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.context.cookies() == []


def test_own_pages_are_accessible_on_a_small_phone(live_server, page, axe, sent, enter, complaints):
    page.set_viewport_size({"width": 320, "height": 640})
    with translation.override("en"):
        pages = {
            who["last_name"]: [reverse(f"applications:{name}", args=[sent.reference, *more]) for name, more in names]
            for who, names in (
                (cast.MAIJA, [("status", []), ("correct_address", [1]), ("contact_details", [])]),
                (cast.OLLI, [("status", []), ("confirm", []), ("report_error", []), ("decline", [])]),
            )
        }
    for who in (cast.MAIJA, cast.OLLI):
        enter(who)
        for path in pages[who["last_name"]]:
            page.goto(live_server.url + path)
            for closed in page.locator("summary").all():
                closed.click()
            check(page, axe)
    page.goto(live_server.url + pages["Öhman"][2])
    with page.expect_navigation():
        page.locator("main form button").click()
    check(page, axe)
    assert complaints == []


@pytest.mark.parametrize("javascript", [True, False])
def test_typed_code_leads_to_the_invitation_and_on_to_the_identification(live_server, browser, sent, javascript):
    context = browser.new_context(java_script_enabled=javascript)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append((request.url, request.headers.get("referer", ""))))
    page.goto(f"{live_server.url}/en/")

    page.fill("#id_code", invitation_code(invitation(sent, cast.OLLI)).lower())
    page.click("text=Open the invitation")
    before = context.cookies()
    page.click("main button:has-text('Accept cookies')")

    page.wait_for_url(f"{live_server.url}/en/identify/?next=/en/applications/{sent.number}/confirm/")
    assert [referrer for _, referrer in asked if "token" in referrer] == []
    assert before == []
    assert [cookie["name"] for cookie in context.cookies()] == ["cookies"]
    assert invitation(sent, cast.OLLI).opened_at is not None
    context.close()


def test_not_me_is_asked_once_and_done(live_server, page, sent):
    page.goto(link(live_server, sent))

    page.get_by_role("link", name="The invitation is not for me").click()
    page.get_by_role("button", name="The invitation is not for me").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You have told us that the invitation is not for you")
    assert applicant(sent, cast.OLLI).declined_at is not None
    with pytest.raises(invitations.InviteeNotAwaited):
        invitations.resend(applicant(sent, cast.OLLI))
