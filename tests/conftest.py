"""What all tests share: no network but this machine, a browser, and rules of accessibility."""

import gc
import hashlib
import html
import math
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import connection, connections, transaction
from django.test import TransactionTestCase
from django.utils import translation
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Browser, Page

from core import egress
from counter.notices import BOARD
from tests import fonts
from tests.pristine import Pristine

# Hardly anything is garbage until the tests are collected, and going through it took a third of that time.
gc.disable()

# Playwright keeps an event loop running in this thread, for which Django would open connections of their own,
# that know neither the transaction of the test nor what the migrations wrote.
connections._connections = threading.local()

# The live server writes head and body apart; the second would wait 40 ms for the browser's word on the first.
WSGIRequestHandler.disable_nagle_algorithm = True

# What makes something that takes long for many tests, or takes long itself. A process that has nothing left to do
# takes from the end of what waits for another: what begins is made once, and nobody is alone with it at the end.
BEGIN = {"running", "pages", "demo", "test_races.py"}
DATABASE_FIXTURES = {"db", "live_server", "transactional_db"}
# The shell is the same engine without the windows' own drawing, in half the time.
CHROMIUMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
CHROMIUM = next(filter(None, map(shutil.which, CHROMIUMS)), None)
# Playwright's own Node does not start without libatomic.
DRIVER_STARTS = subprocess.run([compute_driver_executable()[0], "--version"], capture_output=True).returncode == 0
CHROMIUM_ARGS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
]
# WCAG 2.1 AA is the law (306/2019); the best practices come on top.
AXE = Axe().axe_script
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def must_not_skip() -> bool:
    """Tell whether a missing system package fails the run instead of skipping tests."""
    return os.environ.get("CI") == "true"


def headings(response: Any) -> list[str]:
    """Return the texts of the h1 and h2 headings of an answer, without the warning that pages of staff hide."""
    shown = response.content.decode().partition('data-person="staff')[0]
    found = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", shown, re.DOTALL)
    return [html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))).strip() for text in found]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):  # what all of Playwright's fixtures rest on
            item.add_marker(pytest.mark.browser)
            if not (CHROMIUM and DRIVER_STARTS) and not must_not_skip():
                item.add_marker(pytest.mark.skip(reason="Chromium or libatomic is not installed"))
        font = fonts.asked_by(item)
        if font and not fonts.regular_face(font) and not must_not_skip():
            item.add_marker(pytest.mark.skip(reason=f"{font} is not installed"))
    if connection.vendor != "sqlite":  # what asks no database has been answered on SQLite already
        asking = [item for item in items if asks_the_database(item) and not item.get_closest_marker("same_on_both")]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(asking)])
        items[:] = asking
    items.sort(key=lambda item: BEGIN.isdisjoint(Path(item.location[0]).parts))


def pytest_collection_finish() -> None:
    """Let the collector of garbage begin, which leaves alone what is there by now: the tests, and all they import."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


def asks_the_database(item: pytest.Item) -> bool:
    fixtures = DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return bool(fixtures or item.get_closest_marker("django_db"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Keep what the migrations left, and let each test that commits put it back instead of emptying every table."""
    with django_db_blocker.unblock():
        pristine = Pristine(connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: pristine.put_back(connection))
        yield


@pytest.fixture(scope="module")
def written_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Keep what fixtures of a module write for all its tests, each of which then begins there, and take it back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the statement that rate limits make by chance out of what tests count."""
    monkeypatch.setattr("identity.limits.SWEEP", 0)


@pytest.fixture(autouse=True)
def _no_language_left_behind() -> Iterator[None]:
    """Keep the language that a request activated, also one of a fixture for many tests, from the next test."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_notices_left_behind() -> None:
    """Let each test begin as a process that has read that there are no notices, and not read again in half a minute.

    It may take longer than that on a busy machine, and count its statements.
    """
    BOARD.set([])
    BOARD._read_at = math.inf


@pytest.fixture(autouse=True)
def _served_from_here(request: pytest.FixtureRequest) -> None:
    """Let the service know the address under which the live server of this test serves it."""
    if "live_server" not in request.fixturenames:
        return
    settings, here = request.getfixturevalue("settings"), request.getfixturevalue("live_server").url
    there = settings.PUBLIC_URL
    settings.PUBLIC_URL = here
    settings.IDENTITY_PROVIDERS = [
        {key: _moved(value, there, here) for key, value in provider.items()}
        for provider in settings.IDENTITY_PROVIDERS
    ]


def _moved(value: Any, there: str, here: str) -> Any:
    return here + value.removeprefix(there) if isinstance(value, str) and value.startswith(there) else value


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    return live_server.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM or "chromium", "args": CHROMIUM_ARGS}


@pytest.fixture(scope="session")
def browsers(browser, launch_browser, tmp_path_factory) -> Iterator[Callable[[str], Browser]]:
    """Return a function that gives a browser on a machine with that font alone."""
    started: dict[str, Browser] = {}

    def browser_with(font: str) -> Browser:
        if font not in started:
            environment = fonts.only(font, tmp_path_factory.mktemp("fonts"))
            started[font] = launch_browser(env={**os.environ, **environment})
        return started[font]

    yield browser_with
    for each in started.values():
        each.close()


@pytest.fixture
def browser(request: pytest.FixtureRequest, browser: Browser) -> Browser:
    """The browser of this machine, or of one with a single font where the test asks for that."""
    font = getattr(request, "param", None)
    return request.getfixturevalue("browsers")(font) if font else browser


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "fi-FI", "timezone_id": "Europe/Helsinki"}


# What axe's rule of contrast goes by, and no word of the page: the rule takes as long as all others together, and a
# page has the same colours in every language.
COLOURS = """
() => {
  const names = ["color", "backgroundColor", "backgroundImage", "opacity", "fontSize", "fontWeight", "visibility",
    "display", "position", "textShadow"];
  const styles = new Map();
  const drawn = element => {
    const style = getComputedStyle(element);
    const values = [
      ...names.map(name => style[name]),
      element.matches(":disabled, [aria-disabled=true]"),
      Array.from(element.childNodes).some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()),
    ].join();
    if (!styles.has(values)) styles.set(values, styles.size);
    return `<${element.localName} ${styles.get(values)}${Array.from(element.children, drawn).join("")}>`;
  };
  const tree = drawn(document.documentElement);
  return [innerWidth, ...styles.keys(), tree].join("\\n");
}
"""
passed_colours: set[str] = set()


def broken_rules(page: Page) -> list[Any]:
    """Return the rules that axe finds broken on the page as it stands, each with the elements that break it.

    A page whose elements and colours are those of one that passed is not asked for its contrast again.
    """
    # A page that was just asked for has no element yet.
    page.wait_for_load_state()
    colours = hashlib.sha256(page.evaluate(COLOURS).encode()).hexdigest()
    options = {
        "runOnly": {"type": "tag", "values": AXE_TAGS},
        "rules": {"color-contrast": {"enabled": colours not in passed_colours}},
        "resultTypes": ["violations"],
        "selectors": False,
    }
    if not page.evaluate("'axe' in window"):
        # Later pages of this tab get it from the browser itself, in half the time.
        page.add_init_script(AXE)
        page.evaluate(AXE)
    # Only what is told leaves the page: axe's whole answer is larger than the page.
    found = page.evaluate(
        "options => axe.run(options).then(all => all.violations.map(v => [v.id, v.nodes.map(n => n.html)]))", options
    )
    if "color-contrast" not in (rule for rule, _ in found):
        passed_colours.add(colours)
    return [(rule, elements) for rule, elements in found]


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Return a function that asserts that axe finds no fault on the page as it stands."""

    def check(page: Page) -> None:
        assert broken_rules(page) == []

    return check


@pytest.fixture
def trust(monkeypatch):
    """Return a function that lets this process trust an authority, as the operator's own of SSL_CERT_FILE."""

    def trusting(authority):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
        egress.tls.cache_clear()

    yield trusting
    egress.tls.cache_clear()
