"""`python -m tests.mailing.nursery`: start a worker for each line read, and print its process id.

Each is a process of its own that runs `manage.py deliver`; forked, so that it is there at once.
"""

import os
import signal
import sys

import django
from django.core.management import call_command
from django.db import connections

if __name__ == "__main__":
    django.setup()
    import mailing.worker  # noqa: F401  # before the first fork

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they died
    for _ in sys.stdin:
        connections.close_all()
        if child := os.fork():
            print(child, flush=True)
        else:
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the log is no process id
            call_command("deliver", skip_checks=True)
            os._exit(0)
