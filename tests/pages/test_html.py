"""Every page and every email before the Nu HTML checker, in each language, in one run of Java."""

import json
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings

from tests import npm
from tests.conftest import must_not_skip
from tests.pages.collected import LANGUAGES

FOLDER = Path(__file__).parent
MESSAGES = {path.name for path in Path(settings.BASE_DIR, "templates", "mailing").iterdir() if path.is_dir()}
HAS_TOOLS = all(map(shutil.which, ("java", "npm")))
# Without the compiler that pays off after minutes only; what the other compiler makes takes more of the stack.
JAVA = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss8m", "-jar"]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (HAS_TOOLS or must_not_skip()), reason="Java or npm is not installed"),
]


def judged(folder):
    """Return what the checker says of the pages in a folder, and of which of them."""
    jar = npm.install(FOLDER) / "vnu-jar" / "build" / "dist" / "vnu.jar"
    told = subprocess.run(
        [*JAVA, jar, "--format", "json", "--exit-zero-always", folder], capture_output=True, check=True, text=True
    )
    found = defaultdict(set)
    for each in json.loads(told.stderr)["messages"]:  # its standard output stays empty
        page = unquote(each["url"]).partition(f"{folder}/")[2]
        found[f"{each['message']} {each.get('extract', '')}"].add(page)
    return dict(found)


def write(folder, name, html):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html)


def test_every_page_and_email_is_valid_html(pages, emails, tmp_path):
    for page in pages:
        write(tmp_path, page.name, page.html)
    named = {f"email/{email.language}/{email.kind}.html": email.html for email in emails}
    for name, html in named.items():
        write(tmp_path, name, html)

    assert named.keys() == {f"email/{language}/{message}.html" for language in LANGUAGES for message in MESSAGES}
    assert len({page.name for page in pages}) == len(pages) > 700
    assert judged(tmp_path) == {}


def test_faults_are_found(tmp_path):
    write(
        tmp_path,
        "fi/page.html",
        "<!doctype html><html lang=fi><title>Hei</title><p id=a>Hei</p><p id=a>Hei</p></html>",
    )

    assert [message for message in judged(tmp_path) if message.startswith("Duplicate ID “a”")] != []
