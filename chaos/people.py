"""People who confirm, several at once, each trying again when something goes wrong: at most three times in all."""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bench.client import fetch, request

CLIENTS, TRIES = 16, 3
LOST = "no answer"


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in and has read what they confirm."""

    number: int  # whose session it is (bench.rows)
    slot: int
    path: str
    form: dict[str, str]

    @property
    def confirming(self) -> bytes:
        return request(self.path + "confirm/", person=self.number, form=self.form)

    def reading(self, page: str = "receipt/") -> bytes:
        return request(self.path + page, person=self.number)


@dataclass
class Met:
    """What a crowd met: each attempt's answer and time in seconds, and the slots of whom the service has told that
    they have confirmed."""

    answers: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    acknowledged: list[int] = field(default_factory=list)
    tries: Counter[int] = field(default_factory=Counter)  # how many people needed so many
    gave_up: list[Person] = field(default_factory=list)
    unhelpful: int = 0  # 503 without Retry-After
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def attempts(self) -> int:
        return sum(self.answers.values())

    @property
    def failed(self) -> int:
        return self.attempts - self.answers["302"]

    def slowest(self, answer: str = "") -> float:
        """Return the longest time of an attempt with that answer, or of any attempt."""
        taken = [s for each, all_of in self.seconds.items() if answer in {"", each} for s in all_of]
        return max(taken, default=0.0)

    def note(self, answer: str, seconds: float) -> None:
        with self.lock:
            self.answers[answer] += 1
            self.seconds.setdefault(answer, []).append(seconds)

    def figures(self) -> dict[str, int | float]:
        """Return what is worth a line: how many confirmed and failed, how it was answered, and the slowest."""
        failures = {f"answers_{name.replace(' ', '_')}": n for name, n in self.answers.items() if name != "302"}
        return {
            "confirmed": len(self.acknowledged),
            "attempts": self.attempts,
            **failures,
            "gave_up": len(self.gave_up),
            "most_tries": max(self.tries, default=0),
            "slowest_s": round(self.slowest(), 2),
        }


def ask(port: int, sent: bytes) -> tuple[str, dict[str, str], float]:
    """Send one request; return its status, or LOST, with the headers and the time in seconds."""
    started = time.perf_counter()
    try:
        status, headers, _body = fetch(port, sent)
    except (OSError, http.client.HTTPException):
        return LOST, {}, time.perf_counter() - started
    return str(status), headers, time.perf_counter() - started


def confirm(port: int, person: Person, met: Met, *, patience: float, tries: int = TRIES) -> None:
    """Let a person confirm, and try again after so many seconds when that did not go well."""
    for number in range(1, tries + 1):
        answer, headers, seconds = ask(port, person.confirming)
        is_done = answer == "302" and headers.get("location", "").endswith("/receipt/")
        met.note("elsewhere" if answer == "302" and not is_done else answer, seconds)
        if is_done:
            with met.lock:
                met.acknowledged.append(person.slot)
                met.tries[number] += 1
            return
        if answer == "503" and "retry-after" not in headers:
            met.unhelpful += 1
        if number < tries:
            time.sleep(patience * random.uniform(0.8, 1.2))
    with met.lock:
        met.gave_up.append(person)


def crowd(
    port: int,
    people: Iterable[Person],
    met: Met,
    *,
    patience: float = 3,
    clients: int = CLIENTS,
    tries: int = TRIES,
    on_confirmed: Callable[[], None] = lambda: None,
) -> Met:
    """Let people confirm, so many at a time; `on_confirmed` is called after each."""

    def one(person: Person) -> None:
        confirm(port, person, met, patience=patience, tries=tries)
        on_confirmed()

    with ThreadPoolExecutor(clients) as threads:
        for done in [threads.submit(one, person) for person in people]:
            done.result()
    return met


def come_back(port: int, people: Iterable[Person]) -> list[str]:
    """Let people who have confirmed press the button again, and read the receipt; return who did not see success."""
    wrong = []
    for person in people:
        answer, headers, _ = ask(port, person.confirming)
        page, _, _ = ask(port, person.reading())
        if answer != "302" or not headers.get("location", "").endswith("/receipt/") or page != "200":
            wrong.append(f"slot {person.slot}: confirming again answers {answer}, the receipt {page}")
    return wrong
