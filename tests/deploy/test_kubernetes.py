"""deploy/kubernetes is what a cluster takes, and speaks of settings, secrets and commands that exist."""

import copy
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from tests.deploy.known import ROOT, is_setting, our_command
from tests.deploy.manifests import BASE, KINDS_OF_PODS, OVERLAY, merged, pod_of, read, resources

KUBECTL = shutil.which("kubectl")


def strictly(documents, tmp_path):
    """Return what is wrong with these resources. Without --strict misspelt keys would pass."""
    file = tmp_path / "resources.yaml"
    file.write_text(yaml.safe_dump_all(documents))
    command = [Path(sys.executable).with_name("kubernetes-validate"), "--strict", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode or said.count(" passed ") == len(documents), said
    return "" if done.returncode == 0 else said


INSTALLATIONS = {"base": resources(BASE), "city": merged(OVERLAY)}
PODS = {
    f"{name}: {each['kind']} {each['metadata']['name']}": each
    for name, documents in INSTALLATIONS.items()
    for each in documents
    if each["kind"] in KINDS_OF_PODS
}


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_a_cluster_takes_each_resource(name, tmp_path):
    assert strictly(INSTALLATIONS[name], tmp_path) == ""


def test_a_misspelt_key_would_be_found(tmp_path):
    misspelt = copy.deepcopy(INSTALLATIONS["city"])
    web = next(each for each in misspelt if each["kind"] == "Deployment")
    container = web["spec"]["template"]["spec"]["containers"][0]
    container["livenesProbe"] = container.pop("livenessProbe")

    assert "livenesProbe" in strictly(misspelt, tmp_path)


def test_each_patch_changes_something_of_the_base_and_there_are_no_others():
    patches = [OVERLAY / each["path"] for each in read(OVERLAY / "kustomization.yaml")[0]["patches"]]
    unpatched = resources(OVERLAY)

    assert sorted(patches) == sorted(OVERLAY.glob("*patch*"))
    for patch in patches:
        assert merged(OVERLAY, patches=[patch]) != unpatched


@pytest.mark.parametrize("name", PODS)
def test_a_pod_has_no_rights_and_writes_nowhere(name):
    pod = pod_of(PODS[name])["spec"]
    (container,) = pod["containers"]

    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert pod["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"requests", "limits"} == container["resources"].keys()
    assert {mount["name"] for mount in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}


@pytest.mark.parametrize("name", PODS)
def test_a_pod_has_settings_and_a_command_that_exist(name):
    (container,) = pod_of(PODS[name])["spec"]["containers"]
    given = {each["name"] for each in container["env"]}

    assert [variable for variable in given if not is_setting(variable)] == []
    assert our_command(container.get("command", ["gunicorn"])) in {"", *get_commands()}


@pytest.mark.parametrize("name", PODS)
def test_what_a_pod_mounts_is_made_or_told_to_be_made(name):
    volumes = pod_of(PODS[name])["spec"]["volumes"]
    secrets = {each["secret"]["secretName"] for each in volumes if "secret" in each}
    told = (ROOT / "docs/deploying.md").read_text()

    assert [secret for secret in secrets if f"create secret generic {secret} " not in told] == []
    assert {each["configMap"]["name"] for each in volumes if "configMap" in each} == {"identity-providers"}


def test_settings_are_where_the_pods_look_for_them():
    generated = {
        each["name"]: each
        for folder in (BASE, OVERLAY)
        for each in read(folder / "kustomization.yaml")[0]["configMapGenerator"]
        if "literals" in each or each["name"] != "settings"
    }
    literals = dict(each.split("=", 1) for each in generated["settings"]["literals"])

    assert [name for name in literals if not is_setting(name)] == []
    assert generated["identity-providers"]["files"] == [Path(literals["IDENTITY_PROVIDERS_FILE"]).name]
    assert json.loads((OVERLAY / "identity_providers.json").read_text())


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_selectors_find_pods(name):
    documents = INSTALLATIONS[name]
    labels = [pod_of(each)["metadata"]["labels"] for each in documents if each["kind"] in KINDS_OF_PODS]
    for each in documents:
        spec = each.get("spec", {})
        selector = spec.get("podSelector") or spec.get("selector") or {}
        wanted = selector.get("matchLabels", selector)
        if each["kind"] in {"Service", "Deployment", "PodDisruptionBudget", "NetworkPolicy"}:
            assert any(wanted.items() <= one.items() for one in labels), each["metadata"]["name"]
        if each["kind"] == "Deployment":
            assert wanted.items() <= pod_of(each)["metadata"]["labels"].items()


def test_nobody_but_the_ingress_reaches_a_pod():
    policies = [each["spec"] for each in INSTALLATIONS["city"] if each["kind"] == "NetworkPolicy"]
    closed = [spec for spec in policies if "ingress" not in spec and "egress" not in spec]

    assert [spec["policyTypes"] for spec in closed] == [["Ingress", "Egress"]]
    assert {frozenset(spec["podSelector"]["matchLabels"].items()) for spec in closed} == {
        frozenset({"app.kubernetes.io/name": "heka-confirm"}.items())
    }


def test_web_servers_are_probed_and_drained_and_workers_are_watched():
    pods = {name.split()[-1]: pod_of(each)["spec"] for name, each in PODS.items() if name.startswith("city: Deploy")}
    web, worker = (pods[name]["containers"][0] for name in ("web", "worker"))
    paths = {kind: web[kind]["httpGet"]["path"] for kind in ("startupProbe", "readinessProbe", "livenessProbe")}

    assert paths == {"startupProbe": "/healthz", "readinessProbe": "/readiness", "livenessProbe": "/healthz"}
    assert web["lifecycle"]["preStop"] == {"sleep": {"seconds": 5}}
    assert "livenessProbe" in worker
    assert [pods[name]["terminationGracePeriodSeconds"] for name in ("web", "worker")] == [40, 60]


def test_nightly_commands_run_by_the_clock_of_helsinki_and_not_beside_themselves():
    jobs = {each["metadata"]["name"]: each["spec"] for each in INSTALLATIONS["city"] if each["kind"] == "CronJob"}
    brokers = {each["id"] for each in json.loads((OVERLAY / "identity_providers.json").read_text())}
    asked = pod_of({"kind": "CronJob", "spec": jobs["check-provider"]})["spec"]["containers"][0]["command"][-1]

    assert jobs.keys() == {"purge", "verify-records", "verify-applications", "check-provider"}
    assert {(spec["timeZone"], spec["concurrencyPolicy"]) for spec in jobs.values()} == {("Europe/Helsinki", "Forbid")}
    assert asked in brokers


def test_the_connections_of_a_cluster_are_as_counted():
    """As the comment of web.yaml and docs/databases.md count them, with all pods there are while they are replaced."""
    by_name = {(each["kind"], each["metadata"]["name"]): each.get("spec") for each in INSTALLATIONS["base"]}
    web, worker = by_name["Deployment", "web"], by_name["Deployment", "worker"]
    environment = {each["name"]: each["value"] for each in pod_of({"kind": "Deployment", "spec": web})["spec"]
                   ["containers"][0]["env"]}  # fmt: skip
    pods = by_name["HorizontalPodAutoscaler", "web"]["maxReplicas"] + web["strategy"]["rollingUpdate"]["maxSurge"]
    workers = worker["replicas"] + worker["strategy"]["rollingUpdate"]["maxSurge"]
    commands = sum(kind in {"Job", "CronJob"} for kind, _ in by_name)

    def needed(pool):
        return pods * int(environment["WEB_CONCURRENCY"]) * pool + workers * 4 + commands + 10

    told = (BASE / "web.yaml").read_text()
    assert f"people: {needed(8)}." in told
    assert f"`pool=5` in DATABASE_URL make that {needed(5)} " in told
    assert needed(5) <= 97  # PostgreSQL keeps 3 of its 100 for superusers


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
def test_kustomize_makes_the_same_of_base_and_patches(tmp_path):
    done = subprocess.run([KUBECTL, "kustomize", OVERLAY], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rendered = [each for each in yaml.safe_load_all(done.stdout) if each["kind"] != "ConfigMap"]

    assert strictly(rendered, tmp_path) == ""
    assert {key(each): spec_of(each) for each in rendered} == {
        key(each): spec_of(each) for each in INSTALLATIONS["city"]
    }


def key(resource):
    return resource["kind"], resource["metadata"]["name"]


def spec_of(resource):
    """Return a spec without what kustomize names anew: the hashes of config maps, the image."""
    text = json.dumps(resource.get("spec"), sort_keys=True)
    text = re.sub(r'"(settings|identity-providers)-\w{10}"', r'"\1"', text)
    return re.sub(r'"image": "[^"]+"', '"image": "heka-confirm"', text)
