"""People who confirm, several at once, each trying again when something goes wrong: at most three times in all."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from chaos.doors import Answer, Door

CLIENTS, TRIES = 16, 3
Read = Callable[[], Answer]


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in and has read what they confirm."""

    number: int  # whose session it is (bench.rows)
    slot: int
    path: str
    form: dict[str, str]

    def confirm(self, door: Door) -> tuple[Answer, bool]:
        """Press the button; return the answer, and whether it leads to the receipt."""
        answer = door.ask(self.path + "confirm/", person=self.number, form=self.form)
        return answer, answer.status == "302" and answer.headers.get("location", "").endswith("/receipt/")

    def read(self, door: Door, page: str = "receipt/") -> Answer:
        return door.ask(self.path + page, person=self.number)


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

    def note(self, answer: Answer, name: str = "") -> None:
        """Count an answer under its status, or under another name."""
        with self.lock:
            self.answers[name or answer.status] += 1
            self.seconds.setdefault(name or answer.status, []).append(answer.seconds)
            self.unhelpful += answer.status == "503" and "retry-after" not in answer.headers

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


def confirm(door: Door, person: Person, met: Met, *, patience: float, tries: int = TRIES) -> None:
    """Let a person confirm, and try again after so many seconds when that did not go well."""
    for number in range(1, tries + 1):
        answer, is_done = person.confirm(door)
        met.note(answer, "elsewhere" if answer.status == "302" and not is_done else "")
        if is_done:
            with met.lock:
                met.acknowledged.append(person.slot)
                met.tries[number] += 1
            return
        if number < tries:
            time.sleep(patience * random.uniform(0.8, 1.2))
    with met.lock:
        met.gave_up.append(person)


def crowd(
    door: Door,
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
        confirm(door, person, met, patience=patience, tries=tries)
        on_confirmed()

    with ThreadPoolExecutor(clients) as threads:
        for done in [threads.submit(one, person) for person in people]:
            done.result()
    return met


@contextmanager
def repeatedly(act: Callable[[], None], *, pause: float) -> Iterator[None]:
    """Within the context do something again and again, in a thread of its own, with so many seconds between."""
    is_over = threading.Event()

    def go_on() -> None:
        while not is_over.wait(pause):
            act()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@contextmanager
def reading(pages: list[Read], met: Met, *, pause: float = 0.2) -> Iterator[None]:
    """Within the context let somebody read pages in turn, with so many seconds between two rounds."""

    def read() -> None:
        for page in pages:
            met.note(page())

    with repeatedly(read, pause=pause):
        yield


def come_back(door: Door, people: Iterable[Person], *, tries: int = TRIES) -> tuple[list[str], int]:
    """Let people who have confirmed press the button again, and read the receipt.

    Return who did not see success, and how many tries too many it took the others.
    """
    wrong, more = [], 0
    for person in people:
        for number in range(tries):
            answer, is_done = person.confirm(door)
            page = person.read(door)
            if is_done and page.status == "200":
                more += number
                break
            time.sleep(1)
        else:
            wrong.append(f"slot {person.slot}: confirming again answers {answer.status}, the receipt {page.status}")
    return wrong, more
