"""The release before this one, whose code runs while the present release migrates the database."""

import io
import subprocess
import tarfile
from pathlib import Path

from tests.processes import ROOT

COMMIT = (ROOT / "tests" / "former_release").read_text().splitlines()[-1].strip()


def is_known() -> bool:
    """Tell whether this checkout has its history up to that release; a shallow clone and an archive have not."""
    return _git("cat-file", "-e", f"{COMMIT}^{{commit}}").returncode == 0


def files() -> set[str]:
    """Return the paths of all files of that release."""
    return set(_git("ls-tree", "-r", "--name-only", COMMIT).stdout.decode().splitlines())


def content(path: str) -> str:
    """Return a file of that release."""
    return _git("show", f"{COMMIT}:{path}").stdout.decode()


def unpack(folder: Path) -> Path:
    """Put that release into the folder, and return it."""
    archive = _git("archive", COMMIT).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")
    return folder


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
