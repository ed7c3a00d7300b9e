"""One stretch of load at a time, and what it used of this machine."""

import re
import resource
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median

from bench import servers
from bench.client import drive
from bench.servers import Server
from tests.postgres import binaries

CLIENTS = 16
# Connections to the database end between two stretches; what opening them costs is not what is measured.
WARMING = 10 * CLIENTS  # requests


@dataclass(frozen=True)
class Sample:
    """One stretch. Times are milliseconds a request, the clients' share is of one core."""

    rate: float
    app_cpu: float
    database_cpu: float
    middle: float = 0
    slow: float = 0  # 95 of 100 were faster
    clients: float = 0


@dataclass
class Arm:
    """Something measured once a round."""

    name: str
    run: Callable[[], Sample]
    samples: list[Sample] = field(default_factory=list)

    def measure(self) -> None:
        self.samples.append(self.run())

    def median(self, figure: str) -> float:
        return median(getattr(sample, figure) for sample in self.samples)

    @property
    def cpu(self) -> float:
        """Return the processor time of one request, application and database together, in milliseconds."""
        return median(sample.app_cpu + sample.database_cpu for sample in self.samples)

    def spread(self) -> tuple[float, float]:
        rates = [sample.rate for sample in self.samples]
        return min(rates), max(rates)

    def ratio(self, other: "Arm", figure: str = "rate") -> float:
        """Return the median of the rounds' own ratios: what slows a whole round down cancels out."""
        pairs = zip(self.samples, other.samples, strict=True)
        return median(getattr(mine, figure) / getattr(theirs, figure) for mine, theirs in pairs)


@dataclass(frozen=True)
class Stretch:
    """How long one stretch lasts, and which database server stands behind all of them."""

    seconds: float
    postmaster: int

    def http(self, server: Server, requests: Iterator[bytes], *, expected: int) -> Sample:
        """Load a server with the next requests. Raises RuntimeError for any answer but the expected one."""
        drive(server.port, islice(requests, WARMING), connections=CLIENTS)
        app, database = servers.cpu(server.pid), servers.cpu(self.postmaster)
        load = drive(server.port, requests, connections=CLIENTS, seconds=self.seconds)
        app, database = servers.cpu(server.pid) - app, servers.cpu(self.postmaster) - database
        if set(load.statuses) != {expected}:
            raise RuntimeError(f"Answers other than {expected}: {dict(load.statuses)}")
        return Sample(
            rate=load.rate,
            app_cpu=1000 * app / load.count,
            database_cpu=1000 * database / load.count,
            middle=load.latency(50),
            slow=load.latency(95),
            clients=load.client_cpu / load.seconds,
        )

    def pgbench(self, url: str, script: Path, rows: range, *, clients: int = CLIENTS) -> Sample:
        """Run a script of statements.script() once for each of the rows, as far as they divide evenly."""
        span = len(rows) // clients
        programs = binaries()
        if programs is None:
            raise FileNotFoundError("The PostgreSQL server is not installed")
        variables = {"i": 0, "first": rows.start - 1, "span": span}
        command = [programs / "pgbench", "--no-vacuum", "--protocol=prepared", f"--file={script}"]
        command += [f"--client={clients}", "--jobs=1", f"--transactions={span}"]
        command += [f"--define={name}={value}" for name, value in variables.items()]
        command += ["--host", servers.socket_folder(url), "--username=heka", url.rpartition("/")[2]]
        database, own = servers.cpu(self.postmaster), _children_cpu()
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        database, own = servers.cpu(self.postmaster) - database, _children_cpu() - own
        processed = f"actually processed: {span * clients}/{span * clients}"
        rate = re.search(r"tps = ([\d.]+)", done.stdout)
        if done.returncode or processed not in done.stdout or not rate:
            raise RuntimeError(f"pgbench: {done.stdout}{done.stderr}")
        count = span * clients
        # It is to the database what the application is otherwise.
        return Sample(rate=float(rate[1]), app_cpu=1000 * own / count, database_cpu=1000 * database / count)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
