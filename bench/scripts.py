"""Running a part of a benchmark in a process of its own, on a database of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str, database: str, folder: str, **more: str) -> str:
    """Run a module or script of the project on a database, with more settings, and return what it printed."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "heka_confirm.settings",
        "DEBUG": "false",
        "SECRET_KEY": "benchmark-" * 6,
        "FIELD_ENCRYPTION_KEYS": "benchmark-encryption-" * 3,
        "FIELD_INDEX_KEYS": "benchmark-index-" * 3,
        "RECORD_KEYS": "benchmark-records-" * 3,
        "ALLOW_TEST_CODES": "true",  # the people of the tests have test codes
        "DEMO_WITHOUT_DEBUG": "true",  # which the web server refuses in production
        "STATIC_ROOT": f"{folder}/static",
        "IDENTITY_KEYS_FILE": f"{folder}/identity-keys.json",
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": database,
        **more,
    }
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
