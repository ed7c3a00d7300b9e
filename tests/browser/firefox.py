"""Firefox as Debian has it, driven over WebDriver BiDi, which it speaks itself: Playwright drives its own build only.

The commands: https://www.w3.org/TR/webdriver-bidi/
"""

import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PROGRAM = next(filter(None, map(shutil.which, ["firefox-esr", "firefox"])), None)
WAIT = 60  # seconds, on a busy machine
EVENTS = ["browsingContext.load", "log.entryAdded", "network.responseCompleted"]


class Firefox:
    """One tab of one size. Notes the pages it came to, what the console complains of, and what was asked in vain."""

    def __init__(self, connection: ClientConnection, *, width: int, height: int) -> None:
        self._connection, self._numbers = connection, itertools.count(1)
        self._pages: list[str] = []
        self.complaints: list[str] = []
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=EVENTS)
        self._tab = self._ask("browsingContext.create", type="tab")["context"]
        self._ask("browsingContext.setViewport", context=self._tab, viewport={"width": width, "height": height})

    def open(self, url: str) -> None:
        self._ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def press(self, role: str, name: str, *, to: str) -> None:
        """Click on the first link or button of that name, and wait for a page whose address contains `to`."""
        self._pages.clear()
        self._click(self._find(type="accessibility", value={"role": role, "name": name}))
        while not any(to in page for page in self._pages):
            self._receive()

    def fill(self, css: str, text: str) -> None:
        """Click on a field, and type a text."""
        self._click(self._find(type="css", value=css))
        typed = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._act(type="key", id="keyboard", actions=typed)

    def evaluate(self, expression: str) -> Any:
        """Return the text, number or truth of a script's expression on the page."""
        target = {"context": self._tab}
        answer = self._ask("script.evaluate", expression=expression, target=target, awaitPromise=False)
        return answer["result"]["value"]

    def close(self) -> None:
        self._ask("browser.close")

    def _find(self, **locator: Any) -> dict[str, str]:
        node, *_others = self._ask("browsingContext.locateNodes", context=self._tab, locator=locator)["nodes"]
        return {"sharedId": node["sharedId"]}

    def _click(self, element: dict[str, str]) -> None:
        into_view = "element => element.scrollIntoView({block: 'center', behavior: 'instant'})"
        where = {"target": {"context": self._tab}, "arguments": [element], "awaitPromise": False}
        self._ask("script.callFunction", functionDeclaration=into_view, **where)
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._act(type="pointer", id="mouse", actions=[move, *press])

    def _act(self, **source: Any) -> None:
        self._ask("input.performActions", context=self._tab, actions=[source])

    def _ask(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := self._receive()).get("id") != number:
            pass
        assert answer["type"] == "success", (method, answer)
        return answer["result"]

    def _receive(self) -> dict[str, Any]:
        """Return what Firefox says next, and note what it tells unasked."""
        message = json.loads(self._connection.recv(timeout=WAIT))
        told = message.get("params", {})
        match message.get("method"):
            case "browsingContext.load":
                self._pages.append(told["url"])
            case "log.entryAdded" if told["level"] in {"error", "warn"}:
                self.complaints.append(told["text"])
            case "network.responseCompleted" if told["response"]["status"] >= 400:
                self.complaints.append(f"{told['response']['status']} {told['request']['url']}")
        return message


@contextmanager
def started(profile: Path, *, width: int, height: int) -> Iterator[Firefox]:
    """Start Firefox with an empty profile and without a window, and end it."""
    arguments = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", str(profile)]
    with subprocess.Popen([PROGRAM or "firefox-esr", *arguments], stderr=subprocess.DEVNULL) as process:
        try:
            with connect(f"{address(profile)}/session") as connection:
                firefox = Firefox(connection, width=width, height=height)
                yield firefox
                firefox.close()
        finally:
            process.terminate()


def address(profile: Path) -> str:
    """Return where Firefox listens, once it has written that into its profile."""
    file, until = profile / "WebDriverBiDiServer.json", time.monotonic() + WAIT
    while time.monotonic() < until:
        if file.exists() and (text := file.read_text()):
            server = json.loads(text)
            return f"ws://{server['ws_host']}:{server['ws_port']}"
        time.sleep(0.1)
    raise AssertionError("Firefox has not started")
