"""The rows of docs/security: what each says, and whether its test fails without its guard.

    python -m tests.security_controls V6.2.1 V7.2.4     takes out the guards of these rows, one after the other
    python -m tests.security_controls --draw 10         of ten rows drawn at random (--seed 7 draws the same again)
    python -m tests.security_controls --chapter 6       of a whole chapter

Guards are taken out of a copy of this checkout. A row's last cell says how; where it is empty, a function does nothing
and returns None, a class named in settings.py is no longer named there, a setting has Django's default, and lines of a
file with that text are gone.
"""

import argparse
import ast
import functools
import importlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = Path("docs/security")
SETTINGS = "heka_confirm/settings.py"
NUMBERS = Path(__file__).with_name("asvs_5_0_0.txt")
NO_GUARD = ("does not apply: ", "open: ")
FILE_AND_TEXT = re.compile(r"([\w./-]+\.\w+|Makefile|Dockerfile): (.+)")


class CannotBeTakenOutError(Exception):
    """The row does not say how, or what it names is not there."""


@dataclass(frozen=True)
class Row:
    """A row: the requirement, what it asks, and the names of guards and tests; `without` takes the first guard out."""

    number: str
    asks: str
    guard: str
    test: str
    without: str

    @property
    def guards(self) -> list[str]:
        return [] if self.guard.startswith(NO_GUARD) else re.findall(r"`([^`]+)`", self.guard)

    @property
    def tests(self) -> list[str]:
        return re.findall(r"`(tests/[^`]+)`", self.test)

    @property
    def chapter(self) -> str:
        return self.number.partition(".")[0]


def read_rows(text: str) -> list[Row]:
    """Return the rows of the tables of a page that begin with a requirement's number."""
    lines = [line for line in text.splitlines() if re.match(r"\| V\d", line)]
    cells = [[cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [Row(*each) for each in cells]


def all_rows() -> list[Row]:
    """Return the rows of all pages, in the order of their chapters."""
    pages = sorted((ROOT / FOLDER).glob("asvs-v*.md"), key=lambda page: int(page.stem.removeprefix("asvs-v")))
    return [row for page in pages for row in read_rows(page.read_text())]


# --- Guards and tests that are named ---------------------------------------------------------------------


def find_guard(guard: str) -> bool:
    """Tell whether a guard is there: a module's name, `settings.NAME`, a file, or `file: text` that stands in it."""
    if found := FILE_AND_TEXT.fullmatch(guard):
        path = ROOT / found[1]
        return path.is_file() and found[2] in path.read_text()
    if "/" in guard or (ROOT / guard).is_file():
        return (ROOT / guard).is_file()
    if guard.startswith("settings."):
        return (
            re.search(rf"^{guard.removeprefix('settings.')}\b.* = ", (ROOT / SETTINGS).read_text(), re.M) is not None
        )
    if f'"{guard}"' in (ROOT / SETTINGS).read_text():  # also what is not ours, such as Django's middleware
        return "." in guard
    module, names = _module_of(guard)
    if module is None or not names:
        return False
    try:
        functools.reduce(getattr, names, importlib.import_module(module))
    except AttributeError:  # what a form or model declares is not among the attributes of its class
        return _declared(guard)
    return True


def find_test(test: str) -> bool:
    """Tell whether `tests/file.py::test_name` is there."""
    file, _, name = test.partition("::")
    path = ROOT / file
    if not path.is_file() or not name.startswith("test_"):
        return False
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in _parsed(path).body)


@functools.cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _module_of(guard: str) -> tuple[str | None, list[str]]:
    """Return the module of ours that a dotted name begins with, and the names within it."""
    parts = guard.split(".")
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
            return ".".join(parts[:length]), parts[length:]
    return None, []


def _declared(guard: str) -> bool:
    try:
        _node(ROOT, guard)
    except CannotBeTakenOutError:
        return False
    return True


# --- Guards taken out ------------------------------------------------------------------------------------


def _node(root: Path, guard: str) -> tuple[Path, ast.stmt]:
    """Return the file and the statement that defines what a dotted name names."""
    if guard.startswith("settings."):
        path, names = root / SETTINGS, [guard.removeprefix("settings.")]
    else:
        module, names = _module_of(guard)
        if module is None:
            raise CannotBeTakenOutError(f"no module of ours: {guard}")
        path = root.joinpath(*module.split(".")).with_suffix(".py")
        path = path if path.is_file() else root.joinpath(*module.split("."), "__init__.py")
    node: ast.Module | ast.stmt = ast.parse(path.read_text())
    for name in names:
        node = _within(node, name) or _missing(guard)
    return path, node


def _missing(guard: str) -> ast.stmt:
    raise CannotBeTakenOutError(f"defined nowhere: {guard}")


def _within(node: ast.Module | ast.stmt, name: str) -> ast.stmt | None:
    for each in getattr(node, "body", []):
        if getattr(each, "name", None) == name:
            return each
        targets = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
        each_target = [one for target in targets for one in getattr(target, "elts", [target])]
        if any(isinstance(target, ast.Name) and target.id == name for target in each_target):
            return each
    return None


def without_guard(root: Path, row: Row) -> tuple[Path, str]:
    """Return the file at root in which a row's first guard stands, and its text without the guard.

    Raises CannotBeTakenOutError.
    """
    path, text = _planned(root, row.guards[0], row.without.strip().removeprefix("`").removesuffix("`"))
    if text == path.read_text():
        raise CannotBeTakenOutError(f"nothing changes in {path.relative_to(root)}")
    return path, text


def _planned(root: Path, guard: str, without: str) -> tuple[Path, str]:
    if added := re.fullmatch(r"([\w./-]+) \+= (.+)", without):
        path = root / added[1]
        return path, path.read_text() + added[2].replace(r"\n", "\n") + "\n"
    named = FILE_AND_TEXT.fullmatch(guard)
    if " => " in without:
        old, new = without.replace(r"\n", "\n").split(" => ")
        path = root / (named[1] if named else guard) if named or "/" in guard else _node(root, guard)[0]
        return path, path.read_text().replace(old, new)
    if named:
        path = root / named[1]
        return path, "".join(line for line in path.read_text().splitlines(keepends=True) if named[2] not in line)
    path = root / SETTINGS
    if not without and f'"{guard}"' in path.read_text():
        return path, re.sub(rf'^.*"{re.escape(guard)}".*\n', "", path.read_text(), flags=re.M)
    return _redefined(root, guard, without)


def _redefined(root: Path, guard: str, without: str) -> tuple[Path, str]:
    """Give a function another body, or a name another value; without any, a function does nothing."""
    path, node = _node(root, guard)
    lines = path.read_text().splitlines(keepends=True)
    if isinstance(node, ast.FunctionDef):
        first, new = node.body[0].lineno - 1, without or "return None"
    elif isinstance(node, ast.Assign | ast.AnnAssign) and (not without or without.startswith("= ")):
        first, new = node.lineno - 1, f"{guard.rpartition('.')[2]} {without}" if without else ""
    else:
        raise CannotBeTakenOutError(f"the row has to say how: {guard}")
    indent = re.match(r"\s*", lines[first])[0]
    new = textwrap.indent(new.replace(r"\n", "\n") + "\n", indent) if new else ""
    return path, "".join([*lines[:first], new, *lines[node.end_lineno :]])


def copy_checkout(folder: Path) -> Path:
    """Copy this checkout with what is not committed yet, and return the copy."""
    copy = folder / "copy"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(copy)], check=True)
    listing = ["git", "ls-files", "--modified", "--others", "--exclude-standard"]
    for name in subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    if not (copy / ".venv").exists():
        (copy / ".venv").symlink_to((ROOT / ".venv").resolve())
    return copy


def run_tests(root: Path, tests: list[str]) -> str:
    """Run tests at root, on a database that the next run finds again, and return "passed", "failed", or what hindered.

    A guard in a migration is therefore not noticed to be missing.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--reuse-db", *tests]
    environment = {**os.environ, "TEST_DATABASE": str(root.parent / "tests.sqlite3")}
    ended = subprocess.run(command, cwd=root, env=environment, check=False, capture_output=True, text=True)
    last = (ended.stdout.strip().splitlines() or [ended.stderr[-200:]])[-1]
    if ended.returncode == 1 and re.search(r"\d+ failed", last):
        return "failed"
    return "passed" if ended.returncode == 0 and re.search(r"\d+ passed", last) else f"did not run: {last}"


def judge(copy: Path, row: Row) -> str:
    """Return what becomes of a row's tests without its guard: it should be "failed"."""
    try:
        path, text = without_guard(copy, row)
    except CannotBeTakenOutError as error:
        return f"cannot be taken out: {error}"
    original = path.read_text()
    try:
        path.write_text(text)
        return run_tests(copy, row.tests)
    finally:
        path.write_text(original)


def main() -> int:
    """Judge the rows that the arguments name, print a line each, and return 1 if one is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("numbers", nargs="*")
    parser.add_argument("--draw", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--chapter", type=int)
    asked = parser.parse_args()
    rows = [row for row in all_rows() if row.guards]
    if asked.draw:
        rows = random.Random(asked.seed).sample(rows, asked.draw)
    else:
        rows = [row for row in rows if row.number in asked.numbers or row.chapter == f"V{asked.chapter}"]
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_checkout(Path(folder))
        sound = run_tests(copy, sorted({test for row in rows for test in row.tests}))
        print(f"with all guards: {sound}", flush=True)
        wrong = 0
        for row in rows:
            found = judge(copy, row)
            wrong += found != "failed"
            print(f"{row.number} without {row.guards[0]}: {found}", flush=True)
    print(f"{len(rows) - wrong} of {len(rows)} rows have a test that fails without their guard")
    return 1 if wrong or sound != "passed" else 0


if __name__ == "__main__":
    sys.exit(main())
