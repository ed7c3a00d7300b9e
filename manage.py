#!/usr/bin/env python3
"""Django's command line."""

import os
import sys

from django.core.management import execute_from_command_line

from heka_confirm.environment import WrongEnvironment
from heka_confirm.running_demo import join_running_demo

if __name__ == "__main__":
    if demo := join_running_demo():
        sys.stderr.write(f"Beside the demo at {demo}, with its settings and its database.\n")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heka_confirm.settings")
    try:
        execute_from_command_line(sys.argv)
    except WrongEnvironment as wrong:
        sys.exit(str(wrong))
