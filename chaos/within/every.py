"""Let the n-th statement, COMMIT and step of a call fail, for every n, until an operation meets none any more.

After each: what was answered, whether anything is half done, and whether the same person gets on by trying again.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from django.db import close_old_connections, connection

from applications import references
from applications.models import Application
from chaos.within import calls, outside  # noqa: F401  # enter their operations
from chaos.within.injection import (
    CALL_KINDS,
    COMMIT_KINDS,
    RETRIED,
    STATEMENT_KINDS,
    Injection,
    call_fails,
    commit_fails,
    statement_fails,
)
from chaos.within.invariants import Seen, losses
from chaos.within.operations import OPERATIONS, Operation
from tests.arrivals import Written
from tests.pristine import Pristine
from tests.traces import trace

Way = Callable[[Injection], AbstractContextManager[Injection]]
WAYS: dict[str, Way] = {"statement": statement_fails, "COMMIT": commit_fails, "call": call_fails}
KINDS = {"statement": STATEMENT_KINDS, "COMMIT": COMMIT_KINDS, "call": CALL_KINDS}
AWAY = 503
MOST = 1000  # only ends what never ends
# Its row is written in a transaction of its own, which waits for nothing while it holds anything.
ALONE = '"django_session"'
PASSING = re.compile(r'identity_ratecount .*|"username": "[0-9a-f]{32}"')  # another one each time


@dataclass
class Found:
    """What was found for one operation, one way to fail and one kind: how many n there were, and what was lost."""

    operation: str
    way: str
    kind: str
    reached: int = 0
    has_met_all: bool = False  # the operation went through in the end, without meeting any
    answers: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)


class World:
    """An operation, and the database as it was arranged, to which it is put back before each try."""

    def __init__(self, name: str) -> None:
        self.written = Written()
        self.operation: Operation = OPERATIONS[name]()
        connection.ensure_connection()
        self.kept = Pristine(connection, schema="arranged")
        self.sound: set[str] = set()

    def put_back(self) -> None:
        """Make everything what it was before the try."""
        close_old_connections()
        if self.written.tables:
            self.kept.put_back(connection, tables=self.written.tables)
            self.written.tables.clear()
        self.operation.begin()

    def losses(self) -> list[str]:
        """Return what is lost, unless the same was looked at before."""
        connection.ensure_connection()
        seen = _own_trace()
        if seen in self.sound:
            return []
        if not (found := losses(Seen())):
            self.sound.add(seen)
        return [f"{name}: {place}" for name, places in found.items() for place in places]


def _own_trace() -> str:
    """Return the trace without what is random or counts seconds, so that what is stored alike is looked at once."""
    text = PASSING.sub("", trace())
    for key, reference in Application.objects.values_list("pk", "reference"):
        for written in (reference, references.display(reference)):
            text = text.replace(written, f"of application {key}")
    return text


def every_n(world: World, way: str, kind: str, *, numbers: Iterable[int] = range(1, MOST)) -> Found:
    """Let each n fail in turn until the operation meets no fault."""
    found = Found(world.operation.name, way, kind)
    for number in numbers:
        injection = Injection(kind, number)
        with connection.execute_wrapper(world.written.note):
            world.put_back()
            with WAYS[way](injection):
                answer = world.operation.act()
            if not injection.hit:
                break
            found.reached = number
            _judge(world, injection, answer, found)
    found.has_met_all = not injection.hit
    world.put_back()
    return found


def _judge(world: World, injection: Injection, answer: Any, found: Found) -> None:
    """Look at what one fault left behind, and let the person try again."""
    operation, said = world.operation, _status(answer)
    found.answers[said] += 1

    def lose(what: str) -> None:
        found.lost.append(f"{injection.number} ({injection.hit[:70]}): {what}")

    is_refusal = operation.is_refusal(answer)
    is_success = answer.status_code in operation.done_answers and not is_refusal
    if not (is_success or is_refusal or (answer.status_code == AWAY and answer.has_header("Retry-After"))):
        lose(f"answered {said}")
    if is_success and not operation.is_done():
        lose(f"answered {said}, and it is not done")
    is_race = injection.kind in RETRIED and injection.is_in_transaction and ALONE not in injection.hit
    if is_race and operation.is_retried and not is_success:
        lose(f"not tried again, but answered {said}")  # a race for locks is nothing that people see
    for loss in world.losses():
        lose(f"afterwards {loss}")
    again = operation.again()
    if again.status_code not in operation.done_answers | operation.again_answers:
        lose(f"tried again, it is answered {_status(again)}")
    elif (page := operation.follow(again)).status_code >= 400 and page.status_code != again.status_code:
        lose(f"tried again, it leads to {page.status_code}")
    if not operation.is_done():
        lose("tried again, it is not done")
    for loss in world.losses():
        lose(f"tried again, {loss}")


def _status(answer: Any) -> str:
    return str(answer.status_code)


def main(names: list[str], ways: list[str], kinds: list[str]) -> None:
    """Let everything fail in an empty database, and print what was found, a line of JSON for each kind."""
    base = Pristine(connection)
    for name in names or OPERATIONS:
        base.put_back(connection)
        world = World(name)
        try:
            for way in ways or WAYS:
                for kind in KINDS[way] if way != "call" or world.operation.calls else ():
                    if not kinds or kind in kinds:
                        print(json.dumps(vars(every_n(world, way, kind))), flush=True)
        finally:
            world.operation.end()
