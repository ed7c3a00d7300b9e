"""Every page and every email before the Nu HTML checker, in each language, in one run of Java."""

import json
import re
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
from tests.pages.emails import emails as written_emails

FOLDER = Path(__file__).parent
MESSAGES = {path.name for path in Path(settings.BASE_DIR, "templates", "mailing").iterdir() if path.is_dir()}
HAS_TOOLS = all(map(shutil.which, ("java", "npm")))
# Without the compiler that pays off after minutes only; what the other compiler makes takes more of the stack.
JAVA = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss8m", "-jar"]
# What Django itself has wrong: how the message begins, and the pages that have it.
OF_DJANGO = {
    # The warning about an unusable password is a list within a paragraph.
    "No “p” element in scope but a “p” end tag seen": r"operator/\w\w/admin/identity/user/id/password/",
    # The hidden copy of a day that has a default is described by the error of the visible one.
    "An “input” element with a “type” attribute whose value is “hidden”": r"operator/\w\w/admin/counter/notice/",
}

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


def excuse(message, pages):
    """Return the entry of OF_DJANGO under which a message of these pages falls, or nothing."""
    fitting = (words for words, where in OF_DJANGO.items() if all(re.match(where, page) for page in pages))
    return next(filter(message.startswith, fitting), "")


def write(folder, name, html):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html)


def test_every_page_and_email_is_valid_html(pages, tmp_path):
    for page in pages:
        write(tmp_path, page.name, page.html)
    emails = {f"email/{language}/{message}.html": html for message, language, html in written_emails()}
    for name, html in emails.items():
        write(tmp_path, name, html)

    assert emails.keys() == {f"email/{language}/{message}.html" for language in LANGUAGES for message in MESSAGES}
    told = judged(tmp_path)
    assert len({page.name for page in pages}) == len(pages) > 700
    assert {what: where for what, where in told.items() if not excuse(what, where)} == {}
    assert {excuse(what, where) for what, where in told.items()} == OF_DJANGO.keys()  # none is left for what is mended


def test_faults_are_found(tmp_path):
    write(
        tmp_path,
        "fi/page.html",
        "<!doctype html><html lang=fi><title>Hei</title><p id=a>Hei</p><p id=a>Hei</p></html>",
    )

    assert [message for message in judged(tmp_path) if message.startswith("Duplicate ID “a”")] != []
