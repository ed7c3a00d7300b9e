"""The steps of confirming an application, taken as a person takes them, and what they find on the way."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, Response

from tests.browser.fit import misfits
from tests.conftest import broken_rules
from tests.service_names import SERVICE_NAMES

BANK = "**/demo/broker/authorize?*"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 320, "height": 640}


@dataclass(frozen=True)
class Words:
    """The texts that the City's leaflets fix (docs/glossary.md)."""

    go: str
    accept_cookies: str
    do_not_accept: str
    to_identification: str
    read_terms: str
    accept: str
    check: str
    confirm: str
    log_out: str


WORDS = {
    "fi": Words(
        go="Siirry vahvistamaan hakemus",
        accept_cookies="Hyväksy evästeet",
        do_not_accept="En hyväksy",
        to_identification="Jatka tunnistautumiseen",
        read_terms="Lue käyttöehdot",
        accept="Hyväksy",
        check="Tarkista tiedot",
        confirm="Vahvista hakemus",
        log_out="Kirjaudu ulos",
    ),
    "sv": Words(
        go="Gå vidare för att bekräfta ansökan",
        accept_cookies="Godkänn kakorna",
        do_not_accept="Godkänn inte",
        to_identification="Fortsätt till identifieringen",
        read_terms="Läs användarvillkoren",
        accept="Godkänn",
        check="Kontrollera uppgifterna",
        confirm="Bekräfta ansökan",
        log_out="Logga ut",
    ),
    "en": Words(
        go="Go to confirm the application",
        accept_cookies="Accept cookies",
        do_not_accept="Do not accept",
        to_identification="Continue to identification",
        read_terms="Read the terms of use",
        accept="Accept",
        check="Check the details",
        confirm="Confirm application",
        log_out="Log out",
    ),
}
LANGUAGES = list(WORDS)


# --- What a person does ----------------------------------------------------------------------------------


def control(page: Page, name: str) -> Locator:
    """Return the link or button of exactly that name: the first, where it stands again at the page's end."""
    links, buttons = (page.get_by_role(role, name=name, exact=True) for role in ("link", "button"))
    return links.or_(buttons).first


def press(page: Page, name: str) -> None:
    """Press the link or button of that name, and wait for the page that follows."""
    with page.expect_navigation():
        control(page, name).click()


def check_details(page: Page, words: Words) -> None:
    """Open the first of the applications that wait. The name goes on with the number, for screen readers."""
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile(f"^{words.check} ")).first.click()


def go_to_bank(page: Page, words: Words) -> None:
    """Press the button of the identification page, and wait for the broker's."""
    control(page, words.to_identification).click()
    page.wait_for_url(BANK)


def identify_as(page: Page, who: dict[str, str], *, method: str = "bank") -> None:
    """Fill in the broker's form for anybody, and wait to be back."""
    page.locator("[name=hetu]").fill(who["hetu"])
    page.locator("[name=first_names]").fill(who["first_names"])
    page.locator("[name=last_name]").fill(who["last_name"])
    page.locator(f"[name=method][value={method}]").check()
    page.locator("form:has([name=hetu]) button").click()
    page.wait_for_url(is_ours)


def cancel_at_bank(page: Page) -> None:
    page.locator("button.cancel").click()
    page.wait_for_url(is_ours)


def is_ours(url: str) -> bool:
    """Tell whether an address is the service's own, and one to stay at."""
    return "/demo/" not in url and "/identification/" not in url


def sign_in_at_bank(page: Page, who: dict[str, str], *, language: str = "en", method: str = "bank") -> None:
    """Accept the cookies where that is asked, identify oneself, and accept the terms where that is asked."""
    words = WORDS[language]
    if control(page, words.accept_cookies).is_visible():
        press(page, words.accept_cookies)
    go_to_bank(page, words)
    identify_as(page, who, method=method)
    if page.url.partition("?")[0].endswith("/terms/accept/"):
        press(page, words.accept)


# --- What a person finds ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A page as people meet it: language, title without the site's name, heading, and current step."""

    language: str
    title: str
    heading: str
    step: str | None


def found(page: Page) -> Found:
    current = page.locator(".steps [aria-current=step]")
    language = page.locator("html").get_attribute("lang") or ""
    return Found(
        language=language,
        title=page.title().removesuffix(f" – {SERVICE_NAMES.get(language)}"),
        heading=heading(page),
        step=current.inner_text() if current.count() else None,
    )


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def notices(page: Page) -> list[str]:
    """Return what is told at once to who cannot see the page."""
    texts = page.locator("main").locator("[role=alert], [role=status]").all_inner_texts()
    return [" ".join(text.split()) for text in texts]


def changed_rows(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(".details .changed").all_inner_texts()]


def path(page: Page) -> str:
    """Return the path of the page, without host and query."""
    return re.sub(r"^https?://[^/]+|[?#].*$", "", page.url)


def wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def faults(page: Page, language: str) -> list[Any]:
    """Return what makes the page hard to use as it stands, on a desktop and on a small phone."""
    faults = broken_rules(page)
    if (lang := page.locator("html").get_attribute("lang")) != language:
        faults.append(f"html lang is {lang}")
    if not page.title().endswith(SERVICE_NAMES[language]):
        faults.append(f"title is {page.title()}")
    if (headings := page.locator("h1").count()) != 1:
        faults.append(f"{headings} main headings")
    page.set_viewport_size(PHONE)
    faults += misfits(page)
    page.set_viewport_size(DESKTOP)
    return faults


# --- What is watched meanwhile ---------------------------------------------------------------------------


class Way:
    """Notes every press of a link or button, by what it is called, and every page on which somebody stops.

    The browser tells of the presses, whoever makes them: by mouse, keyboard or script of the test.
    """

    CLICKS = """addEventListener("click", event => {
        const pressed = event.target.closest("a, button");
        if (pressed) window.noteClick(pressed.innerText.trim());
    }, true)"""
    GOES_ON_BY_ITSELF = "/identification/"

    def __init__(self, page: Page) -> None:
        self.clicks: list[str] = []
        self.pages: list[str] = []
        page.expose_binding("noteClick", lambda _source, name: self.clicks.append(name))
        page.add_init_script(self.CLICKS)
        page.on("domcontentloaded", self._note_page)

    def _note_page(self, page: Page) -> None:
        if not (there := path(page)).startswith(self.GOES_ON_BY_ITSELF):
            self.pages.append(re.sub(r"^/(fi|sv|en)/", "", there))


class Watch:
    """Notes every request that leaves for another host, and every complaint in the browser's console."""

    def __init__(self, here: str) -> None:
        self.here = here
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def over(self, context: BrowserContext) -> BrowserContext:
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("response", self._response)
        context.on("console", lambda message: self._console(message.type, message.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        return context

    @property
    def strangers(self) -> list[str]:
        return [url for url in self.requests if not url.startswith(f"{self.here}/")]

    def _response(self, response: Response) -> None:
        # A page may be an error page; what belongs to a page may not.
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.status} {response.url}")

    def _console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not text.startswith("Failed to load resource"):
            self.complaints.append(text)
