"""What stands in for Arial where it is missing: named, and no wider than Arial."""

import pytest

from tests.fonts import in_each_font

LINE = "Vuokra-asunnon haun neuvonta, Rådgivningen om ansökan om hyresbostad, 9.00–16.00"
WIDTHS = {"normal": 791, "bold": 839}  # of Liberation Sans, which is as wide as Arial; pixels at 20


@in_each_font
@pytest.mark.parametrize("weight", WIDTHS)
def test_text_is_as_wide_as_in_arial(page, live_server, request, weight):
    page.goto(f"{live_server.url}/fi/")
    page.locator("h1").evaluate(
        f"e => {{ e.innerHTML = '<span id=line></span>'; e.firstChild.textContent = '{LINE}';"
        f" e.firstChild.style = 'font-size: 20px; white-space: nowrap; font-weight: {weight}'; return e.offsetWidth }}"
    )
    browser = page.context.new_cdp_session(page)
    root = browser.send("DOM.getDocument")["root"]["nodeId"]
    browser.send("CSS.enable")
    node = browser.send("DOM.querySelector", {"nodeId": root, "selector": "#line"})
    fonts = browser.send("CSS.getPlatformFontsForNode", {"nodeId": node["nodeId"]})["fonts"]

    assert [font["familyName"] for font in fonts] == [request.node.callspec.params["browser"]]
    assert page.locator("#line").bounding_box()["width"] == pytest.approx(WIDTHS[weight], rel=0.025)
