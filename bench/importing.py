"""`python -m bench.importing [--former FOLDER]`: what importing an application costs, by `import_applications`.

The processor time of the command, without that of an import of nothing, for each application of a file; that of the
database beside it; and how long the housing system's events take afterwards. With the checkout of a former build in
FOLDER the two builds take turns, each with databases of its own.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench import servers
from bench.servers import ROOT
from tests import cast, postgres

ROUNDS, APPLICATIONS, MANY = 4, 1_000, 25_000
MOST = 3.0  # ms of processor time for an application: a fifth of what it cost in November 2026
CLIENT = "Bench"
CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
# How many applicants a household has, and how often of a hundred.
HOUSEHOLDS = [1] * 50 + [2] * 35 + [3] * 10 + [4] * 5


@dataclass
class Build:
    """A checkout, its migrated database, and what was measured of it."""

    name: str
    folder: Path
    url: str
    cpu: list[float] = field(default_factory=list)  # ms for each application
    database_cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def environment(self, database: str = "") -> dict[str, str]:
        return servers.environment(servers.sibling(self.url, database or self.name), Path(tempfile.gettempdir()))

    def run(self, *arguments: str, database: str = "") -> float:
        """Run a command of the build, and return its processor time in seconds."""
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments, "--skip-checks"],
                cwd=self.folder,
                env=self.environment(database),
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
            _pid, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                said.seek(0)
                raise RuntimeError(f"{self.name}: {arguments} failed: {said.read()[-2000:]}")
        return used.ru_utime + used.ru_stime

    def prepare(self) -> None:
        _execute(self.url, f"CREATE DATABASE {self.name}")
        self.run("migrate", "-v0")
        self.run("api_client", CLIENT)

    def measure(self, file: str, nothing: str, count: int) -> None:
        """Import the file into a fresh database."""
        _execute(self.url, "DROP DATABASE IF EXISTS round", f"CREATE DATABASE round TEMPLATE {self.name}")
        started_cpu = self.run("import_applications", nothing, "--client", CLIENT, database="round")
        database, started = servers.cpu(servers.postmaster(self.url)), time.perf_counter()
        used = self.run("import_applications", file, "--client", CLIENT, database="round")
        self.wall.append(1000 * (time.perf_counter() - started) / count)
        self.database_cpu.append(1000 * (servers.cpu(servers.postmaster(self.url)) - database) / count)
        self.cpu.append(1000 * (used - started_cpu) / count)


def main(rounds: int, count: int, many: int, former: Path | None) -> None:
    with postgres.cluster(durable=True) as url, tempfile.TemporaryDirectory(prefix="heka-bench-") as folder:
        builds = [Build("present", ROOT, url), *([Build("former", former, url)] if former else [])]
        for build in builds:
            build.prepare()
        os.environ.update(builds[0].environment())  # tests.cast asks Django for the time
        file, nothing = _written(Path(folder, "some"), count), _written(Path(folder, "nothing"), 0)
        for number in range(rounds):
            for build in reversed(builds) if number % 2 else builds:
                build.measure(file, nothing, count)
        for build in builds:
            print(
                f"{build.name:8} {median(build.cpu):6.2f} ms of processor time an application "
                f"{[round(one, 2) for one in build.cpu]}, database {median(build.database_cpu):.2f} ms, "
                f"{median(build.wall):.2f} ms of time with start and check"
            )
        mine = median(builds[0].cpu)
        print(f"aim ≤ {MOST} ms: {'met' if mine <= MOST else 'missed'}")
        if former:
            print(f"of the former build: 1/{median(builds[1].cpu) / mine:.1f}")
        _collect(builds[0], Path(folder, "many"), nothing, many)


def _collect(build: Build, path: Path, nothing: str, many: int) -> None:
    build.measure(_written(path, many), nothing, many)
    print(f"{many} applications: {build.cpu[-1]:.2f} ms of processor time each, {build.wall[-1]:.2f} ms of time")
    done = subprocess.run(
        [sys.executable, "-m", "bench.importing", "--collect"],
        cwd=ROOT,
        env={**build.environment("round"), "LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    print(done.stdout.strip())


def _execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _written(path: Path, count: int) -> str:
    with path.open("w") as lines:
        for one in documents(count):
            lines.write(json.dumps(one, ensure_ascii=False) + "\n")
    return str(path)


def documents(count: int) -> Iterator[dict[str, Any]]:
    """Yield applications of people who each stand in one of them: the same ones every time."""
    chance, codes = random.Random(0), _codes()
    now = datetime.now(UTC).replace(microsecond=0)
    for number in range(count):
        people = [_person(chance, next(codes)) for _ in range(chance.choice(HOUSEHOLDS))]
        sent_at = now - timedelta(minutes=chance.randrange(60 * 24 * 60))
        one = cast.document(cast.MAIJA, reference=f"bench-{number}", sent_at=sent_at.isoformat())
        one["main_applicant"] = people[0] | {"email": f"main{number}@example.test"}
        one["co_applicants"] = people[1:]
        yield one


def _person(chance: random.Random, code: str) -> dict[str, Any]:
    who = {
        "first_names": chance.choice(["Maija Liisa", "Olli", "Åsa"]),
        "last_name": "Meikäläinen-Öhman",
        "hetu": code,
    }
    email = f"{code[:6]}{code[7:].lower()}@example.test" if chance.random() < 0.9 else None
    return cast.applicant(
        who,
        email=email,
        language=chance.choice(["fi", "fi", "fi", "sv", "en"]),
        non_disclosure=chance.random() < 0.005,
    )


def _codes() -> Iterator[str]:
    """Yield test codes of adults, each once."""
    for number in range(900, 1000):
        for day in range(25_000):
            born = date(1935, 1, 1) + timedelta(days=(day * 7919) % 25_000)
            digits = f"{born:%d%m%y}"
            sign = "-" if born.year < 2000 else "A"
            yield f"{digits}{sign}{number}{CHECKS[int(f'{digits}{number}') % 31]}"


# --- In the process that collects --------------------------------------------------------------------------


def collect() -> None:
    import django

    django.setup()
    from upstream import events
    from upstream.models import Event, Intake

    started, cpu = time.perf_counter(), time.process_time()
    events.collect()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    made, sent = Event.objects.count(), Intake.objects.count()
    print(
        f"events of {sent} applications: {made} in {seconds:.1f} s, {1000 * cpu / sent:.2f} ms of processor time each"
    )
    if made < sent:
        raise RuntimeError("Some have no event")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.importing")
    parser.add_argument("--former", type=Path, help="the checkout of a former build")
    parser.add_argument("--quick", action="store_true", help="whether it works; the numbers say little")
    parser.add_argument("--collect", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.collect:
        collect()
    elif asked.quick:
        main(1, 200, 1_000, asked.former)
    else:
        main(ROUNDS, APPLICATIONS, MANY, asked.former)
