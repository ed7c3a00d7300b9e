"""deploy/compose.yaml is what Docker Compose takes, and speaks of settings, secrets and commands that exist."""

import re
import subprocess
import sys

import pytest
import yaml
from django.core.management import get_commands

from tests.deploy.known import DEPLOY, is_setting, our_command

COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "env_file" in service}


def compose_faults(file):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_compose_file_is_one(tmp_path):
    misspelt = tmp_path / "compose.yaml"
    misspelt.write_text((DEPLOY / "compose.yaml").read_text().replace("read_only:", "readonly:", 1))

    assert compose_faults(DEPLOY / "compose.yaml") == ""
    assert "readonly" in compose_faults(misspelt)


@pytest.mark.parametrize("name", OURS)
def test_a_service_has_settings_secrets_and_a_command_that_exist(name):
    service = OURS[name]
    environment = service["environment"]
    files = {value.rpartition("/")[2] for value in environment.values() if value.startswith("/run/secrets/")}
    command = [*service.get("entrypoint", []), *service.get("command", ["gunicorn"])]

    assert [each for each in environment if not is_setting(each)] == []
    assert files == set(service["secrets"])
    assert our_command(command) in {"", "help", *get_commands()}


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_nothing_more_than_it_has_to(name):
    service = SERVICES[name]

    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    assert [port for port in service.get("ports", []) if name != "proxy"] == []
    assert service.get("restart") == ("no" if name in {"migrate", "manage"} else "unless-stopped")
    assert "healthcheck" in service
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        assert source in COMPOSE["volumes"] or source == "./tls" or (DEPLOY / source).exists()


def test_every_secret_of_the_compose_file_is_made_or_named(tmp_path):
    told = subprocess.run(["sh", DEPLOY / "secrets.sh", tmp_path], check=True, capture_output=True, text=True).stderr
    named = set(re.findall(r"/([\w.]+)$", told, re.MULTILINE))

    assert set(COMPOSE["secrets"]) == {file.name for file in tmp_path.iterdir()} | named


def test_web_servers_are_where_the_proxy_looks_for_them_and_stop_in_time():
    addresses = {name: SERVICES[name]["networks"]["front"]["ipv4_address"] for name in ("web-1", "web-2")}
    graces = {name: SERVICES[name].get("stop_grace_period") for name in ("web-1", "web-2", "worker")}

    assert SERVICES["proxy"]["extra_hosts"] == [f"{name}:{address}" for name, address in addresses.items()]
    assert re.findall(r"server (\S+):8000", (DEPLOY / "nginx.conf").read_text()) == list(addresses)
    assert graces == {"web-1": "30s", "web-2": "30s", "worker": "60s"}
    assert SERVICES["web-1"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_connections_of_the_compose_file_fit():
    """As its comment and docs/databases.md count them."""
    pooler = (DEPLOY / "pgbouncer.ini").read_text()
    most, pool, reserve = (
        int(re.search(rf"^{name} = (\d+)", pooler, re.MULTILINE)[1])
        for name in ("max_client_conn", "default_pool_size", "reserve_pool_size")
    )
    concurrency = int(SERVICES["web-1"]["environment"]["WEB_CONCURRENCY"])
    clients = 2 * concurrency * 8 + SERVICES["worker"]["deploy"]["replicas"] * 4 + 2

    assert f": {clients}, and" in (DEPLOY / "compose.yaml").read_text()
    assert 2 * clients <= most
    assert pool + reserve + 10 <= 100
