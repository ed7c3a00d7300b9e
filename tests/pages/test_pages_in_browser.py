"""Every page on a small phone: nothing scrolls sideways, as it stands and with the text spaced as by WCAG 1.4.12."""

import pytest

from tests.browser.fit import MISFITS, misfits
from tests.browser.journey import PHONE
from tests.conftest import broken_rules

FONTS = ("Liberation Sans", "DejaVu Sans")
LANGUAGES = ("fi", "sv")  # whose words are the longest
# In a frame as wide as a small phone: that takes half the time of a tab.
LOOK_AT_ALL = f"""async addresses => {{
  const frame = document.createElement("iframe");
  frame.style = "width: {PHONE["width"]}px; height: {PHONE["height"]}px; border: 0";
  document.body.append(frame);
  const found = {{}};
  for (const [name, address] of Object.entries(addresses)) {{
    await new Promise(loaded => {{ frame.onload = loaded; frame.src = address }});
    const faults = ({MISFITS})(frame.contentWindow);
    if (faults.length) found[name] = faults;
  }}
  return found;
}}"""


@pytest.mark.parametrize("browser", FONTS, indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_fits_a_small_phone_and_is_accessible(request, pages, address_of, page, language):
    """Each address is asked for the rules of accessibility in one of the runs: they know no font, and few words."""
    runs = [(font, each) for font in FONTS for each in LANGUAGES]
    turn = runs.index((request.node.callspec.params["browser"], language))
    addresses = {one.name: address_of(one) for one in pages if one.language == language}

    page.goto(address_of(pages[0]))  # any of them: a frame may be looked into from the same host
    unfit = page.evaluate(LOOK_AT_ALL, addresses)
    page.set_viewport_size(PHONE)
    broken = {}
    for name in list(addresses)[turn :: len(runs)]:
        page.goto(addresses[name])
        broken[name] = broken_rules(page)

    assert len(addresses) > 200
    assert (unfit, {name: rules for name, rules in broken.items() if rules}) == ({}, {})


def test_page_that_does_not_fit_is_found(page):
    page.set_viewport_size(PHONE)
    texts = {
        "fits": "<p>Hei",
        "is wide": f"<p>{'x' * 100}",
        "is wide when spaced": f"<p style='font: 16px monospace'>{'x' * 30}",
        "is cut when spaced": "<p style='overflow: hidden; height: 20px; line-height: 20px; font-size: 16px'>Hei",
    }

    found = {}
    for name, text in texts.items():
        page.set_content(text)
        found[name] = misfits(page)

    assert found == {
        "fits": [],
        "is wide": ["scrolls sideways", "scrolls sideways when spaced"],
        "is wide when spaced": ["scrolls sideways when spaced"],
        "is cut when spaced": ["cut when spaced: Hei"],
    }
