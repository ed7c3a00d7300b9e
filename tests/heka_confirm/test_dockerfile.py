import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.processes import ROOT, installed

DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")


def steps(word):
    return re.findall(rf"^{word} (.*)$", DOCKERFILE, re.MULTILINE)


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """Return a folder with what .dockerignore lets into the image, and its step of static files done."""
    app = tmp_path_factory.mktemp("image")
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line.startswith("!"):
            path = ROOT / line[1:]
            copy = shutil.copytree if path.is_dir() else shutil.copy
            place = app / line[1:]
            place.parent.mkdir(exist_ok=True)
            copy(path, place)
    Path(app, ".venv").symlink_to(ROOT / ".venv")
    collect = next(step for step in steps("RUN") if "collectstatic" in step)
    run(app, collect.replace("/app/", f"{app}/"))
    return app


def run(app, command, **environment):
    bare = {"PATH": f"{app}/.venv/bin:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, shell=True, cwd=app, env={**bare, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_image_holds_its_static_files_compressed_and_named_by_content(image):
    assert list((image / "static-root").glob("heka.*.css.br"))


def test_image_holds_no_demo_tests_or_development_data(image):
    assert sorted({"demo", "tests", "bench", "var", ".git"} & {path.name for path in image.iterdir()}) == []


def test_server_of_the_image_starts_with_the_documented_environment(image):
    (command,) = steps("CMD")
    environment = {**installed(), "STATIC_ROOT": str(image / "static-root")}

    assert run(image, " ".join([*json.loads(command), "--check-config"]), **environment) == ""


def test_image_has_every_migration_and_needs_no_new_one(image):
    said = run(
        image, "python manage.py makemigrations --check --dry-run", **{**installed(), "DATABASE_URL": "sqlite://"}
    )

    assert said.startswith("No changes detected\n")


def test_image_installs_only_packages_with_known_hashes_and_runs_as_nobody():
    assert [
        step for step in steps("RUN") if "pip" in step and "install" in step and "--require-hashes" not in step
    ] == []
    assert steps("USER") == ["10001:0"]
    assert DOCKERFILE.index("USER 10001") < DOCKERFILE.index("CMD")
