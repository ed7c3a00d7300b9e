"""Measure, and print medians: `python -m bench [--quick]`. Everything it starts, it stops."""

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import report
from bench.costs import bytes_per_page, memory, starts
from bench.embedded import confirm_at_once
from bench.run import FULL, QUICK, Run, Size
from tests import postgres

LONGEST = 20 * 60  # seconds: whatever happens, the run is over then
# What a checkpoint or a vacuum costs would fall on whatever is measured at that moment.
SETTINGS = ["shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=1h", "autovacuum=off"]


def main(size: Size) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped"))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("Stopped: it took too long"))
    signal.alarm(LONGEST)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heka-bench-")))
        url = stack.enter_context(postgres.cluster(durable=True, settings=SETTINGS))
        print(report.machine(), flush=True)
        neighbours = report.Neighbours()
        run = Run(size, folder, url)
        run.prepare()
        arms = run.measure(stack)
        print(report.stretches(arms.values()))
        large = run.servers["large"]
        aims = [
            *report.speed(arms),
            *report.queries(run.recorded.queries),
            *bytes_per_page(large.port, run.layouts["large"]),
            *memory(large),
            *starts(run.environment("large"), run.log, size.starts),
            *confirm_at_once(folder, run.recorded.csrf_token, size.embedded),
        ]
        print(report.aims(aims))
        print(neighbours)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the speed on this machine.")
    parser.add_argument("--quick", action="store_true", help="whether it works, within 90 s; the numbers say little")
    main(QUICK if parser.parse_args().quick else FULL)
