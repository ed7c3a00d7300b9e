"""The look of every page that staff see: at two widths, in colours that the system chooses, and with its focus."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from tests.applications.factories import application
from tests.browser.journey import wider_than_the_screen
from tests.cast import MAIJA, OLLI
from tests.counter.desk.arranged import address, checked
from tests.counter.desk.test_desk_in_browser import logged_in
from tests.counter.test_staff_pages import addresses
from tests.staff import sign_in_staff, staff
from upstream import clients
from upstream.models import Event, WebhookDelivery, WebhookEndpoint

LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}

# What a reader presses and cannot see: no border, although it looks like a button; or no frame when it has the focus.
UNSEEN = """() => {
    const bare = Array.from(document.querySelectorAll(
        "#content .button, #content button:not(.as-link, [aria-hidden]), #content input[type=submit], .tag, .notice, "
        + ".error-summary"
    )).filter(each => each.checkVisibility() && parseFloat(getComputedStyle(each).borderTopWidth) < 1);
    const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea");
    const unframed = Array.from(all)
        .filter(each => {
            if (!each.checkVisibility() || each.disabled || each.tabIndex < 0) return false;
            each.focus({ focusVisible: true });
            const look = getComputedStyle(each);
            return each === document.activeElement && (look.outlineStyle === "none" || look.outlineWidth === "0px");
        });
    return [...bare, ...unframed].map(each => each.outerHTML);
}"""


@pytest.fixture
def pages(role):
    """The addresses of the pages that a member of staff of this role may read."""
    sent = application(MAIJA, OLLI)
    checked(sent, MAIJA)
    checked(sent, OLLI, is_doubtful=True)
    TOTP.activate(staff(role), generate_totp_secret())
    client = sign_in_staff(Client(), staff(role))
    answers = {place: client.get(place) for place in addresses(sent.reference) if not re.search(r"[\\(?^]", place)}
    return [
        place
        for place, answer in answers.items()
        if answer.status_code == 200 and not answer.streaming and '<header class="top"' in answer.text
    ]


@pytest.fixture
def delivery():
    """A delivery that was given up, at a long address."""
    change = application(MAIJA).changes.get()
    client, _token = clients.issue("Housing system")
    url = "https://housing.example.test/interface/confirmations/events"
    endpoint = WebhookEndpoint.objects.create(client=client, url=url, secret="x")
    event = Event.objects.create(
        pk=1, client=client, application=change.application, happening=change.happening, data={}
    )
    return WebhookDelivery.objects.create(
        endpoint=endpoint,
        event=event,
        application=change.application,
        tried_until=timezone.now(),
        given_up_at=timezone.now(),
        failure="redirect",
        status_code=302,
        attempts=12,
    )


def test_both_frames_of_staff_begin_alike(live_server, context):
    TOTP.activate(staff("adviser"), generate_totp_secret())
    page = logged_in(context, live_server, "adviser")
    page.set_viewport_size(LAPTOP)
    places = []
    for path in ("admin/password_change/", "staff/second-factor/", "admin/no-such-page/"):
        page.goto(f"{live_server.url}/fi/{path}")
        places.append(
            page.evaluate(
                """() => Array.from(document.querySelectorAll(".top, .wordmark, .staff, .staff strong, .scan button"))
                    .map(each => each.getBoundingClientRect()).map(box => [box.x, box.y, box.width, box.height])"""
            )
        )

    assert len(places[0]) == 5
    assert places[1:] == [places[0], places[0]]


@pytest.mark.parametrize("role", ["supervisor", "operator"])
def test_no_page_of_staff_scrolls_sideways_on_a_laptop_or_a_phone(live_server, context, pages, role):
    page, wide = logged_in(context, live_server, role), []

    for place in pages:
        for size in (LAPTOP, PHONE):
            page.set_viewport_size(size)
            page.goto(live_server.url + place)
            wide += [(place, size["width"])] if wider_than_the_screen(page) else []

    assert len(pages) > 8
    assert wide == []


@pytest.mark.parametrize("role", ["supervisor", "operator"])
def test_buttons_and_the_focus_are_seen_in_forced_colours(live_server, new_context, pages, role):
    page, unseen = logged_in(new_context(forced_colors="active"), live_server, role), {}

    for place in pages:
        page.goto(live_server.url + place)
        unseen[place] = page.evaluate(UNSEEN)

    assert {place: found for place, found in unseen.items() if found} == {}


def test_present_language_and_choice_are_seen_in_forced_colours(live_server, new_context):
    page = logged_in(new_context(forced_colors="active"), live_server, "supervisor")
    page.goto(live_server.url + address("desk_waiting"))

    chosen = page.locator("#content .button[aria-current]")
    other = page.locator("#content .button:not([aria-current])").first
    background = "each => getComputedStyle(each).backgroundColor"
    assert chosen.evaluate(background) != other.evaluate(background)
    expect(page.locator(".languages [aria-current]")).to_have_css("border-bottom-width", "3px")


def test_every_column_of_deliveries_is_read_on_a_laptop(live_server, context, delivery):
    page = logged_in(context, live_server, "operator")
    page.set_viewport_size(LAPTOP)

    page.goto(live_server.url + address("upstream_webhookdelivery_changelist", language="fi"))

    box = page.get_by_role("region", name="Tapahtumien toimitukset")
    assert box.evaluate("each => each.scrollWidth <= each.clientWidth")
    expect(page.locator(".field-failure").first).to_have_text(
        "Vastaanottaja ohjasi toiseen osoitteeseen, johon emme lähetä"
    )


def test_search_boxes_have_room_to_type_on_a_small_phone(live_server, context):
    page = logged_in(context, live_server, "adviser")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url + address("desk", language="en"))

    box, button = (page.locator(f".search {each}").bounding_box() for each in ("#id_text", "button"))
    page.goto(f"{live_server.url}/en/staff/second-factor/")
    next_one = page.locator("#scan").bounding_box()

    assert button["y"] - box["y"] - box["height"] >= 6  # the frame of the box in focus is not covered
    assert next_one["width"] >= 150
