"""The image as an operator builds and runs it, without a registry of images and without Docker.

buildah builds it, on a Debian that mmdebstrap makes under the name that the Dockerfile asks for. A container of it is
a process with namespaces of its own, a root that cannot be written, and a user whom the image does not know. It stays
in the network of this machine. All of it lies in a folder of this run, in memory: a disk takes minutes to forget it.
"""

import ast
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.processes import ROOT
from tests.running.databases import MUST_RUN

SUITE, PACKAGES = "trixie", "python3,python3-pip"
USER, GROUP = 1000730000, 0  # as OpenShift gives them
CAN_BUILD = os.geteuid() == 0 and all(map(shutil.which, ("buildah", "mmdebstrap")))
needs_buildah = pytest.mark.skipif(not CAN_BUILD and not MUST_RUN, reason="no buildah, no mmdebstrap, or not root")
# The settings of pip by which this machine reaches a registry of packages.
OF_THE_MACHINE = {"index-url", "extra-index-url", "find-links", "trusted-host", "proxy", "default-timeout", "timeout"}
# Its root is bound to itself, since only a mount can be made read-only. All mounts go with the process.
ENTER = """
root=$1; shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mkdir -p "$root/run/secrets"
mount --bind -o ro "$1" "$root/run/secrets"; shift
mount -o remount,bind,ro "$root"
exec chroot --userspec="$1" --groups= "$root" "${@:2}"
"""


@dataclass
class Container:
    """A process in an image; `pid` is that of its own process 1."""

    process: subprocess.Popen[bytes]
    pid: int
    log: Path
    start: list[str]  # what sets environment and folder before a command

    def run(self, *command: str) -> int:
        """Run a command beside the process, as an engine does with HEALTHCHECK; return its exit status."""
        inside = ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--root", f"-S{USER}", f"-G{GROUP}"]
        done = subprocess.run([*inside, *self.start, *command], capture_output=True, check=False, timeout=120)
        return done.returncode

    def terminate(self) -> None:
        """Ask it to stop as an engine does."""
        os.kill(self.pid, signal.SIGTERM)

    def seconds_until_end(self, *, most: float = 60) -> float:
        """Wait until it has ended, and return for how long. Raises TimeoutExpired."""
        started = time.monotonic()
        self.process.wait(timeout=most)
        return time.monotonic() - started


@dataclass(frozen=True)
class Image:
    """A built image: its settings as an engine reads them, and its root unpacked.

    `base` is a container of what it stands on, and `mark` a line in all that the builder kept secret.
    """

    config: dict[str, Any]
    root: Path
    folder: Path
    base: str
    mark: str

    @contextmanager
    def running(self, *command: str, secrets: Path, **environment: str) -> Iterator[Container]:
        """Run a command, by default the image's own, with a read-only root as an arbitrary user.

        `secrets` is the folder that stands under /run/secrets.
        """
        known = dict(pair.split("=", 1) for pair in self.config["Env"])
        given = [f"{name}={value}" for name, value in {**known, "HOME": "/", **environment}.items()]
        start = ["/usr/bin/env", "-i", "-C", self.config["WorkingDir"], *given]
        log = Path(tempfile.mkdtemp(dir=self.folder)) / "log"
        with log.open("w") as lines:
            apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-euc", ENTER, "enter"]
            process = subprocess.Popen(
                [*apart, self.root, secrets, f"{USER}:{GROUP}", *start, *(command or self.config["Cmd"])],
                stdout=lines,
                stderr=lines,
                stdin=subprocess.DEVNULL,
            )
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while process.poll() is None and not (pids := children.read_text().split()):
            time.sleep(0.01)
        try:
            yield Container(process, int(pids[0]), log, start)
        finally:
            process.kill()  # and with it, its child
            process.wait()

    def run(self, *command: str, secrets: Path, **environment: str) -> str:
        """Run a command to its end, and return what it said. Raises AssertionError when it fails."""
        with self.running(*command, secrets=secrets, **environment) as container:
            status = container.process.wait(timeout=300)
            assert status == 0, container.log.read_text()
            return container.log.read_text()

    def can_add(self, packages: list[str]) -> str:
        """Return what apt would do to add packages to the base. Raises AssertionError when it cannot."""
        command = f"apt-get update -q && apt-get install -q --simulate --no-install-recommends {' '.join(packages)}"
        return _buildah(self.folder, "run", self.base, "sh", "-c", command)


@contextmanager
def built(**arguments: str) -> Iterator[Image]:
    """Build the image with those arguments on a base of its own, and remove all of it in the end."""
    folder = Path(tempfile.mkdtemp(prefix="heka-image-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4g,mode=755", "heka-image", folder], check=True)
    try:
        base = _make_base(folder)
        mark = f"# {uuid.uuid4()}\n"
        secrets, mounted = _reach_packages(folder, mark)
        given = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        volumes = [f"--volume={path}:{path}:ro" for path in mounted]
        secret = [f"--secret=id={file.stem},src={file}" for file in secrets]
        options = ["--pull-never", "--format=docker", *secret, *given, *volumes]
        _buildah(folder, "build", "--quiet", *options, "--tag=heka-confirm", str(ROOT))
        made = json.loads(_buildah(folder, "inspect", "--type=image", "heka-confirm"))
        root = _buildah(folder, "mount", _buildah(folder, "from", "--pull-never", "heka-confirm"))
        yield Image(made["Docker"]["config"], Path(root), folder, base, mark.strip())
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def argument(name: str) -> str:
    """Return the default of an argument of the Dockerfile."""
    return str(re.search(rf"^ARG {name}=(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[1])


def _buildah(folder: Path, *command: str) -> str:
    storage = ["--storage-driver=vfs", f"--root={folder}/images", f"--runroot={folder}/run"]
    done = subprocess.run(
        ["buildah", *storage, *command],
        env={**os.environ, "BUILDAH_ISOLATION": "chroot", "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def _make_base(folder: Path) -> str:
    """Make the base of the image; return a container of it."""
    container = _buildah(folder, "from", "scratch")
    root = _buildah(folder, "mount", container)
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", SUITE, root], check=True)
    name = f"{argument('REGISTRY')}/{argument('BASE_IMAGE')}"
    _buildah(folder, "commit", "--quiet", "--format=docker", container, name)
    return container


def _reach_packages(folder: Path, mark: str) -> tuple[list[Path], set[str]]:
    """Write what the build needs to reach packages as pip does on this machine, each file with that line in it.

    Return the files, whose names are those of the secrets, and the folders that they name.
    """
    said = subprocess.run(
        [getattr(sys, "_base_executable", sys.executable), "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = re.findall(r"^[^.=]*\.([\w-]+)=(.*)$", said.stdout, re.MULTILINE)
    settings = {name: " ".join(ast.literal_eval(value).split()) for name, value in lines}
    files = {"pip.conf": "[global]\n"}
    files["pip.conf"] += "".join(f"{name} = {value}\n" for name, value in settings.items() if name in OF_THE_MACHINE)
    if authority := settings.get("cert") or ssl.get_default_verify_paths().cafile:
        files["ca.pem"] = Path(authority).read_text()
    for name, text in files.items():
        (folder / name).write_text(mark + text)
    paths = [Path(word.removeprefix("file://")) for word in files["pip.conf"].split()]
    # An index of files keeps them beside itself.
    mounted = {str(path.parent) for path in paths if path.is_absolute() and path.is_dir() and path.parent != Path("/")}
    return [folder / name for name in files], mounted
