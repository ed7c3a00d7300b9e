"""The manifests of deploy/kubernetes, with the patches of an overlay merged into its base as kustomize does.

Patches alone are no resources, and nothing may pass that a cluster would not take.
"""

import copy
from pathlib import Path
from typing import Any

import yaml

KUBERNETES = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
BASE, OVERLAY = KUBERNETES / "base", KUBERNETES / "overlays" / "city-example"
KINDS_OF_PODS = ("Deployment", "Job", "CronJob")
Resource = dict[str, Any]


def read(file: Path) -> list[Resource]:
    """Return the documents of a file."""
    return [document for document in yaml.safe_load_all(file.read_text()) if document]


def resources(folder: Path) -> list[Resource]:
    """Return the resources that a kustomization lists, those of its base too, before its patches."""
    (kustomization,) = read(folder / "kustomization.yaml")
    found = []
    for each in kustomization["resources"]:
        path = (folder / each).resolve()
        found += resources(path) if path.is_dir() else read(path)
    return found


def merged(folder: Path, *, patches: list[Path] | None = None) -> list[Resource]:
    """Return the resources with these patches, or all of the folder, merged into those of their kind and name.

    Raises KeyError where a patch is of nothing.
    """
    found = {(each["kind"], each["metadata"]["name"]): copy.deepcopy(each) for each in resources(folder)}
    (kustomization,) = read(folder / "kustomization.yaml")
    listed = [folder / each["path"] for each in kustomization["patches"]] if patches is None else patches
    for file in listed:
        for patch in read(file):
            which = patch["kind"], patch["metadata"]["name"]
            found[which] = _merge(found[which], patch)
    return list(found.values())


def _merge(base: Any, patch: Any) -> Any:
    """Merge objects key by key, lists of named things by their names; anything else is replaced."""
    if isinstance(base, dict) and isinstance(patch, dict):
        return base | {key: _merge(base.get(key), value) for key, value in patch.items()}
    if isinstance(base, list) and isinstance(patch, list) and all("name" in each for each in [*base, *patch]):
        named = {each["name"]: each for each in base}
        return list((named | {each["name"]: _merge(named.get(each["name"]), each) for each in patch}).values())
    return patch


def pod_of(resource: Resource) -> Resource:
    """Return the template of the pods of a resource."""
    spec = resource["spec"]
    return dict((spec["jobTemplate"]["spec"] if resource["kind"] == "CronJob" else spec)["template"])
