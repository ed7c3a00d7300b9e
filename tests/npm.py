"""Packages from npm, as a lock file pins them."""

import fcntl
import subprocess
from pathlib import Path


def install(folder: Path) -> Path:
    """Install what the folder's lock file pins, where it is missing, and return where it is.

    Of several test processes one does it, and the others wait.
    """
    installed = folder / "node_modules"
    with (folder / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (installed / ".package-lock.json").exists():  # npm writes it last
            subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=folder, check=True)
    return installed
