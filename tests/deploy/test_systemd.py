"""deploy/systemd holds units that systemd takes, and that speak of settings, secrets and commands that exist."""

import os
import re
import shutil
import subprocess

import pytest
from django.core.management import get_commands

from tests.deploy.known import DEPLOY, is_setting, our_command

UNITS = sorted(path for path in (DEPLOY / "systemd").glob("heka*.*") if path.is_file())
INSTANCES = {
    "heka-broker@": "telia",
    "heka-command@": "purge",
    "heka-migrate@": "0.1.0",
    "heka-web@": "8001",
    "heka-worker@": "1",
}
SYSTEMD = shutil.which("systemd-analyze")
MOST_EXPOSED = 20  # tenths, of 100; what systemd itself calls OK ends at 49
needs_systemd = pytest.mark.skipif(SYSTEMD is None and os.environ.get("CI") != "true", reason="systemd is missing")


def instance(unit):
    prefix, _, rest = unit.name.partition("@")
    return f"{prefix}@{INSTANCES[prefix + '@']}{rest}" if rest else unit.name


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """Return a folder of the units, whose programs are there: systemd looks for each."""
    folder = tmp_path_factory.mktemp("units")
    programs = folder / "bin"
    programs.mkdir()
    for name in ("python", "gunicorn"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    shutil.copytree(DEPLOY / "systemd", folder / "units")
    for file in (folder / "units").rglob("*.*"):
        if file.is_file():
            text = re.sub(r"/opt/heka-confirm/(current|%i)/\.venv/bin", str(programs), file.read_text())
            file.write_text(text.replace("/usr/bin/curl", "/bin/true"))
    return folder / "units"


def analyze(*arguments):
    done = subprocess.run([SYSTEMD, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_each_unit(machine, unit):
    assert analyze("verify", "--man=no", machine / instance(unit)) == (0, "")


@needs_systemd
def test_systemd_would_find_a_misspelt_line_in_what_all_units_share(machine, tmp_path):
    shutil.copytree(machine, tmp_path / "units")
    shared = tmp_path / "units" / "heka-.service.d" / "installation.conf"
    shared.write_text(shared.read_text().replace("NoNewPrivileges", "NoNewPrivilege"))

    assert "NoNewPrivilege" in analyze("verify", "--man=no", tmp_path / "units" / "heka-worker@1.service")[1]


@needs_systemd
@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_a_unit_may_do_little_besides(machine, unit):
    options = ["security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager"]

    returncode, said = analyze(*options, machine / instance(unit))

    assert returncode == 0, said


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_a_unit_has_settings_credentials_and_a_command_that_exist(unit):
    text = (DEPLOY / "systemd/heka-.service.d/installation.conf").read_text() + unit.read_text()
    variables = dict(
        word.split("=", 1) for line in re.findall(r"^Environment=(.*)", text, re.MULTILINE) for word in line.split()
    )
    given = re.findall(r"^LoadCredential=(\S+):/etc/heka-confirm/secrets/(\S+)", text, re.MULTILINE)
    asked = {value.removeprefix("%d/") for value in variables.values() if value.startswith("%d/")}
    command = our_command(re.search(r"^ExecStart=(.*)", text, re.MULTILINE)[1].replace("%i", "purge"))

    assert [name for name in variables if not is_setting(name)] == []
    assert {name for name, _ in given} == asked
    assert [pair for pair in given if pair[0] != pair[1]] == []
    assert command in {"", *get_commands()}


def test_timers_start_commands_that_exist():
    started = {timer.name: re.search(r"^Unit=heka-command@(\w+)\.service", timer.read_text(), re.MULTILINE)
               for timer in UNITS if timer.suffix == ".timer" and "@" not in timer.name}  # fmt: skip

    assert {name: unit[1] for name, unit in started.items()} == {
        "heka-purge.timer": "purge",
        "heka-verify-applications.timer": "verify_applications",
        "heka-verify-records.timer": "verify_records",
    }
    assert {unit[1] for unit in started.values()} <= set(get_commands())
