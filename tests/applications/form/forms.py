"""Somebody who fills in the form, in a browser without JavaScript: posts what a page holds."""

from html.parser import HTMLParser
from typing import Any

from django.urls import reverse

from applications import drafts
from applications.models import Draft
from identity import cookies
from tests import cast

MAIN = {
    "first_names": "Maija Liisa",
    "last_name": "Meikäläinen",
    "hetu": cast.MAIJA["hetu"],
    "address": "poste restante",
    "municipality": "Helsinki",
    "email": "maija@example.test",
    "phone": "040 123 4567",
    "language": "fi",
}
OLLI = {"first_names": "Olli", "last_name": "Öhman", "hetu": cast.OLLI["hetu"], "language": "sv"}
HOME = {
    "dwelling": "flat",
    "address": "Esimerkkikatu 1 A 2, 00100 Helsinki",
    "rooms": "1",
    "area": "28,5",
    "residents": "2",
    "condition": "fair",
    "tenure": "rented",
    "rent": "890",
    "reasons": ["too_small", "too_expensive"],
}
INCOME = {"monthly_gross": "2 450,50 €", "assets": "1.200"}
WISHES = {
    "purpose": "new",
    "flat_types": ["2", "3"],
    "highest_rent": "1 100,-",
    "area_min": "40",
    "districts": ["Kallio"],
    "other_areas": "Suomenlinna",
    "features": ["lift"],
}


def address(name: str, language: str = "fi") -> str:
    return reverse(f"applications:{name}").replace("/fi/", f"/{language}/", 1)


class _Inputs(HTMLParser):
    """The names and values that a browser would send with the form that has the hidden input `saved`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._disabled = 0
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "fieldset":
            self._disabled += bool(self._disabled or "disabled" in given)
        if self._disabled:
            return
        name = given.get("name") or ""
        if tag == "input" and name and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.found.setdefault(name, []).append(given.get("value") or ("on" if "checked" in given else ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.found.setdefault(self._select, []).append(given.get("value") or "")
        elif tag == "textarea":
            self._area = name
            self.found.setdefault(name, [""])

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] = [self.found[self._area][0] + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset" and self._disabled:
            self._disabled -= 1
        if tag == "textarea":
            self.found[self._area] = [self.found[self._area][0].removeprefix("\n").removeprefix("\r\n")]
            self._area = ""


def inputs(page: Any) -> dict[str, list[str]]:
    """Return what the page's form would send if nobody touched it."""
    parser = _Inputs()
    parser.feed(page.content.decode())
    return {name: values for name, values in parser.found.items() if name != "csrfmiddlewaretoken"}


class Somebody:
    """Fills in the form in one browser; `page` is the last answer."""

    def __init__(self, client: Any, language: str = "fi") -> None:
        self.client, self.language = client, language
        client.cookies[cookies.acceptance_name()] = cookies.VERSION

    def at(self, name: str) -> str:
        return address(name, self.language)

    def begin(self) -> "Somebody":
        self.page = self.client.post(self.at("fill_in"))
        return self

    def go(self, name: str) -> Any:
        self.page = self.client.get(self.at(f"form_{name}"))
        return self.page

    def typed(self, prefix: str, answers: dict[str, Any]) -> dict[str, Any]:
        return {f"{prefix}-{name}": value for name, value in answers.items()}

    def fill(self, name: str, prefix: str, answers: dict[str, Any], *, to: str = "", **more: Any) -> Any:
        """Open a step, type some answers over what stands there, and press a button."""
        sent = inputs(self.go(name)) | self.typed(prefix, answers) | more
        self.page = self.client.post(self.at(to or f"form_{name}"), sent)
        return self.page

    def fill_everything(self) -> "Somebody":
        self.fill("people", "p1", MAIN)
        self.fill("home", "home", {"dwelling": HOME["dwelling"], "reasons": HOME["reasons"]})
        self.fill("home", "home", HOME)
        for person in self.data["people"]:
            if person["kind"] in {"main", "co"}:
                self.fill("money", person["id"], INCOME)
        self.fill("wishes", "wishes", WISHES)
        return self

    def send(self) -> Any:
        sent = inputs(self.go("summary"))
        self.page = self.client.post(self.at("form_send"), {**sent, "assurance": "on"})
        return self.page

    @property
    def draft(self) -> Draft:
        return Draft.objects.get(pk=self.client.session["draft"])

    @property
    def data(self) -> dict[str, Any]:
        return drafts.form_data_of(self.draft)
