"""Every n-th statement, COMMIT and step of a call fails: chaos.within.every, in processes of their own."""

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any

from chaos.run import Run, scenario
from tests import postgres

# Each part has a process and a database of its own.
PARTS = [
    ["confirming", "checking", "issuing", "taking_in", "putting", "delivering_letters", "signing_in"],
    ["changing", "confirming_here", "setting_password", "undoing", "taking_in_without_key", "putting_with_key"],
    ["applying", "withdrawing", "withdrawing_oneself", "delivering_events", "ticking"],
]
FEW = ["connection lost", "answer lost", "deadlock", "reset"]  # kinds, where little is played
MANY_ROUNDS = 5


@scenario("faults", "every n-th statement, COMMIT and call of confirming and all else fails, in each way")
def play(run: Run) -> None:
    """Print a line for each operation and way to fail; what is lost is named with its n."""
    kinds = FEW if run.rounds < MANY_ROUNDS else []
    children: list[subprocess.Popen[str]] = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            list(pool.map(lambda part: _play_part(run, part, kinds, children), PARTS))
        finally:
            for child in children:
                child.terminate()


def _play_part(run: Run, operations: list[str], kinds: list[str], children: list[subprocess.Popen[str]]) -> None:
    """Let everything fail in these operations, and tell what was found as it is found."""
    chosen = [f"--operation={name}" for name in operations] + [f"--kind={kind}" for kind in kinds]
    with postgres.cluster() as url:
        command = [sys.executable, "-m", "chaos.within.play", *chosen]
        environment = {**os.environ, "DATABASE_URL": url}
        child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        children.append(child)
        assert child.stdout is not None
        found = map(json.loads, child.stdout)
        for (name, way), each in groupby(found, key=lambda one: (one["operation"], one["way"])):
            _tell(run, name, way, list(each))
        run.must(child.wait() == 0, f"the process of {', '.join(operations)} broke off")


def _tell(run: Run, name: str, way: str, found: list[dict[str, Any]]) -> None:
    answers: Counter[str] = Counter()
    for each in found:
        answers.update({f"answered {answer}": number for answer, number in each["answers"].items()})
        run.must(each["has_met_all"], f"{name} never goes through: {way}, {each['kind']}")
        for loss in each["lost"]:
            run.must(False, f"{name}, {way} {loss} ({each['kind']})")  # noqa: FBT003
    failed = {"n": max(each["reached"] for each in found), "ways": len(found), "tried": answers.total()}
    run.figure(f"{name}: every n-th {way}", **failed, **answers)
