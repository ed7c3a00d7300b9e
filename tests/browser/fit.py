"""What does not fit the screen: as a page stands, and with the text spaced as WCAG 1.4.12 lets people space it."""

from playwright.sync_api import Page

# The stylesheet is one of the reader's: our policy has no say in it.
MISFITS = """view => {
  const page = view.document;
  const spaced = new view.CSSStyleSheet();
  spaced.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }
  `);
  const wide = () => page.documentElement.scrollWidth > view.innerWidth;
  const elements = page.querySelectorAll("body *:not(input, select, textarea, svg, svg *)");
  const cut = () => Array.from(elements).filter(element => {
    const style = view.getComputedStyle(element);
    return /hidden|clip/.test(style.overflow) && style.clip === "auto"  // what only screen readers have is clipped
      && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1);
  });
  const found = wide() ? ["scrolls sideways"] : [];
  page.adoptedStyleSheets = [spaced];
  if (wide()) found.push("scrolls sideways when spaced");
  found.push(...cut().map(element => `cut when spaced: ${element.textContent.trim()}`));
  page.adoptedStyleSheets = [];
  return found;
}"""


def misfits(page: Page) -> list[str]:
    """Return what does not fit on the page as it stands."""
    return list(page.evaluate(f"({MISFITS})(window)"))
