"""`python -m chaos.within.play [--operation …] [--way …] [--kind …]`: see every.main(), for the empty DATABASE_URL."""

import argparse
import logging
import math
import os

import django

if __name__ == "__main__":
    from tests import environment  # noqa: F401  # before the settings are read

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    from chaos.within import every
    from counter.notices import BOARD
    from identity import limits

    parser = argparse.ArgumentParser()
    for name in ("operation", "way", "kind"):
        parser.add_argument(f"--{name}", action="append", default=[])
    asked = parser.parse_args()
    setup_test_environment(debug=False)
    logging.disable(logging.CRITICAL)  # each fault is a line
    limits.SWEEP = 0  # a statement by chance
    BOARD.set([])
    BOARD._read_at = math.inf
    call_command("migrate", verbosity=0)
    every.main(asked.operation, asked.way, asked.kind)
