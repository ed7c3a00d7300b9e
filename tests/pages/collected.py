"""Every page of the service as people get it, in each language, for whoever judges all of them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from identity.models import RateCount
from tests.counter.test_rights import ADDRESSES as OF_STAFF
from tests.counter.test_rights import LETS_IN
from tests.pages.world import PLACE, SIGNED_IN, STAFF, WITH_A_DRAFT, World
from tests.reading import same_browser, taken_back
from tests.test_consistency import ADDRESSES

LANGUAGES = [code for code, _ in settings.LANGUAGES]
# Whom these addresses say something to that no one else reads; the rest says the same to whoever is not signed in.
AT_THE_DOOR = re.compile(r"/fi/(identify|log-in|cookies|application/new|identification)/")
OF_A_DRAFT = re.compile(r"/fi/application/")
# Of what is not there Django says so itself.
NO_PAGE = "view_on_site"
REFUSED = ["/fi/no-such-page/", "/fi/cookies/?" + "too-much=&" * 201]
ALONE = ["errors/500.html", "errors/503.html"]  # written without a request


@dataclass(frozen=True)
class Asked:
    """What somebody asks for: a page, or the answer to its form."""

    reader: str
    route: str
    state: str = "waiting"
    sent: tuple[tuple[str, str], ...] | None = None  # pairs; None where nothing is sent


@dataclass(frozen=True)
class Page:
    """A page, and the name under which a failure tells of it."""

    asked: Asked
    language: str
    html: str

    @property
    def name(self) -> str:
        route = f"/{self.language}/{self.asked.route.removeprefix('/fi').partition('=')[0]}"
        route = PLACE.sub(lambda found: self.asked.state if found[1] == "reference" else found[1] or found[2], route)
        kind = {None: "page", (): "without answers"}.get(self.asked.sent, "answered")
        return re.sub(r"/+", "/", re.sub(r"[^\w/ -]", "", f"{self.asked.reader}{route}/{kind}")) + ".html"


def pages(world: World) -> Iterator[Page]:
    """Yield each page once, for the first reader to whom it says that; with errors too, where it holds a form."""
    asked = list(everything(world))
    for language in LANGUAGES:
        found = list(new_pages(world, asked, language))
        yield from found
        # What is the same to two readers is so in every language; what has no language in its address is one page.
        asked = [page.asked for page in found if page.asked.route.startswith("/fi/")]
    for template in ALONE:
        yield Page(Asked("anonymous", f"/fi/{template}/"), "fi", render_to_string(template))


def everything(world: World) -> Iterator[Asked]:
    """Yield what each reader may ask for. The answers to a form follow its page."""
    routes = [*ADDRESSES, *world.links, *REFUSED]
    readers = {route: readers_of(route) for route in routes}
    for name in sorted(LETS_IN.keys() - {NO_PAGE}):
        readers[f"/fi/admin/{OF_STAFF[name]}"] = [role for role in STAFF if role in LETS_IN[name]]
    answers = {"/fi/admin/desk/": {"text": "Öhman"}, "/fi/receipt/": world.certificate}
    for route, those in readers.items():
        for reader in those:
            for state in world.applications if "reference" in route else ["waiting"]:
                yield Asked(reader, route, state)
                yield Asked(reader, route, state, ())
            if route in answers:
                yield Asked(reader, route, sent=tuple(answers[route].items()))


def readers_of(route: str) -> Iterable[str]:
    if route.startswith("/fi/staff/"):
        return STAFF
    if OF_A_DRAFT.match(route):
        return ("anonymous", *WITH_A_DRAFT, "applicant")
    if "<reference>" in route:
        return SIGNED_IN
    return ("anonymous", "visitor", "applicant") if AT_THE_DOOR.match(route) else ("anonymous", "applicant")


def new_pages(world: World, asked: Iterable[Asked], language: str) -> Iterator[Page]:
    """Yield the answers that are pages and say what none before said."""
    said: set[str] = set()
    with_form: set[str] = set()
    for one in asked:
        address = re.sub(r"^/fi/", f"/{language}/", world.filled(one.route, one.state))
        if one.sent == () and (one.reader, address) not in with_form:
            continue
        html = html_of(answer_to(world.readers[one.reader], address, one.sent))
        if 'method="post"' in html:
            with_form.add((one.reader, address))
        if html and (content := content_of(html)) not in said:
            said.add(content)
            yield Page(one, language, html)


def answer_to(client: Client, address: str, sent: tuple[tuple[str, str], ...] | None) -> Any:
    """Return what an address answers; whatever that changes is taken back."""
    with taken_back():
        RateCount.objects.all().delete()  # nobody opens so many within a minute
        browser = same_browser(client)
        return browser.get(address) if sent is None else browser.post(address, dict(sent))


def html_of(answer: Any) -> str:
    """Return the page that an answer is, or nothing."""
    is_page = answer.get("Content-Type", "").startswith("text/html")
    return answer.content.decode() if is_page else ""


def content_of(html: str) -> str:
    """Return what a page says, without its header and what is another at every look."""
    main = re.search(r"<main.*</main>", html, re.DOTALL)
    return re.sub(r'value="[\w-]{30,}"', "", main[0] if main else html)
