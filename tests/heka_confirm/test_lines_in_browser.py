"""Words in headings and on buttons: what does not fit a small phone is hyphenated between its parts, and not torn.

The browser of the tests hyphenates neither Finnish nor Swedish, and Chrome no Finnish anywhere.
"""

import pytest

PAGES = [
    "",
    "how-to/",
    "email/",
    "privacy/",
    "accessibility/",
    "counter/",
    "feedback/",
    "terms/",
    "identify/",
    "log-in/",
]
PAGES += ["receipt/", "identify/unreachable/", "identify/cancelled/", "no-such-page/"]
TORN = """() => {
    const torn = [], range = document.createRange();
    const top = (node, at) => {
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        return [...range.getClientRects()].pop().top;
    };
    for (const element of document.querySelectorAll("h1, h2, h3, legend, .button")) {
        const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        for (let node; (node = texts.nextNode());) {
            const shown = !node.parentElement.closest(".visually-hidden");
            for (const word of shown ? node.textContent.matchAll(/[^\\s\\u00ad–-]+/g) : []) {
                const end = word.index + word[0].length - 1;
                if (top(node, end) - top(node, word.index) > 8) torn.push(word[0]);
            }
        }
    }
    return torn;
}"""


@pytest.mark.parametrize("language", ["fi", "sv"])
@pytest.mark.usefixtures("transactional_db")
def test_no_word_of_a_heading_or_button_is_torn_on_a_small_phone(live_server, page, language):
    page.set_viewport_size({"width": 320, "height": 640})

    torn = {}
    for path in PAGES:
        page.goto(f"{live_server.url}/{language}/{path}")
        if words := page.evaluate(TORN):
            torn[path] = words

    assert torn == {}
