"""The services of deploy/compose.yaml as processes of this machine, with their own commands, variables and files.

The tests have no Docker. What would be mounted lies in one folder, whose path is written into what names it; each
process gets the variables of its service and nothing else.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import yaml

from tests import postgres
from tests.ports import free_port
from tests.processes import ROOT
from tests.running import databases
from tests.running.web import Server, await_answer, static_files

DEPLOY = ROOT / "deploy"
SERVICES: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
MOUNTS = ("/run/secrets", "/run/postgresql", "/run/pgbouncer", "/etc/pgbouncer", "/etc/heka-confirm")
# The superuser of the test comes in without a password, as that of the image does while it makes the database.
HBA = "local all heka trust\nlocal all all scram-sha-256\n"
STOP_SECONDS = 90


@dataclass
class Composed:
    """A folder that stands in for the mounts of all services, and what runs from it."""

    folder: Path
    more: dict[str, str]  # variables for all, besides their own
    web: list[Server] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def place(self, mount: str) -> Path:
        """Return what stands in for a mount."""
        return self.folder / mount.strip("/").replace("/", "-")

    def here(self, text: str) -> str:
        """Return a text with the paths of the containers replaced by those of this folder."""
        for mount in MOUNTS:
            own = str(self.place(mount))
            text = text.replace(mount, own).replace(quote(mount, safe=""), quote(own, safe=""))
        return text

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """Return the variables of a service."""
        lines = [line for file in SERVICES[service]["env_file"] for line in (DEPLOY / file).read_text().splitlines()]
        site = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        own = {name: self.here(value) for name, value in SERVICES[service]["environment"].items()}
        return {**site, **own, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **self.more, **more}

    def command(self, service: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the command of a service to its end, or these arguments of its entrypoint."""
        words = [*SERVICES[service].get("entrypoint", []), *(arguments or SERVICES[service]["command"])]
        own = self.environment(service, **more)
        command = [sys.executable, *words[1:]]
        return subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, timeout=300, check=False)

    @contextmanager
    def process(self, name: str, command: list[Any], **how: Any) -> Iterator[subprocess.Popen[bytes]]:
        """Run something with its output in a log of that name, and end it."""
        with self.log(name).open("w") as log:
            started = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **how)
        try:
            yield started
        finally:
            started.terminate()
            started.wait(timeout=STOP_SECONDS)

    def log(self, name: str) -> Path:
        """Return where the output of a process goes."""
        return self.folder / f"{name}.log"


@contextmanager
def composed(email_url: str, **more: str) -> Iterator[Composed]:
    """Start what compose.yaml starts, in its order and but for the proxy; end it. `more` are variables for all."""
    folder = Path(tempfile.mkdtemp(prefix="heka-"))  # a short path, as those of sockets have to be
    folder.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        made = Composed(folder, {"STATIC_ROOT": static_files(ROOT), **more})
        _first_day(made, email_url)
        _database(made, stack)
        migrated = made.command("migrate")
        assert migrated.returncode == 0, migrated.stderr
        _pooler(made, stack)
        for service in ("web-1", "web-2"):
            port = free_port()
            own = made.environment(service, HOST="127.0.0.1", PORT=str(port))
            command = [sys.executable, "-m", "gunicorn"]
            process = stack.enter_context(made.process(service, command, cwd=ROOT, env=own))
            made.web.append(Server(process, port, made.log(service)))
        for server in made.web:
            await_answer(server)
        command = [sys.executable, *SERVICES["worker"]["command"][1:]]
        for number in range(SERVICES["worker"]["deploy"]["replicas"]):
            own = made.environment("worker")
            made.workers.append(stack.enter_context(made.process(f"worker-{number}", command, cwd=ROOT, env=own)))
        yield made
        for process in [*(server.process for server in made.web), *made.workers]:
            process.terminate()  # all at once; each is waited for above


def _first_day(made: Composed, email_url: str) -> None:
    """Make the secrets, as docs/deploying.md says, and put what is mounted into its place."""
    secrets = made.place("/run/secrets")
    subprocess.run(["sh", DEPLOY / "secrets.sh", secrets], check=True, capture_output=True)
    secrets.chmod(0o755)  # each service is given single files of it
    for file in secrets.iterdir():
        file.chmod(0o644)
        file.write_text(made.here(file.read_text()))
    (secrets / "email_url").write_text(email_url)
    made.place("/etc/heka-confirm").mkdir()
    shutil.copy(DEPLOY / "identity_providers.json", made.place("/etc/heka-confirm"))
    keys = made.command("manage", "identity_keys", "make", "--stdout")
    assert keys.returncode == 0, keys.stderr
    (secrets / "identity_keys.json").write_text(keys.stdout)


def _database(made: Composed, stack: ExitStack) -> None:
    """Start PostgreSQL with its socket in its place, and do what its image does with the mounted scripts."""
    hba = made.folder / "pg_hba.conf"
    hba.write_text(HBA)
    databases.hand_over(hba)
    superuser = stack.enter_context(postgres.cluster(settings=[f"hba_file={hba}", "max_connections=100"]))
    socket = psycopg.conninfo.conninfo_to_dict(superuser)["host"]
    made.place("/run/postgresql").symlink_to(socket)
    databases.run_roles(superuser)
    script = made.here((DEPLOY / "compose" / "passwords.sh").read_text())
    own = {"POSTGRES_USER": "heka", "POSTGRES_DB": "heka", "PGHOST": socket}
    path = f"{postgres.binaries()}:{os.environ['PATH']}"
    subprocess.run(["bash", "-e", "-c", script], check=True, env={**own, "PATH": path})


def _pooler(made: Composed, stack: ExitStack) -> None:
    """Start PgBouncer with the file of compose.yaml over deploy/pgbouncer.ini."""
    place, sockets = made.place("/etc/pgbouncer"), made.place("/run/pgbouncer")
    for folder in place, sockets:
        folder.mkdir()
    shutil.copy(DEPLOY / "pgbouncer.ini", place)
    file = made.place("/etc/heka-confirm") / "pgbouncer.ini"
    file.write_text(made.here((DEPLOY / "compose" / "pgbouncer.ini").read_text()))
    owner = postgres._not_root(str(sockets))
    process = stack.enter_context(made.process("pooler", [databases.PGBOUNCER, file], cwd="/", **owner))
    databases.wait_for(process, (made.place("/run/secrets") / "database_url").read_text().strip(), made.log("pooler"))
