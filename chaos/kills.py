"""Processes that are killed amid confirmations: web workers and masters, mail workers, the database."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress

from chaos.doors import Door
from chaos.health import watched
from chaos.people import CLIENTS, Met, crowd
from chaos.run import Run, scenario
from chaos.stage import Stage, stage
from tests.running import web

CHANCE = random.Random(20261130)


class Served:
    """A web server whose master may be killed too: then another one is started at the same port."""

    def __init__(self, played: Stage) -> None:
        self.stage, self.servers = played, ExitStack()
        played.stack.enter_context(self.servers)
        self.server = self.servers.enter_context(self._start())
        self.door = Door(self.server.port)

    def _start(self, **more: str) -> AbstractContextManager[web.Server]:
        return web.serving(self.stage.database.url, **self.stage.variables(**more))

    def kill_worker(self) -> None:
        with suppress(ProcessLookupError, IndexError):
            os.kill(CHANCE.choice(self.server.workers()), signal.SIGKILL)

    def kill_master(self) -> None:
        """Kill the master, whose workers leave by themselves, and start another one as a supervisor does."""
        self.server.process.kill()
        self.server.process.wait()
        self.server = self.servers.enter_context(self._start(PORT=str(self.door.port)))


def amid(people: int, times: int, act: Callable[[], None]) -> tuple[Callable[[], None], Callable[[], int]]:
    """Return what to call after each of so many confirmations, so that the act is done that often amid them, in a
    thread of its own and one after the other; and what waits for the last one and tells how often it was done."""
    every = max(1, people // (times + 1))
    confirmed = threading.Semaphore(0)
    is_over, done = threading.Event(), []

    def repeat() -> None:
        for _ in range(times):
            for _ in range(every):
                confirmed.acquire()
            if is_over.is_set():
                return
            act()
            done.append(1)

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()

    def end() -> int:
        is_over.set()
        for _ in range(every):
            confirmed.release()
        thread.join()
        return len(done)

    return confirmed.release, end


def confirm_amid(played: Stage, served: Served, share: slice, what: str, times: int, act: Callable[[], None]) -> Met:
    """Let a share of the people confirm while something is done so many times; print what they met; nobody is lost."""
    people = played.people[share]
    on_confirmed, end = amid(len(people), times, act)
    started = time.monotonic()
    with watched(served.door.port) as health:
        met = crowd(served.door, people, Met(), on_confirmed=on_confirmed)
        done = end()
    played.take(met)
    played.run.figure(what, times=done, **met.figures(), seconds=round(time.monotonic() - started, 1))
    played.run.figure("  /healthz", **health.figures())
    played.must_be_well(met, what)
    return met


@scenario("kills", "web workers, masters, mail workers and PostgreSQL die amid confirmations by 16 clients")
def kills(run: Run) -> None:
    with stage(run, run.size) as played:
        played.neighbours()
        team = played.workers(3, lease=10)
        served = Served(played)
        half = run.size // 2

        met = confirm_amid(played, served, slice(0, half), "web workers killed", 2 * run.rounds, served.kill_worker)
        most = CLIENTS * 2 * run.rounds  # as many as may be in flight
        run.must(met.failed <= most, f"{met.failed} attempts failed at kills of web workers, more than {most}")

        def kill_mail() -> None:
            team.kill(CHANCE.choice(team.alive))
            team.start()
            played.kills_of_workers += 1

        rest = slice(half, half + run.size // 4)
        met = confirm_amid(played, served, rest, "mail workers killed", 2 * run.rounds, kill_mail)
        run.must(not met.failed, f"{met.failed} attempts failed because mail workers were killed")

        returns: list[float] = []

        def stop_database() -> None:
            played.database.stop(signal.SIGQUIT)
            played.database.start()
            returns.append(_first_answer(served.door))

        third = slice(half + run.size // 4, half + run.size * 7 // 16)
        workers = served.server.workers()
        confirm_amid(
            played, served, third, "PostgreSQL stopped at once and started", max(1, run.rounds // 2), stop_database
        )
        run.figure("  first page with a query after its return", most_s=round(max(returns), 2))
        run.must(served.server.workers() == workers, "web workers were restarted because of the database")

        last = slice(third.stop, run.size)
        confirm_amid(played, served, last, "web masters killed", max(1, run.rounds // 4), served.kill_master)

        played.drain()
        team.end()
        played.check(served.door)


def _first_answer(door: Door) -> float:
    """Return after how many seconds a page that asks the database is there."""
    started = time.monotonic()
    while time.monotonic() - started < CLIENTS:
        if door.ask("/fi/counter/").status == "200":
            break
        time.sleep(0.05)
    return time.monotonic() - started
