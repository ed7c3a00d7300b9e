"""What scenarios have in common: their list, the lines that they print, and the losses that they find.

A module with scenarios is imported in a process that has no settings and no database. What needs Django runs in a
process of its own, with the database in its environment.
"""

import importlib
import pkgutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import chaos

Number = int | float | str


@dataclass(frozen=True)
class Scenario:
    """Something that goes wrong, by its name on the command line."""

    name: str
    what: str
    play: Callable[["Run"], None]


SCENARIOS: dict[str, Scenario] = {}


def scenario(name: str, what: str) -> Callable[[Callable[["Run"], None]], Callable[["Run"], None]]:
    """Enter a function in the list of scenarios."""

    def enter(play: Callable[["Run"], None]) -> Callable[["Run"], None]:
        if name in SCENARIOS:
            raise ValueError(f"Two scenarios are called {name}")
        SCENARIOS[name] = Scenario(name, what, play)
        return play

    return enter


def load() -> dict[str, Scenario]:
    """Import every module of the package, so that its scenarios are in the list, and return them by name.

    Those of chaos.within are not imported: they need Django.
    """
    for module in pkgutil.iter_modules(chaos.__path__):
        if module.name not in {"__main__", "within"}:
            importlib.import_module(f"chaos.{module.name}")
    return SCENARIOS


@dataclass
class Outcome:
    """How a scenario went."""

    name: str
    checked: int = 0
    losses: list[str] = field(default_factory=list)
    seconds: float = 0


@dataclass
class Run:
    """One run: how large it is, its folder, and what was found. `stack` ends what lasts as long as the whole run."""

    folder: Path
    stack: ExitStack
    size: int  # confirmations of the largest scenario; the others take their share of it
    rounds: int  # how often something fails in a scenario: kills, restarts
    outcomes: list[Outcome] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)  # what is made once for all scenarios

    def figure(self, text: str, **numbers: Number) -> None:
        """Print one line at once: what was done, and its figures (names with blanks for underscores)."""
        shown = ", ".join(f"{name.replace('_', ' ')} {_shown(number)}" for name, number in numbers.items())
        name = self.outcomes[-1].name if self.outcomes else ""
        print(f"{name:<10} {text}{': ' if shown else ''}{shown}", flush=True)

    def must(self, condition: object, lost: str) -> None:
        """Record a loss unless the condition holds."""
        self.outcomes[-1].checked += 1
        if not condition:
            self.outcomes[-1].losses.append(lost)
            print(f"{self.outcomes[-1].name:<10} LOSS: {lost}", flush=True)

    @contextmanager
    def playing(self, name: str) -> Iterator[None]:
        """Count what is found within the context as that scenario's. An error in it is a loss like any other."""
        outcome = Outcome(name)
        self.outcomes.append(outcome)
        started = time.monotonic()
        try:
            yield
        except Exception as error:  # the other scenarios are played nevertheless
            self.must(False, f"the scenario broke off: {type(error).__name__}: {error}")  # noqa: FBT003
        finally:
            outcome.seconds = time.monotonic() - started

    def table(self) -> str:
        """Return a line for each scenario: what was checked, what was lost, how long it took."""
        lines = [f"{'scenario':<12}{'checked':>8}{'lost':>6}{'seconds':>9}"]
        lines += [f"{o.name:<12}{o.checked:>8}{len(o.losses):>6}{o.seconds:>9.0f}" for o in self.outcomes]
        return "\n".join(lines)

    @property
    def losses(self) -> list[str]:
        return [f"{outcome.name}: {lost}" for outcome in self.outcomes for lost in outcome.losses]


def _shown(number: Number) -> str:
    return f"{number:.3g}" if isinstance(number, float) else str(number)
