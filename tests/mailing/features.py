"""What mail programs understand of HTML and CSS, and whether an email keeps to it.

After the tables of caniemail.com (data of 9 September 2025) for Outlook, Gmail, Apple Mail, Yahoo, Samsung Email and
Thunderbird. Its package for Node brings 31 MB, a code formatter among them, for what is a list of thirty names here.
"""

import re
from html.parser import HTMLParser

ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td"),
    "main",  # webmail drops it, and what it holds stays
    *("h1", "h2", "p", "br", "strong", "span", "a", "dl", "dt", "dd", "blockquote"),
}
ATTRIBUTES = {"lang", "charset", "name", "content", "role", "class", "href"}
# Property: the elements on which every program takes it; None stands for all.
PROPERTIES = {
    "font": None,
    "font-size": None,
    "font-weight": None,
    "line-height": None,
    "color": None,
    "text-align": None,
    "background-color": {"td"},
    "padding": {"td"},  # Outlook for Windows pads nothing else
    "border-top": {"td"},  # there it is unreliable on p and div
    "border-collapse": {"table"},
    "width": {"table"},
    "max-width": {"table"},
    "margin": {"body", "h1", "h2", "p", "dd"},
    "white-space": {"span"},
    "word-break": {"td"},  # where it is not known, a long address is wider than the screen, and nothing is lost
}
UNITS = {"px", "%"}  # Outlook and Yahoo know no rem


class _Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.classes = [], {}

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        for name in dict(attributes).get("class", "").split():
            self.classes.setdefault(name, set()).add(tag)


def not_understood(html):
    """Return what an email holds that some mail program does not understand."""
    elements = _Elements()
    elements.feed(html)
    [style] = re.findall(r"(?s)<style>(.*?)</style>", html)
    tags = [tag for tag, _ in elements.found if tag not in ELEMENTS]
    attributes = [name for _, given in elements.found for name in given if name not in ATTRIBUTES]
    layout = [given for tag, given in elements.found if tag == "table" and given.get("role") != "presentation"]
    return [*tags, *attributes, *layout, *_of_style(style, elements.classes)]


def _of_style(style, classes):
    yield from re.findall(r"@[\w-]+|!important|var\(|url\(|[>+~*\[:](?=[^{}]*\{)", style)
    for selectors, declarations in re.findall(r"([^{}]+)\{([^{}]*)\}", style):
        last = [selector.split()[-1] for selector in selectors.split(",")]
        on = set().union(*(classes.get(name[1:], set()) if name.startswith(".") else {name} for name in last))
        for declaration in filter(None, map(str.strip, declarations.split(";"))):
            name, value = map(str.strip, declaration.split(":"))
            allowed = PROPERTIES.get(name, set())
            if allowed is not None and not on <= allowed:
                yield f"{name} on {', '.join(sorted(on)) or selectors.strip()}"
            if set(re.findall(r"(?<![#\w])\d+([a-z%]+)", value)) - UNITS:
                yield declaration
