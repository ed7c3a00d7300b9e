"""What a scenario is played on: a database of its own with people about to confirm, and servers beside it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chaos.database import Database
from chaos.doors import LOST, Door
from chaos.people import Met, Person, come_back
from chaos.run import Run
from tests.mailing import sink as mail_servers
from tests.mailing.conftest import Workers
from tests.running import web
from tests.upstream import receivers

PATIENCE = 300  # seconds until letters and events have left
FAIR = {"302", "503", LOST}  # what confirming may be answered while something fails
YOUNG = 480  # seconds in which a scenario begins with people who were signed in then: IDLE_MINUTES end them
COME_BACK = 40  # people of whom each reads the receipt once more


@dataclass
class Stage:
    """The database of a scenario, the people of whom some confirm, and what was seen of the service from outside."""

    run: Run
    database: Database
    people: list[Person]
    stack: ExitStack
    acknowledged: list[int] = field(default_factory=list)
    mail: mail_servers.Sink | None = None
    receiver: receivers.Sink | None = None
    kills_of_workers: int = 0
    untold: dict[str, int] = field(default_factory=dict)  # what was taken by "mail" and "events", and not said so

    def variables(self, **more: str) -> dict[str, str]:
        return {"WEBHOOK_ALLOW_PRIVATE": "true", **more}

    def serve(self, **more: str) -> web.Server:
        """Start gunicorn, which is stopped with the stage."""
        return self.stack.enter_context(web.serving(self.database.url, **self.variables(**more)))

    def neighbours(self) -> None:
        """Start a mail server and a receiver of events."""
        self.mail = self.stack.enter_context(mail_servers.running())
        self.receiver = self.stack.enter_context(receivers.running())
        self.database.execute(f"UPDATE upstream_webhookendpoint SET url = '{self.receiver.url}'")

    def workers(self, number: int = 2, *, lease: int = 10) -> Workers:
        """Start processes that deliver letters and events to the neighbours; they end with the stage."""
        assert self.mail
        own = {
            "DJANGO_SETTINGS_MODULE": "chaos.within.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "CHAOS_LEASE": str(lease),
        }
        team = Workers(web.variables(self.database.url, **self.variables(**own)))
        self.stack.callback(team.end)
        team.start(number)
        return team

    def take(self, met: Met) -> None:
        """Remember who was told that they have confirmed."""
        self.acknowledged += met.acknowledged

    def must_be_well(self, met: Met, what: str) -> None:
        """Nobody needs more than three tries; answers are success, 503 with its header, or none at all."""
        self.run.must(not met.gave_up, f"{what}: {len(met.gave_up)} people could not confirm in three tries")
        wrong = {answer: n for answer, n in met.answers.items() if answer not in FAIR}
        self.run.must(not wrong, f"{what}: answers {wrong}")
        self.run.must(not met.unhelpful, f"{what}: {met.unhelpful} answers 503 without Retry-After")

    def until(self, condition: Callable[[], object], what: str, *, seconds: float = PATIENCE) -> float:
        """Wait until the condition holds; return for how many seconds. Whoever waits in vain has lost it."""
        started = time.monotonic()
        while not (held := condition()) and time.monotonic() - started < seconds:
            time.sleep(0.1)
        self.run.must(held, f"not within {seconds:.0f} s: {what}")
        return time.monotonic() - started

    def drain(self) -> None:
        """Wait until all letters and events have left, and print how many there were."""
        seconds = self.until(self._has_left, "all letters and events leave")
        assert self.mail
        assert self.receiver
        letters, events = self.mail.ids, self.receiver.ids
        self.run.figure(
            "letters and events have left",
            letters=len(set(letters)),
            copies=len(letters) - len(set(letters)),
            events=len(set(events)),
            copies_of_events=len(events) - len(set(events)),
            kills_of_workers=self.kills_of_workers,
            waited_s=round(seconds, 1),
        )

    def _has_left(self) -> bool:
        [(waiting,)] = self.database.execute(
            "SELECT (SELECT count(*) FROM mailing_letter WHERE sent_at IS NULL AND dropped_at IS NULL)"
            " + (SELECT count(*) FROM upstream_webhookdelivery WHERE delivered_at IS NULL)"
            " + (SELECT count(*) FROM applications_happening h LEFT JOIN upstream_event e ON e.happening_id = h.id"
            "    WHERE e.id IS NULL)"
        )
        return not waiting

    def check(self, door: Door | None) -> None:
        """Look for what must hold, as nobody writes any more; by the door some people press the button again."""
        if door:
            by_slot = {person.slot: person for person in self.people}
            step = max(1, len(self.acknowledged) // COME_BACK)
            again = [by_slot[slot] for slot in self.acknowledged[::step]]
            wrong, more = come_back(door, again)
            self.run.figure("people come back, and see that they have confirmed", people=len(again), more_tries=more)
            self.run.must(not wrong, "; ".join(wrong[:5]))
        for name, places in self.lost().items():
            self.run.must(not places, f"{name}: {len(places)} places, such as {'; '.join(places[:3])}")

    def lost(self) -> dict[str, list[str]]:
        """Return where invariants do not hold (chaos.within.invariants), each by its name."""
        told = self.untold
        seen = {
            "acknowledged": self.acknowledged,
            "letters": self.mail.ids if self.mail else None,
            "events": self.receiver.ids if self.receiver else None,
            "copies_of_letters": self.kills_of_workers + told.get("mail", 0),
            "copies_of_events": self.kills_of_workers + told.get("events", 0),
        }
        file = self.database.folder / "seen.json"
        file.write_text(json.dumps(seen))
        said = web.command(self.database.url, "-m", "chaos.within.check", str(file), **self.variables())
        lost: dict[str, list[str]] = json.loads(said)
        self.run.figure("invariants hold" if not lost else "LOST", acknowledged=len(self.acknowledged))
        return lost


def template(run: Run) -> tuple[Database, list[Person]]:
    """Return the stopped database of which each scenario gets a copy, and its people; the same for some minutes."""
    database, people, made_at = run.kept.get("template", (None, [], 0.0))
    if database and time.monotonic() - made_at < YOUNG:
        return database, people
    if database:
        database.remove()
    started = time.monotonic()
    folder = run.folder / f"template-{started:.0f}"
    folder.mkdir()
    database = Database(folder)
    run.stack.callback(database.remove)
    database.make()
    file, variables = run.folder / "people.json", {"WEBHOOK_ALLOW_PRIVATE": "true"}
    web.command(database.url, "manage.py", "migrate", "-v0", "--skip-checks", **variables)
    web.command(database.url, "-m", "chaos.within.load", str(run.size), str(file), **variables)
    database.stop()
    people = [Person(**one) for one in json.loads(file.read_text())]
    run.figure("database", people=len(people), made_in_s=round(time.monotonic() - started, 1))
    run.kept["template"] = database, people, started
    return database, people


@contextmanager
def stage(
    run: Run, people: int, *, settings: dict[str, str] | None = None, folder: Path | None = None
) -> Iterator[Stage]:
    """Give a stage with so many people about to confirm, on a running copy of the template."""
    original, everybody = template(run)
    if folder is None:
        folder = run.folder / run.outcomes[-1].name
        folder.mkdir(exist_ok=True)
    database = Database(folder, settings)
    with ExitStack() as stack:
        stack.callback(database.remove)
        database.copy_of(original)
        database.start()
        yield Stage(run, database, everybody[:people], stack)
