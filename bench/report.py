"""Medians, ratios and aims as tables."""

import os
import platform
import sysconfig
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import servers
from bench.measures import Arm
from bench.pages import CONFIRM_POST, PAGES

FIGURES = {"app_cpu": 2, "database_cpu": 2, "middle": 0, "slow": 0}  # of Sample, and their decimals
MOST_QUERIES = {"status": 6, CONFIRM_POST: 12}


@dataclass(frozen=True)
class Aim:
    """One measure beside what it should be; `met` is None where nothing was promised."""

    what: str
    aim: str
    result: str
    met: bool | None
    note: str = ""


def machine() -> str:
    """Tell what the figures depend on most."""
    processors = len(os.sched_getaffinity(0))
    # What is not optimised is 1.3 to 1.6 times slower.
    optimised = "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))
    build = "optimised" if optimised else "not optimised"
    python = f"{platform.python_implementation()} {platform.python_version()} ({build})"
    return f"{processors} processors, load {os.getloadavg()[0]:.1f} before; {python}"


class Neighbours:
    """What other processes than those of this run use of the machine, from when it is made."""

    def __init__(self) -> None:
        self._start, self._used = time.monotonic(), self._of_others()

    def __str__(self) -> str:
        cores = (self._of_others() - self._used) / (time.monotonic() - self._start)
        return f"other processes used {cores:.2f} processors during the run"

    @staticmethod
    def _of_others() -> float:
        """Return the processor time, in seconds, of all that is not this process or below it."""
        user, nice, system, _idle, _waiting, interrupts, soft, *_ = map(
            int, Path("/proc/stat").read_text().splitlines()[0].split()[1:]
        )
        return (user + nice + system + interrupts + soft) / servers.TICKS - servers.cpu(os.getpid())


def speed(arms: Mapping[str, Arm]) -> Iterator[Aim]:
    """Give the ratios that the speed of the service is judged by."""
    confirm, status = arms[CONFIRM_POST], arms["status"]
    yield _rate("confirm, of pgbench's rate", confirm, arms[f"{CONFIRM_POST}, pgbench"], least=0.09)
    yield _rate("confirm, of the bare view's rate", confirm, arms[f"{CONFIRM_POST}, bare"], least=0.8)
    yield _rate("status, of the bare page's rate", status, arms["status, bare"], least=0.8)
    yield _rate("status, of the rate of fixed text within our base.html", status, arms["status, based"])
    for name in (CONFIRM_POST, *[page.name for page in PAGES]):
        arm, small = arms[name], arms[f"{name}, 1000"]
        ratio = small.ratio(arm)
        what = f"{name}: time with the large database, of that with 1000"
        yield Aim(what, "≤ 1.1", f"{ratio:.2f}", met=ratio <= 1.1, note=f"by processor time {arm.cpu / small.cpu:.2f}")


def queries(found: Mapping[str, int]) -> Iterator[Aim]:
    for name, count in found.items():
        most = MOST_QUERIES.get(name)
        yield Aim(f"{name}: queries", f"≤ {most}" if most else "–", str(count), met=count <= most if most else None)


def stretches(arms: Iterable[Arm]) -> str:
    """Return the table of everything that was measured in rounds."""
    head = ["", "requests/s", "from–to", "app CPU ms", "database CPU ms", "median ms", "95 % ms", "clients' CPU %"]
    lines = [
        [
            arm.name,
            f"{arm.median('rate'):.0f}",
            "{:.0f}–{:.0f}".format(*arm.spread()),
            *(_figure(arm.median(figure), decimals) for figure, decimals in FIGURES.items()),
            f"{100 * arm.median('clients'):.0f}",
        ]
        for arm in arms
    ]
    return _table(head, lines)


def aims(found: Iterable[Aim]) -> str:
    """Return the table of measures beside their aims."""
    marks = {True: "met", False: "MISSED", None: ""}
    head = ["measure", "aim", "result", "", "note"]
    return _table(head, [[a.what, a.aim, a.result, marks[a.met], a.note] for a in found])


def _figure(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if value else "–"


def _rate(what: str, ours: Arm, other: Arm, least: float | None = None) -> Aim:
    ratio = ours.ratio(other)
    note = f"by processor time {other.cpu / ours.cpu:.3f}"
    return Aim(what, f"≥ {least}" if least else "–", f"{ratio:.3f}", met=ratio >= least if least else None, note=note)


def _table(head: list[str], lines: list[list[str]]) -> str:
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]

    def row(cells: list[str]) -> str:
        return "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)) + " |"

    return "\n".join([row(head), row(["-" * w for w in widths]), *map(row, lines)]) + "\n"
