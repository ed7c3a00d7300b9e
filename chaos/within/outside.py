"""What calls somebody else: signing in by a broker, and what the worker delivers. And what it does by the clock."""

import datetime as dt
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from django.contrib.sessions.models import Session
from django.db import close_old_connections, connections
from django.db.models.functions import Now
from django.test import override_settings
from django.utils import timezone
from joserfc.jwk import RSAKey

from applications import clock
from applications.models import Application, Invitation
from chaos.within.operations import Browser, Operation, of_client, operation
from core import worker
from core.transactions import DATABASE_AWAY
from identity import client, keys
from mailing.models import Letter
from mailing.worker import deliver_due_letters
from tests import cast
from tests.identity.broker import Broker
from tests.identity.conftest import Visitor
from tests.mailing import sink as mail_servers
from tests.upstream import receivers
from upstream import webhooks
from upstream.models import Event, WebhookDelivery, WebhookEndpoint

CALLBACK = "/identification/callback/"


@operation
def signing_in() -> Operation:
    """Maija comes back from her bank: reading the page again identifies nobody, so she goes there once more."""
    stack = ExitStack()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    stack.enter_context(override_settings(IDENTITY_KEYS_FILE=folder / "identity-keys.json"))
    keys.make()
    broker = Broker(RSAKey.generate_key(2048, auto_kid=True), keys.load().enc[0])
    stack.callback(broker.stop)
    stack.enter_context(override_settings(IDENTITY_PROVIDERS=[broker.settings()]))
    visitor = Visitor()
    visitor.accept_cookies()
    query = _query(visitor, broker)
    given = broker.codes[query["code"]]
    browser = Browser(visitor, kind=Visitor)

    def begin() -> None:
        browser.put_back()
        client.forget_keys()
        broker.codes[query["code"]] = given

    def again() -> Any:
        browser.get(CALLBACK, query)
        return browser.get(CALLBACK, _query(browser.client, broker))

    def is_done() -> bool:
        held = browser.client.cookies.get("session")
        kept = Session.objects.filter(pk=held.value).first() if held and held.value else None
        return kept is not None and "_auth_user_id" in kept.get_decoded()

    return Operation(
        "signing_in",
        act=lambda: browser.get(CALLBACK, query),
        again=again,
        is_done=is_done,
        begin=begin,
        is_refusal=lambda answer: any(f"/{name}/" in answer.get("Location", "") for name in ("unreachable", "error")),
        calls=True,
        end=stack.close,
    )


def _query(visitor: Any, broker: Broker) -> dict[str, str]:
    return broker.authorize(visitor.go_to_broker(), cast.MAIJA, keys.load().sig[0])


@dataclass(frozen=True)
class Worked:
    """How a round of the worker went, as an answer would say it once nothing fails any more."""

    is_done: Callable[[], bool]

    @property
    def status_code(self) -> int:
        return 200 if self.is_done() else 503

    def has_header(self, _name: str) -> bool:
        return True


def _of_worker(
    name: str,
    work: Callable[[], object],
    is_done: Callable[[], bool],
    *,
    begin: Callable[[], None] = lambda: None,
    due_again: Callable[[], object] = lambda: None,
    stack: ExitStack,
) -> Operation:
    """Return the operation that is one round of the worker. `due_again` lets the time pass until the next try."""
    stack.enter_context(mock.patch.object(worker, "PAUSE_SECONDS", 0.01))

    def act() -> Worked:
        close_old_connections()
        try:
            work()
        except DATABASE_AWAY:
            connections.close_all()
        finally:
            close_old_connections()
        return Worked(is_done)

    def again() -> Worked:
        due_again()
        return act()

    return Operation(
        name,
        act=act,
        again=again,
        is_done=is_done,
        begin=begin,
        done_answers={200},
        again_answers={200},
        is_retried=False,
        calls=True,
        end=stack.close,
    )


@operation
def delivering_letters() -> Operation:
    """The worker delivers two letters. At most one is there twice, with one Message-ID."""
    stack = ExitStack()
    sink = stack.enter_context(mail_servers.running())
    server = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": sink.port, "EMAIL_TIMEOUT": 10}
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    stack.enter_context(override_settings(EMAIL_BACKEND=smtp, **server))
    of_client(cast.MAIJA, cast.OLLI)
    owed = set(Letter.objects.values_list("message_id", flat=True))

    def is_done() -> bool:
        is_sent = not Letter.objects.filter(sent_at=None).exists()
        return is_sent and set(sink.ids) == owed and len(sink.ids) <= len(owed) + 1

    def due_again() -> None:
        Letter.objects.filter(sent_at=None).update(due_at=Now(), lease=None, leased_until=None)

    return _of_worker(
        "delivering_letters", deliver_due_letters, is_done, begin=sink.taken.clear, due_again=due_again, stack=stack
    )


@operation
def delivering_events() -> Operation:
    """The worker collects two events and delivers them. At most one is there twice, with one id."""
    stack = ExitStack()
    receiver = stack.enter_context(receivers.running())
    stack.enter_context(override_settings(WEBHOOK_ALLOW_PRIVATE=True, WEBHOOK_TIMEOUT=10.0))
    of_client(cast.MAIJA)
    one = of_client(cast.OLLI, reference="HS-2")
    WebhookEndpoint.objects.create(client=one.intake.client, url=receiver.url, secret="whsec_c2VjcmV0")

    def is_done() -> bool:
        collected = set(Event.objects.values_list("uid", flat=True))
        is_sent = WebhookDelivery.objects.filter(delivered_at__isnull=False).count() == len(collected) == 2
        return is_sent and set(receiver.ids) == collected and len(receiver.ids) <= len(collected) + 1

    def due_again() -> None:
        WebhookDelivery.objects.filter(delivered_at=None).update(due_at=Now(), lease=None, leased_until=None)
        WebhookEndpoint.objects.update(paused_until=None)

    return _of_worker(
        "delivering_events",
        webhooks.deliver_due_events,
        is_done,
        begin=receiver.taken.clear,
        due_again=due_again,
        stack=stack,
    )


@operation
def ticking() -> Operation:
    """The clock reminds the people of two applications, and warns them that these are about to lapse."""
    sent_at = timezone.now() - dt.timedelta(days=85)
    for number, who in enumerate((cast.OLLI, cast.VILLE)):
        of_client((cast.MAIJA, cast.VERA)[number], who, reference=f"HS-{number}", sent_at=sent_at.isoformat())
    Application.objects.update(ticked_at=sent_at, due_at=timezone.now())
    Invitation.objects.update(created_at=sent_at)

    def is_done() -> bool:
        written = Letter.objects.filter(message__in=["reminder", "about_to_lapse"]).count()
        return written == 8 and not Application.objects.filter(due_at__lte=timezone.now()).exists()

    return _of_worker("ticking", clock.tick, is_done, stack=ExitStack())
