"""The banner of an installation for trying things out: readable by everybody, and thin."""

import pytest

from tests.staff import sign_in_staff, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("path", ["/fi/", "/sv/nothing-here/", "/en/admin/"])
def test_banner_breaks_no_rule_and_leaves_the_room_to_the_page(page, axe, live_server, settings, client, path):
    settings.STAGING = True
    if "admin" in path:
        sign_in_staff(client, staff("supervisor"))
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(live_server.url + path)

    assert page.get_by_role("complementary").first.is_visible()
    assert page.locator(".staging").bounding_box()["height"] <= 40
    axe(page)
