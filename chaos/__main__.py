"""Let everything fail in turn: `python -m chaos [SCENARIO …]`. Everything that it starts, it stops."""

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from chaos import run

LONGEST = 45 * 60  # seconds: whatever happens, the run is over then
SIZE, ROUNDS = 2_000, 10


def main(names: list[str], *, size: int, rounds: int) -> int:
    """Play the scenarios, all of them if none is named; print a table; return the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped"))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("Stopped: it took too long"))
    signal.alarm(LONGEST)
    scenarios = run.load()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heka-chaos-")))
        folder.chmod(0o755)  # the database's own user goes through it
        playing = run.Run(folder, stack, size=size, rounds=rounds)
        for name in names or scenarios:
            with playing.playing(name):
                playing.figure(scenarios[name].what)
                scenarios[name].play(playing)
        print(playing.table())
        for lost in playing.losses:
            print(f"LOSS {lost}")
    return 1 if playing.losses else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m chaos", description="Let everything fail, and look for losses.")
    parser.add_argument("scenario", nargs="*", help=f"only these: {', '.join(run.load())}")
    parser.add_argument("--size", type=int, default=SIZE, help=f"confirmations of the largest scenario ({SIZE})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"kills and restarts of a scenario ({ROUNDS})")
    asked = parser.parse_args()
    if unknown := set(asked.scenario) - run.SCENARIOS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    sys.exit(main(asked.scenario, size=asked.size, rounds=asked.rounds))
