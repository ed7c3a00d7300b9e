"""What people and staff do, as whole requests in this process, again and again (calls.py, outside.py: all others).

Each is arranged once and committed. `act` is what a fault may hit; `again` is what the same person then does in the
same browser, with nothing failing: the same form once more.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from django.db import close_old_connections
from django.test import Client
from django.urls import reverse
from django.utils import translation

from applications import document, terms
from applications.models import Application, Confirmation, Draft, IdCheck
from counter.models import DocumentType, Undoing
from identity.models import Account, AccountLink
from mailing.models import Letter
from tests import cast
from tests.applications.factories import confirm, sign_in
from tests.applications.form.forms import Somebody, inputs
from tests.counter.checks import check, confirm_here, end_of_code, issue, slot
from tests.identity import accounts as known
from tests.staff import sign_in_staff, staff
from upstream import clients, intake
from upstream.models import ApiClient

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LONG_AGO = 60  # seconds, after which a session notes once more that its person was seen


class Browser:
    """One browser, whose requests go through all that a web worker does. It can be put back as it was."""

    def __init__(self, client: Client | None = None, *, kind: type[Client] = Client) -> None:
        self.client = kind(enforce_csrf_checks=True, raise_request_exception=False)
        self.kept = client.cookies if client else SimpleCookie()
        self.token = ""
        self.put_back()

    def put_back(self) -> None:
        """Hold the cookies again that it had in the beginning."""
        self.client.cookies = SimpleCookie({name: morsel.value for name, morsel in self.kept.items()})

    def read(self, address: str) -> Any:
        """Open the page that has the form, as people do before they press its button."""
        page = self._send(self.client.get, address)
        assert page.status_code == 200, (address, page.status_code, page.headers.get("Location"))
        if found := TOKEN.search(page.content.decode()):
            self.token = found.group(1)
        self.kept = self.client.cookies
        return page

    def post(self, address: str, data: dict[str, Any]) -> Any:
        """Press the button."""
        return self._send(self.client.post, address, {**data, "csrfmiddlewaretoken": self.token})

    def get(self, address: str, data: dict[str, Any] | None = None) -> Any:
        return self._send(self.client.get, address, data)

    def follow(self, answer: Any) -> Any:
        """Go on to where an answer leads."""
        for _ in range(5):
            if answer.status_code not in {301, 302}:
                break
            answer = self.get(answer["Location"])
        return answer

    def call(self, method: str, address: str, body: Any, headers: dict[str, str]) -> Any:
        """Call the REST interface."""
        content = json.dumps(body) if body is not None else b""
        return self._send(
            getattr(self.client, method), address, content, content_type="application/json", headers=headers
        )

    def _send(self, send: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        close_old_connections()  # as at the beginning and end of every request of a web worker
        try:
            return send(*arguments, **more)
        finally:
            close_old_connections()

    def grow_old(self) -> None:
        """Let the session be one whose person was last seen a minute ago, so that it is saved once more."""
        session = self.client.session
        session["seen"] = session.get("seen", 0) - LONG_AGO
        session.save()


@dataclass(frozen=True)
class Operation:
    """One operation: how it is done, done again, and what shows that it is done.

    `done_answers` are the statuses by which it says so, `again_answers` those to somebody who has done it already.
    `is_refusal` knows the answer by which it says that nothing was done because of somebody else's fault.
    """

    name: str
    act: Callable[[], Any]
    is_done: Callable[[], bool]
    again: Callable[[], Any]
    begin: Callable[[], None] = lambda: None  # before each try
    done_answers: set[int] = field(default_factory=lambda: {302})
    again_answers: set[int] = field(default_factory=lambda: {302})
    follow: Callable[[Any], Any] = lambda answer: answer
    is_refusal: Callable[[Any], bool] = lambda answer: False
    is_retried: bool = True  # at once, after a deadlock; a worker's next round is soon
    calls: bool = False  # whether it calls anybody
    end: Callable[[], None] = lambda: None  # when it is done no more


Arrange = Callable[[], Operation]
OPERATIONS: dict[str, Arrange] = {}


def operation(arrange: Arrange) -> Arrange:
    """Enter an arrangement in the list, under its name."""
    OPERATIONS[arrange.__name__] = arrange
    return arrange


def address(name: str, *arguments: Any) -> str:
    with translation.override("en"):
        return reverse(name, args=arguments)


def of_client(*people: dict[str, str], reference: str = "HS-1", **more: Any) -> Application:
    """Send an application as the housing system does."""
    client = ApiClient.objects.first() or clients.issue("Housing system")[0]
    return intake.receive(document_of(*people, reference=reference, **more), client=client)


def document_of(*people: dict[str, str], **more: Any) -> Any:
    return document.parse(cast.document(*people, **more))


def of_form(
    name: str, browser: Browser, at: str, data: dict[str, Any], is_done: Callable[[], bool], **more: Any
) -> Operation:
    """Return the operation that is sending one form."""
    return Operation(
        name,
        act=lambda: browser.post(at, data),
        again=lambda: browser.post(at, data),
        is_done=is_done,
        begin=browser.put_back,
        follow=browser.follow,
        **more,
    )


@operation
def confirming() -> Operation:
    """Olli confirms by his bank, as the last one: it becomes valid, and another one of his is replaced."""
    sent, other = of_client(cast.MAIJA, cast.OLLI), of_client(cast.VERA, cast.OLLI, reference="HS-2")
    confirm(sent, cast.MAIJA)
    browser = Browser(sign_in(Client(), cast.OLLI))
    at = address("applications:confirm", sent.reference)
    browser.read(at)
    browser.grow_old()
    digest = Application.objects.get(pk=sent.pk).version.digest

    def is_done() -> bool:
        states = [Application.objects.get(pk=each.pk).state for each in (sent, other)]
        given = Confirmation.objects.filter(applicant=slot(sent, cast.OLLI)).count()
        return (states, given) == (["valid", "replaced"], 1)

    return of_form("confirming", browser, at, {"version": digest}, is_done)


@operation
def changing() -> Operation:
    """Olli sends a change by the form; Maija had confirmed."""
    sent = of_client(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.MAIJA)
    somebody = Somebody(sign_in(Client(), cast.OLLI), "en")
    somebody.client.post(address("applications:change", sent.reference))
    somebody.fill("wishes", "wishes", {"highest_rent": "1250"})
    return _of_draft("changing", somebody, lambda: sent.versions.count() == 2)


@operation
def applying() -> Operation:
    """Somebody sends a new application by the form, and nobody knows who."""
    somebody = Somebody(Client(), "en").begin().fill_everything()
    return _of_draft("applying", somebody, lambda: Application.objects.count() == 1)


def _of_draft(name: str, somebody: Somebody, is_sent: Callable[[], bool]) -> Operation:
    browser = Browser(somebody.client)
    page = browser.read(somebody.at("form_summary"))
    browser.grow_old()
    key = Draft.objects.get().pk
    data = {**inputs(page), "assurance": "on"}
    return of_form(
        name,
        browser,
        somebody.at("form_send"),
        data,
        lambda: is_sent() and Draft.objects.get(pk=key).sent_id is not None,
    )


@operation
def checking() -> Operation:
    """An adviser records the ID check of Olli."""
    sent = of_client(cast.MAIJA, cast.OLLI)
    at, browser = address("admin:desk_check", sent.reference, 1), _desk("adviser")
    browser.read(at)
    browser.grow_old()
    own = slot(sent, cast.OLLI)
    data = {
        "version": own.version.digest,
        "document_type": DocumentType.objects.get(code="passport").pk,
        "country": "FI",
        "document_valid_until": "31.1.2036",
        "code": end_of_code(own),
        "picture_matches": "on",
        "name_matches": "on",
    }
    return of_form("checking", browser, at, data, lambda: IdCheck.objects.filter(applicant=own).count() == 1)


@operation
def confirming_here() -> Operation:
    """An adviser records that Olli confirms at the counter."""
    sent = of_client(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)
    own = slot(sent, cast.OLLI)
    at, browser = address("admin:desk_confirm", sent.reference, 1), _desk("adviser")
    browser.read(at)
    browser.grow_old()
    data = {"version": own.version.digest, "terms": terms.current().pk}
    return of_form(
        "confirming_here", browser, at, data, lambda: Confirmation.objects.filter(applicant=own).count() == 1
    )


@operation
def issuing() -> Operation:
    """An adviser issues an account to Olli after his check."""
    sent = of_client(cast.MAIJA, cast.OLLI)
    check(sent, cast.OLLI)
    at, browser = address("admin:desk_account", sent.reference, 1), _desk("adviser")
    browser.read(address("admin:desk_applicant", sent.reference, 1))
    browser.grow_old()

    def is_done() -> bool:
        return (Account.objects.count(), Letter.objects.filter(message="account_link").count()) == (1, 1)

    data = {"email": "olli.own@example.test", "read_back": "yes"}
    return of_form("issuing", browser, at, data, is_done, again_answers={200, 302})


@operation
def setting_password() -> Operation:
    """Olli sets the password of his account by the link of the letter."""
    sent = of_client(cast.MAIJA, cast.OLLI)
    account = issue(check(sent, cast.OLLI), email="olli.own@example.test")
    browser = Browser()
    at = f"{address('identity:set_password')}?token={known.token_of(account)}"
    browser.read(at)

    def is_done() -> bool:
        is_used = AccountLink.objects.filter(used_at__isnull=False).count() == 1
        return is_used and Account.objects.get().user.has_usable_password()

    data = {"password": known.PASSWORD, "code_end": cast.OLLI["hetu"][-4:]}
    # 410: "You have already created a password with this link. Log in with that password."
    return of_form("setting_password", browser, at, data, is_done, again_answers={302, 410})


@operation
def undoing() -> Operation:
    """A supervisor undoes the check on which Olli's confirmation and account rest: it waits again."""
    sent = of_client(cast.MAIJA, cast.OLLI)
    made = check(sent, cast.OLLI)
    issue(made, email="olli.own@example.test")
    confirm_here(sent, cast.OLLI)
    confirm(sent, cast.MAIJA)
    at, browser = address("admin:desk_undo", made.pk), _desk("supervisor")
    browser.read(at)
    browser.grow_old()

    def is_done() -> bool:
        state = Application.objects.get(pk=sent.pk).state
        return (state, Undoing.objects.count(), Account.objects.get().closed_at is None) == ("awaiting", 1, False)

    return of_form("undoing", browser, at, {"reason": "It was somebody else's passport"}, is_done)


def _desk(role: str) -> Browser:
    return Browser(sign_in_staff(Client(), staff(role)))


@operation
def withdrawing_oneself() -> Operation:
    """Maija withdraws the application that waits for Olli."""
    sent = of_client(cast.MAIJA, cast.OLLI)
    browser = Browser(sign_in(Client(), cast.MAIJA))
    at = address("applications:withdraw", sent.reference)
    browser.read(at)
    browser.grow_old()
    return of_form(
        "withdrawing_oneself", browser, at, {}, lambda: Application.objects.get(pk=sent.pk).state == "withdrawn"
    )
