"""What the housing system does: each is one request of the API (operations.py)."""

from collections.abc import Callable
from typing import Any

from applications.models import Application
from chaos.within.operations import Browser, Operation, of_client, operation
from tests import cast
from tests.applications.factories import confirm
from upstream import clients
from upstream.models import Intake

API = "/api/v1/applications"


@operation
def taking_in() -> Operation:
    """The housing system sends an application with an idempotency key."""
    return _taking_in("taking_in", {"Idempotency-Key": "one"}, again={201})


@operation
def taking_in_without_key() -> Operation:
    """The housing system sends an application without a key: 409 tells it that it is there."""
    return _taking_in("taking_in_without_key", {}, again={201, 409})


def _taking_in(name: str, headers: dict[str, str], *, again: set[int]) -> Operation:
    client, token = clients.issue("Housing system")
    body = cast.document(cast.MAIJA, cast.OLLI)
    return _of_api(
        name,
        "post",
        API,
        body,
        {"Authorization": f"Bearer {token}", **headers},
        lambda: Intake.objects.filter(client=client).count() == 1,
        done_answers={201},
        again_answers=again,
    )


@operation
def putting() -> Operation:
    """The housing system changes content and contact details of an application, without a key."""
    return _putting("putting", {})


@operation
def putting_with_key() -> Operation:
    """The housing system changes an application, with an idempotency key."""
    return _putting("putting_with_key", {"Idempotency-Key": "one"})


def _putting(name: str, headers: dict[str, str]) -> Operation:
    token = clients.replace_token(clients.issue("Housing system")[0])
    sent = of_client(cast.MAIJA, cast.OLLI, reference="HS-2026-0001")
    confirm(sent, cast.MAIJA)
    body = cast.document(cast.MAIJA, cast.OLLI)
    body["content"]["wishes"]["highest_rent"] = "1250"
    body["co_applicants"][0]["email"] = "olli.new@example.test"
    body["main_applicant"]["phone"] = "040 765 4321"
    known_as = {"Authorization": f"Bearer {token}", "If-Match": f'"{sent.version.digest}"', **headers}
    return _of_api(
        name,
        "put",
        f"{API}/{sent.number}",
        body,
        known_as,
        lambda: sent.versions.count() == 2,
        done_answers={200},
        again_answers={200},
    )


@operation
def withdrawing() -> Operation:
    """The housing system withdraws an application."""
    token = clients.replace_token(clients.issue("Housing system")[0])
    sent = of_client(cast.MAIJA, cast.OLLI)
    return _of_api(
        "withdrawing",
        "post",
        f"{API}/{sent.number}/withdraw",
        None,
        {"Authorization": f"Bearer {token}"},
        lambda: Application.objects.get(pk=sent.pk).state == "withdrawn",
        done_answers={200},
        again_answers={200},
    )


def _of_api(
    name: str,
    method: str,
    at: str,
    body: Any,
    headers: dict[str, str],
    is_done: Callable[[], bool],
    **answers: set[int],
) -> Operation:
    browser = Browser()
    return Operation(
        name,
        act=lambda: browser.call(method, at, body, headers),
        again=lambda: browser.call(method, at, body, headers),
        is_done=is_done,
        **answers,
    )
