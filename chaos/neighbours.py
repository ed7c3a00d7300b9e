"""Neighbours in trouble: the mail server, the housing system that receives events, and the broker of a sign-in."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median

from chaos.doors import Door
from chaos.people import Met, Person, crowd
from chaos.run import Run, scenario
from chaos.stage import Stage, stage
from tests.mailing.sink import DROP

SHARE = 12  # people who confirm in each mood
HANG = 3  # seconds: longer than the workers of chaos.within.settings wait
# As many times as long as in peace, and a second, may confirming take: a machine that has other work takes as much.
# Whoever waited for a neighbour would wait HANG.
SLOWER = 2


@dataclass
class Moods:
    """A mail server that does the same wrong thing to every letter, and counts what it took without saying so."""

    played: Stage
    reply: str = ""
    at: str = ""
    refused: int = 0

    def __call__(self, step: str) -> str | None:
        if step != self.at:
            return None
        self.refused += 1
        if step == "TAKEN":
            self.played.untold["mail"] = self.played.untold.get("mail", 0) + 1
        if self.reply == "hang":
            time.sleep(HANG)  # the whole mail server hangs
            return None
        return self.reply


MAIL = {
    "421 at once": ("EHLO", "421 Too busy"),
    "451 for each address": ("RCPT", "451 Not now"),
    "hanging before the text": ("MAIL", "hang"),
    "hanging after the text": ("DATA", "hang"),
    "dropping the connection after the text": ("TAKEN", DROP),
    "550 for each address": ("RCPT", "550 No such mailbox"),
}


@scenario("mail", "the mail server refuses, hangs and drops connections; confirming does not notice")
def mail(run: Run) -> None:
    with stage(run, SHARE * (len(MAIL) + 2)) as played:
        played.neighbours()
        assert played.mail
        team = played.workers(2)
        door = Door(played.serve().port)
        shares = _shares(played)
        calm = _in_mood(played, door, "at peace", next(shares), None)
        played.until(lambda: not _waiting(played), "letters leave in peace", seconds=60)
        time.sleep(1)  # the connections are closed
        moods = Moods(played)
        played.mail.mood = moods
        for what, (at, reply) in MAIL.items():
            moods.at, moods.reply, moods.refused = at, reply, 0
            _in_mood(played, door, what, next(shares), calm)
            played.until(lambda: moods.refused, f"a worker tries a letter: {what}", seconds=60)
            played.run.figure("  refused", tries=moods.refused, waiting=_waiting(played))
        time.sleep(2)
        moods.at = ""
        dead = played.database.execute("SELECT count(*) FROM mailing_letter WHERE dead_at IS NOT NULL")[0][0]
        run.figure("what was refused for good is sent again, as an operator does", letters=dead)
        run.must(dead, "no letter was given up though its address was refused")
        played.database.execute(
            "UPDATE mailing_letter SET dead_at = NULL, failure = '', failed_at = NULL, attempts = 0, due_at = now()"
            " WHERE dead_at IS NOT NULL"
        )
        played.drain()
        team.end()
        played.check(door)


Reply = tuple[int, dict[str, str]]


def _hanging() -> Reply:
    time.sleep(HANG)
    return 204, {}


RECEIVER: dict[str, Callable[[], Reply]] = {
    "500": lambda: (500, {}),
    "429 with Retry-After": lambda: (429, {"Retry-After": "1"}),
    "a redirect": lambda: (302, {"Location": "http://127.0.0.1:1/"}),
    "hanging": _hanging,
}


@scenario("receiver", "the receiver of events fails, puts off, redirects and hangs; letters and people do not notice")
def receiver(run: Run) -> None:
    with stage(run, SHARE * (len(RECEIVER) + 2)) as played:
        played.neighbours()
        assert played.receiver
        team = played.workers(2)
        door = Door(played.serve().port)
        shares = _shares(played)
        calm = _in_mood(played, door, "at peace", next(shares), None)
        played.untold["events"] = 0
        for what, reply in RECEIVER.items():
            before = played.untold["events"]
            played.receiver.answer = partial(_untold, played, reply)
            _in_mood(played, door, what, next(shares), calm)
            played.until(lambda before=before: played.untold["events"] > before, f"{what} is tried", seconds=60)
            played.until(lambda: not _waiting(played), f"letters leave though {what}", seconds=60)
        played.receiver.answer = lambda _event: (204, {})
        played.drain()
        team.end()
        played.check(door)


def _untold(played: Stage, reply: Callable[[], Reply], _event: object) -> Reply:
    """Answer so that the event does not count as taken, though it was."""
    played.untold["events"] += 1
    return reply()


def _shares(played: Stage) -> Iterator[list[Person]]:
    return (played.people[start : start + SHARE] for start in range(0, len(played.people), SHARE))


def _in_mood(played: Stage, door: Door, what: str, people: list[Person], calm: float | None) -> float:
    """Let some confirm, print how that went, and return the median of their times in seconds."""
    met = crowd(door, people, Met(), clients=4)
    played.take(met)
    taken = median(met.seconds["302"])
    played.run.figure(what, confirmed=len(met.acknowledged), failed=met.failed, median_ms=round(1000 * taken))
    played.run.must(not met.failed, f"{what}: {met.failed} attempts failed")
    if calm is not None:
        played.run.must(taken < SLOWER * calm + 1, f"{what}: confirming takes {taken / calm:.1f} times as long")
    return taken


def _waiting(played: Stage) -> int:
    unsent = "SELECT count(*) FROM mailing_letter WHERE sent_at IS NULL AND dropped_at IS NULL AND dead_at IS NULL"
    return int(played.database.execute(unsent)[0][0])
