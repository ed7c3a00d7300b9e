"""`python -m bench.compare REV`: the working tree beside a former revision, both in turn, as medians of ratios.

Each build has databases of its own in one PostgreSQL server, filled alike by its own bench, and processes of their own
that are asked over a pipe (asked.py). `--pairs 2 --only status,confirm` is for while one works.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import metadata
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench import report, rows, servers
from bench.broker import SendingBroker
from bench.client import drive, request
from bench.measures import Stretch
from bench.report import Aim
from bench.servers import ROOT
from tests import postgres

PAIRS, TIMES, WARM_UP, SIZE, DUE = 7, 60, 20, 10_000, 20_000
ROUNDS_OF_BATCHES = 1  # of tick and purge, which take minutes
SETTINGS = ["shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=1h", "autovacuum=off"]
POST = "confirm (POST)"
# What is asked, and how much of the former's processor time it may take (issue 21). What is asked together counts
# together.
AIMS: dict[str, tuple[list[str], float]] = {
    "status": (["status"], 0.5),
    "choose": (["choose"], 0.5),
    "confirm": (["confirm"], 0.5),
    "receipt": (["receipt"], 0.5),
    POST: ([POST], 0.6),
    "front": (["front"], 0.7),
    "public": (["counter", "how-to", "privacy", "accessibility", "cookies"], 0.7),
    "step": (["step"], 0.6),
    "send": (["send"], 0.5),
    "sign in": (["sign in"], 0.6),
}
OF_FORM = {"step", "send"}  # in a database of their own, as they put back what they did
OTHERS = ["pgbench", "queries", "memory", "tick", "purge", "bytes"]
OF_APPLICANTS = ["status", "choose", "confirm", "receipt"]
SCRIPT = (
    "import pickle, sys; from bench.statements import script; "
    "print(script(pickle.load(open(sys.argv[1], 'rb')).confirming))"
)
# All applications have ended long ago.
ENDED = """
SET session_replication_role = replica;
UPDATE applications_application SET state = 'expired', due_at = NULL;
INSERT INTO applications_statechange SELECT copy.* FROM
    (SELECT DISTINCT ON (application_id) * FROM applications_statechange ORDER BY application_id, id) of_each,
    jsonb_populate_record(NULL::applications_statechange, to_jsonb(of_each) || jsonb_build_object(
        'id', of_each.id + 50000000, 'transition', 'expired', 'move', 'expired', 'from_state', of_each.to_state,
        'to_state', 'expired', 'at', now() - interval '20 years')) copy;
"""
TICK = "from bench import tick; tick.DUE = {due}; tick.{act}"


@dataclass
class Build:
    """A checkout, its databases, and its processes that do what is asked."""

    name: str
    folder: Path
    python: str
    url: str
    work: Path  # its static files and keys
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    found: dict[str, list[dict[str, float]]] = field(default_factory=dict)

    def database(self, kind: str) -> str:
        return servers.sibling(self.url, f"{self.name}_{kind}")

    def environment(self, kind: str, **more: str) -> dict[str, str]:
        return servers.environment(self.database(kind), self.work, LOG_LEVEL="ERROR", **more)

    def run(self, kind: str, *arguments: str) -> tuple[str, float]:
        """Run a script or module of the build; return what it printed, and its processor time in seconds."""
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                [self.python, *arguments], cwd=self.folder, env=self.environment(kind), stdout=said
            )
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise RuntimeError(f"{self.name}: {arguments} failed")
            said.seek(0)
            return said.read(), used.ru_utime + used.ru_stime

    def prepare(self) -> None:
        self.make_database("empty", "template0")
        self.run("empty", "manage.py", "collectstatic", "-v0", "--noinput", "--skip-checks")
        self.run("empty", "manage.py", "migrate", "-v0", "--skip-checks")

    def make_database(self, kind: str, template: str = "") -> None:
        """Make a database: as a copy of another of this build, or of the migrated one."""
        with psycopg.connect(self.url, autocommit=True) as database:
            database.execute(f"DROP DATABASE IF EXISTS {self.name}_{kind}")
            database.execute(
                f"CREATE DATABASE {self.name}_{kind} TEMPLATE {template or f'{self.name}_empty'} STRATEGY file_copy"
            )

    def start(self, kind: str, size: int, broker: SendingBroker) -> None:
        """Start what is asked with a database of that kind."""
        self.processes[kind] = subprocess.Popen(
            [self.python, str(ROOT / "bench" / "asked.py"), str(size), str(servers.postmaster(self.url))],
            cwd=self.folder,
            env=self.environment(kind, BENCH_BROKER=json.dumps(broker.settings())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, what: str, act: str = "", times: int = 0) -> Any:
        """Ask for the time or the queries of an act, or for addresses."""
        process = self.processes["form" if act in OF_FORM else "pages"]
        print(json.dumps({"what": what, "act": act, "times": times}), file=process.stdin, flush=True)
        answer = process.stdout.readline() if process.stdout else ""
        if not answer:
            raise RuntimeError(f"The {self.name} build has ended")
        return json.loads(answer)

    def end(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()


class Comparison:
    """Both builds, the former one first, and what is compared of them."""

    def __init__(self, builds: list[Build], size: int, pairs: int, due: int) -> None:
        self.builds, self.size, self.pairs, self.due = builds, size, pairs, due

    def in_turn(self, number: int) -> list[Build]:
        return self.builds[::-1] if number % 2 else self.builds

    def requests(self, chosen: dict[str, tuple[list[str], float]]) -> Iterator[Aim]:
        """Compare the processor time of what is asked by requests."""
        acts = [act for of_aim, _ in chosen.values() for act in of_aim]
        for act in acts:
            for build in self.builds:
                build.ask("time", act, WARM_UP)
                build.found[act] = []
        for number in range(self.pairs):
            for act in acts:
                for build in self.in_turn(number):
                    build.found[act].append(build.ask("time", act, TIMES))
        for name, (of_aim, most) in chosen.items():
            former, present = (_together(build, of_aim) for build in self.builds)
            database = [median(one["database"] for one in each) for each in (former, present)]
            note = "database {:.2f} → {:.2f} ms".format(*database)
            ours = ([one["ours"] for one in each] for each in (former, present))
            yield _ratio(f"{name}: processor time", *ours, most=most, unit="ms", note=note)

    def pgbench(self) -> Iterator[Aim]:
        """Compare confirming with the former build's statements, run by pgbench."""
        former, present = self.builds
        former.run("pages", "-m", "bench.record", str(former.work), str(self.size))
        path = former.work / "confirm.sql"
        path.write_text(former.run("pages", "-c", SCRIPT, str(former.work / "recorded.pickle"))[0])
        stretch = Stretch(0, servers.postmaster(former.url))
        scripted = rows.Layout(self.size).scripted
        each = len(scripted) // self.pairs
        ratios, costs = [], []
        for number in range(self.pairs):
            part = scripted[number * each : (number + 1) * each]
            bare = stretch.pgbench(former.database("pages"), path, part, clients=1)
            one = present.ask("time", POST, TIMES)
            costs.append(bare.app_cpu + bare.database_cpu)
            ratios.append(costs[-1] / (one["ours"] + one["database"]))
        note = f"pgbench {median(costs):.2f} ms, with the database; rounds {min(ratios):.2f}–{max(ratios):.2f}"
        yield Aim(
            f"{POST}: of pgbench with the former statements, by processor time",
            "≥ 0.15",
            f"{median(ratios):.2f}",
            met=median(ratios) >= 0.15,
            note=note,
        )

    def queries(self) -> Iterator[Aim]:
        for name, most in [*((page, 4) for page in OF_APPLICANTS), (POST, 10)]:
            was, now = (build.ask("queries", name, 5) for build in self.builds)
            yield Aim(f"{name}: queries", f"≤ {most}", str(now), met=now <= most, note=f"former {was}")

    def memory(self) -> Iterator[Aim]:
        """Compare what a worker holds after the load."""
        found: dict[str, list[float]] = {build.name: [] for build in self.builds}
        for number in range(2):
            for build in self.in_turn(number):
                visits = cycle([request(path, person=n) for n, path in build.ask("addresses")])
                variables = build.environment("pages")
                log = build.work / "gunicorn.log"
                with servers.gunicorn(variables, log, folder=build.folder, python=build.python) as server:
                    load = drive(server.port, visits, seconds=10)
                    found[build.name].append(max(resident for resident, _ in server.memory()))
                if set(load.statuses) != {200}:
                    raise RuntimeError(f"{build.name} answers {dict(load.statuses)}")
        yield _ratio("memory of a worker, resident", *found.values(), most=0.75, unit="MB", note="aim also ≤ 92 MB")

    def tick(self) -> Iterator[Aim]:
        """Compare a tick with many applications due at once."""
        found: dict[str, list[float]] = {build.name: [] for build in self.builds}
        for build in self.builds:
            build.make_database("tick")
            build.run("tick", "-c", TICK.format(due=self.due, act=f"load({self.due})"))
        for number in range(ROUNDS_OF_BATCHES):
            for build in self.in_turn(number):
                found[build.name].append(float(build.run("tick", "-c", TICK.format(due=self.due, act="measure()"))[0]))
        yield _ratio(f"tick, {self.due:,} due: time", *found.values(), most=0.2, unit="s")

    def purge(self) -> Iterator[Aim]:
        """Compare removing many applications whose time is over."""
        found: dict[str, list[float]] = {build.name: [] for build in self.builds}
        taken: dict[str, list[float]] = {build.name: [] for build in self.builds}
        for build in self.builds:
            build.make_database("ended")
            build.run("ended", "-m", "bench.load", str(self.due))
            with psycopg.connect(build.database("ended")) as database:
                database.execute(ENDED)
        for number in range(ROUNDS_OF_BATCHES):
            for build in self.in_turn(number):
                build.make_database("purge", f"{build.name}_ended")
                database, started = servers.cpu(servers.postmaster(build.url)), time.perf_counter()
                said, used = build.run("purge", "manage.py", "purge", "--skip-checks")
                used += servers.cpu(servers.postmaster(build.url)) - database
                taken[build.name].append(time.perf_counter() - started)
                if f"applications: {self.due + 2}\n" not in said:  # with those that bench.load copies
                    raise RuntimeError(f"{build.name} purges other than {self.due + 2}: {said}")
                found[build.name].append(used - build.run("purge", "manage.py", "purge", "--skip-checks")[1])
        note = "time {:.1f} → {:.1f} s".format(*(median(each) for each in taken.values()))
        yield _ratio(
            f"purge, {self.due:,} past: processor time, the database's too",
            *found.values(),
            most=0.2,
            unit="s",
            note=note,
        )

    def bytes(self) -> Iterator[Aim]:
        """Compare what an application that became valid takes in the database."""
        found = []
        for build in self.builds:
            build.make_database("lived")
            found.append([float(build.run("lived", str(ROOT / "bench" / "lived.py"), "10000")[0]) / 1000])
        yield _ratio("an application in the database, with its indexes", *found, most=0.7, unit="KB")


def _together(build: Build, acts: list[str]) -> list[dict[str, float]]:
    """Return the sum of the acts, round by round."""
    rounds = zip(*(build.found[act] for act in acts), strict=True)
    return [{figure: sum(one[figure] for one in each) for figure in ("ours", "database")} for each in rounds]


def _ratio(what: str, former: list[float], present: list[float], *, most: float, unit: str, note: str = "") -> Aim:
    """Return the median of the rounds' own ratios: what slows a whole round down cancels out."""
    ratios = [mine / other for mine, other in zip(present, former, strict=True)]
    ratio = median(ratios)
    told = f"{median(former):.2f} → {median(present):.2f} {unit}, rounds {min(ratios):.2f}–{max(ratios):.2f}"
    return Aim(what, f"≤ {most}", f"{ratio:.2f}", met=ratio <= most, note="; ".join(filter(None, [told, note])))


def main(revision: str, pairs: int, size: int, due: int, only: list[str]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped"))
    chosen = {name: aim for name, aim in AIMS.items() if not only or name in only}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heka-compare-")))
        url = stack.enter_context(postgres.cluster(durable=True, settings=SETTINGS))
        checkout, python = checked_out(revision, folder / "former")
        builds = [Build("former", checkout, python, url, folder), Build("present", ROOT, sys.executable, url, folder)]
        broker = SendingBroker(builds[0].environment("pages")["IDENTITY_KEYS_FILE"], rows.Layout(size).waiting)
        stack.callback(broker.stop)
        print(f"{revision} is the former build. {report.machine()}", flush=True)
        neighbours = report.Neighbours()
        for build in builds:
            stack.callback(build.end)
            build.work = folder / f"work-{build.name}"
            build.work.mkdir()
            build.prepare()
            build.make_database("form")
            build.make_database("pages")
            build.run("pages", "-m", "bench.load", str(size))
            build.start("form", 0, broker)
            build.start("pages", size, broker)
        comparison = Comparison(builds, size, pairs, due)
        aims = list(comparison.requests(chosen))
        for name in OTHERS:
            if not only or name in only:
                aims += getattr(comparison, name)()
        print(report.aims(aims))
        print(neighbours)


def checked_out(revision: str, folder: Path) -> tuple[Path, str]:
    """Return the files of a revision, and a Python with the packages that it pins: this one, where they agree."""
    folder.mkdir()
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "-x"], cwd=folder, input=archive, check=True)
    pins = re.findall(r"^([a-z][\w-]*)\S*==([^ ;]+)", (folder / "requirements.txt").read_text(), re.MULTILINE)
    installed = {one.metadata["Name"].lower().replace("_", "-"): one.version for one in metadata.distributions()}
    if all(installed.get(name, version) == version for name, version in pins):
        return folder, sys.executable
    outer = Path(sys.base_prefix, "bin", "python3")  # which has pip
    subprocess.run([outer, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    pip = [outer, "-m", "pip", "--python", folder / ".venv", "install", "--quiet", "--require-hashes", "--no-deps"]
    subprocess.run([*pip, "-r", folder / "requirements-dev.txt"], check=True)
    return folder, str(folder / ".venv" / "bin" / "python")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description="Compare with a former revision.")
    parser.add_argument("revision")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--size", type=int, default=SIZE, help="applications")
    parser.add_argument("--due", type=int, default=DUE, help="applications due at one tick, and past their time")
    parser.add_argument("--only", default="", help=f"some of: {', '.join([*AIMS, *OTHERS])}")
    given = parser.parse_args()
    chosen = [name for name in given.only.split(",") if name]
    main(given.revision, given.pairs, given.size, given.due, chosen)
