"""`python -m bench.compare REV`: the working tree beside a former revision, both in turn, as ratios of medians.

Each build has databases of its own in one PostgreSQL server, filled alike by its own bench, and a process of its own
that is asked over a pipe (bench.asked). `--only status,confirm` and `--pairs 2` are for while one works.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psycopg

from bench import report, servers
from bench.servers import ROOT
from tests import postgres

PAIRS, TIMES, WARM_UP, SIZE = 7, 60, 20, 4_000
SETTINGS = ["shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=1h", "autovacuum=off"]
# At most so much of what the former revision takes (issue 21); many acts of one line are taken together.
AIMS: dict[str, tuple[list[str], float]] = {
    "status": (["status"], 0.5),
    "choose": (["choose"], 0.5),
    "confirm": (["confirm"], 0.5),
    "receipt": (["receipt"], 0.5),
    "confirm (POST)": (["confirm (POST)"], 0.6),
    "front": (["front"], 0.7),
    "other public": (["counter", "how-to", "privacy", "accessibility", "cookies"], 0.7),
}


@dataclass
class Build:
    """A checkout, its databases, and the process that does what is asked."""

    name: str
    folder: Path
    python: str
    url: str
    work: Path  # its static files and keys
    process: subprocess.Popen[str] | None = None
    found: dict[str, list[dict[str, float]]] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return servers.environment(servers.sibling(self.url, self.name), self.work, LOG_LEVEL="ERROR")

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout

    def prepare(self, size: int) -> None:
        with psycopg.connect(self.url, autocommit=True) as database:
            database.execute(f"CREATE DATABASE {self.name}")
        self.run("manage.py", "collectstatic", "-v0", "--noinput", "--skip-checks")
        self.run("manage.py", "migrate", "-v0", "--skip-checks")
        self.run("-m", "bench.load", str(size))
        postmaster = servers.postmaster(self.url)
        self.process = subprocess.Popen(
            [self.python, str(ROOT / "bench" / "asked.py"), str(size), str(postmaster)],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, act: str, times: int, *, queries: bool = False) -> dict[str, float]:
        assert self.process and self.process.stdin and self.process.stdout
        print(json.dumps({"act": act, "times": times, "queries": queries}), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"The {self.name} build has ended")
        found: dict[str, float] = json.loads(answer)
        return found

    def end(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


def main(revision: str, pairs: int, size: int, only: list[str]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped"))
    chosen = {name: aim for name, aim in AIMS.items() if not only or name in only}
    acts = [act for of_aim, _ in chosen.values() for act in of_aim]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heka-compare-")))
        url = stack.enter_context(postgres.cluster(durable=True, settings=SETTINGS))
        builds = [_former(revision, url, folder), Build("present", ROOT, sys.executable, url, folder / "present")]
        print(f"{report.machine()}", flush=True)
        for build in builds:
            stack.callback(build.end)
            build.prepare(size)
        for act in acts:
            for build in builds:
                build.ask(act, WARM_UP)
                build.found[act] = []
        for number in range(pairs):
            for act in acts:
                for build in reversed(builds) if number % 2 else builds:
                    build.found[act].append(build.ask(act, TIMES))
        print(report.aims(list(_aims(chosen, builds))))


def _former(revision: str, url: str, folder: Path) -> Build:
    """Return the build of a revision, with the installed packages."""
    checkout = folder / "former" / "checkout"
    checkout.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "-x"], cwd=checkout, input=archive, check=True)
    return Build("former", checkout, sys.executable, url, folder / "former")


def _aims(chosen: dict[str, tuple[list[str], float]], builds: list[Build]) -> Iterator[report.Aim]:
    for name, (acts, most) in chosen.items():
        former, present = (_together(build, acts) for build in builds)
        ratios = [mine["ours"] / other["ours"] for mine, other in zip(present, former, strict=True)]
        ratio = median(ratios)
        middles = {
            figure: [median(one[figure] for one in of_build) for of_build in (former, present)]
            for figure in ("ours", "database")
        }
        note = "{:.2f} → {:.2f} ms; database {:.2f} → {:.2f} ms; ".format(*middles["ours"], *middles["database"])
        note += f"rounds {min(ratios):.2f}–{max(ratios):.2f}"
        yield report.Aim(name, f"≤ {most}", f"{ratio:.2f}", met=ratio <= most, note=note)


def _together(build: Build, acts: list[str]) -> list[dict[str, float]]:
    """Return the sum of the acts, round by round."""
    rounds = zip(*(build.found[act] for act in acts), strict=True)
    return [{figure: sum(one[figure] for one in each) for figure in ("ours", "database", "wall")} for each in rounds]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description="Compare with a former revision.")
    parser.add_argument("revision")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--size", type=int, default=SIZE, help="applications")
    parser.add_argument("--only", default="", help=f"some of: {', '.join(AIMS)}")
    given = parser.parse_args()
    main(given.revision, given.pairs, given.size, [name for name in given.only.split(",") if name])
