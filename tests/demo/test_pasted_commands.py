"""The commands of docs/housing-system.md, pasted into one shell beside a running demo."""

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings

from applications.enums import Happened
from demo.housing_system_page import WORDS
from tests.demo.demos import PATIENCE, bare_environment, greeting

PAGE = Path(settings.BASE_DIR, "docs", "housing-system.md").read_text()
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "--- end of block"
CONFIRM = """
from applications.models import Application
from demo import data
from demo.people import SPARE_CODE, DemoPerson
from identity.claims import Identity
from identity.enums import Method
identity = Identity(hetu=SPARE_CODE, first_names="Maija Liisa", last_name="Meikäläinen", method=Method.BANK)
application = Application.objects.get(reference="{reference}".replace("-", ""))
data.confirm(application, who=DemoPerson(key="maija", identity=identity, hint=""))
"""
COLLECT = "from upstream import events; events.collect()"


@dataclass
class Block:
    """Commands of the page; `shape` is the answer to the last of them as the page shows it."""

    text: str
    line: int
    section: str
    shape: object = None
    codes: list[str] = field(init=False)

    def __post_init__(self):
        self.codes = re.findall(r"  # (\d{3})$", self.text, re.MULTILINE)


def blocks():
    found = []
    for match in BLOCK.finditer(PAGE):
        kind, text = match.groups()
        if kind == "json":
            found[-1].shape = json.loads(text)
        else:
            before = PAGE[: match.start()]
            section = re.findall(r"^##+ (.*)$", before, re.MULTILINE)[-1]
            found.append(Block(text, before.count("\n") + 2, section))
    return found


class Shell:
    """One bash into which blocks are pasted."""

    def __init__(self, checkout, **environment):
        self.process = subprocess.Popen(
            ["bash"],
            cwd=checkout,
            env={**bare_environment(), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def paste(self, text):
        """Return what the commands print."""
        self.process.stdin.write(f"{text}\necho '{MARK}'\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline()) != f"{MARK}\n":
            lines.append(line or pytest.fail(f"The shell ended: {lines}"))
        return "".join(lines)

    def python(self, code):
        self.paste(f".venv/bin/python manage.py shell -c '{code}' </dev/null")


@pytest.fixture
def shell(second_demo, checkout, port):
    greeting(second_demo())
    shell = Shell(checkout, HEKA=f"http://localhost:{port}/api/v1")
    yield shell
    shell.process.kill()
    shell.process.communicate(timeout=PATIENCE)


def answers(printed):
    """Return the status codes that were printed, and the last answer."""
    last = printed.rpartition("\n# ")[2] if "\n# " in printed else printed.removeprefix("# ")
    body = re.match(r"\d{3}\n(\{\n.*?^\})", last, re.DOTALL | re.MULTILINE)
    return re.findall(r"^# (\d{3})$", printed, re.MULTILINE), json.loads(body[1]) if body else None


def shape(value):
    """Return of a JSON value what kind of answer it is: its names, and the kinds of their values."""
    match value:
        case dict():
            return {name: shape(each) for name, each in value.items()}
        case list():
            return [shape(value[0])] if value else []
        case _:
            return type(value).__name__


def is_like(said, got):
    """Tell whether an answer has the shape that the page says: of lists that of their first, and null is like all."""
    if isinstance(said, dict) and isinstance(got, dict):
        return said.keys() == got.keys() and all(is_like(said[name], got[name]) for name in said)
    if isinstance(said, list) and isinstance(got, list):
        return not said or not got or is_like(said[0], got[0])
    return said == got or "NoneType" in {said, got}


def test_pasted_commands_answer_as_the_page_says(shell):
    wrong = []
    for block in blocks():
        if "/events" in block.text:
            shell.python(COLLECT)
        if block.section == "Confirm it":
            reference = shell.paste('echo "$REFERENCE"').strip()
            shell.python(CONFIRM.format(reference=reference))
        printed = shell.paste(block.text)
        codes, last = answers(printed)
        if codes != block.codes or not (block.shape is None or is_like(shape(block.shape), shape(last))):
            wrong.append(f"docs/housing-system.md:{block.line} says {block.codes}:\n{block.text}\n{printed}")
        if block.section == "Confirm it":
            assert last["state"] == "valid"

    assert wrong == [], "\n\n".join(wrong)


def test_every_command_that_asks_says_how_it_is_answered():
    asking = [line for block in blocks() for line in block.text.splitlines() if re.search(r"\bheka \"", line)]

    assert [line for line in asking if not re.search(r"  # \d{3}$", line)] == []


def test_page_tells_what_to_do_on_every_problem():
    told = set(re.findall(r"^\| \d{3} \| `urn:heka-confirm:([a-z-]+)` ", PAGE, re.MULTILINE))
    sources = [path.read_text() for path in Path(settings.BASE_DIR, "upstream").glob("problem*.py")]
    kinds = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|ended)"', "\n".join(sources))) - {"content-type"}

    assert kinds - told == set()


def test_page_tells_what_every_event_means():
    told = set(re.findall(r"^\| `([a-z_]+)` \| ", PAGE, re.MULTILINE))

    assert told == {each.value for each in Happened} == set(WORDS)
