"""What the code does not do, so that whole kinds of attack have nothing to begin with (docs/security)."""

import ast
import functools
import re
from collections import Counter

import pytest

from tests.test_consistency import ROOT, STATIC, name

ROOMS = [
    *("core", "records", "mailing", "identity", "applications", "upstream", "counter", "privacy", "heka_confirm"),
    "demo",
]
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)
# Modules that run programs, make objects of what somebody sent, or read formats with such traps.
DANGEROUS = {
    *("subprocess", "pty", "ctypes", "pickle", "dill", "marshal", "shelve", "yaml", "xml", "lxml", "ldap", "ldap3"),
    *("xmlrpc", "zipfile", "tarfile", "telnetlib", "ftplib", "jinja2", "markdown"),
}
MEANT = {
    ("heka_confirm/pdf_libraries.py", "ctypes"): "asks whether libraries of the PDFs open; their names are ours",
}
RUNS_CODE = {"eval", "exec", "compile", "__import__"}
RUNS_PROGRAMS = {"system", "popen", "execv", "execve", "spawnl", "spawnv", "startfile"}
# How many statements of SQL a file puts together, each of names and numbers of ours; all values are parameters.
COMPOSED = {
    "applications/protection.py": 1,  # one of two names of a function
    "core/indexes.py": 1,  # the name of an index of ours, quoted
    "core/reencryption.py": 1,  # names and types of our own columns
    "core/restored_database.py": 1,  # names of our tables and sequences, quoted
    "core/sqlite_copy.py": 1,  # a number by chance
    "counter/figures.py": 1,  # the name of our table
    "heka_confirm/management/commands/migrate.py": 1,  # a number of ours
    "identity/limits.py": 1,  # the name of our table, and as many places as there are tries
    "records/trail.py": 2,  # the name of our table
}
# Markup that is made without escaping, each of what nobody types.
MARKED_SAFE = {
    "heka_confirm/templatetags/numbers.py": "of a text that is escaped in the same line",
    "applications/slip.py": "a drawing of segno",
    "identity/adapters.py": "a drawing of segno",
}
# Patterns that functions put together or take from a list, each of what stands in the code.
OWN_PATTERNS = {
    "core/hetu.py": "pieces that the function itself writes out",
    "identity/dialects.py": "the words of brokers, in PARTS",
    "heka_confirm/templatetags/known.py": "the patterns of our own converters of addresses",
    "mailing/answers.py": "the words of providers, in WORDS",
}
# Texts with places to fill in that stand neither in the call nor under a name in capitals, each of ours.
FILLED_IN = {
    "heka_confirm/pdf_libraries.py": "names of files",
    "identity/provider_faults.py": "what is wrong with a provider, in the words of the module",
    "upstream/page.py": "LIMITS of the module",
}
MAKES_TEMPLATES = {"Template", "from_string", "get_template_from_string"}
BY_CHANCE = {
    "core/leases.py": "after how long something is tried again",
    "identity/limits.py": "when counts that are over are swept",
    "mailing/stops.py": "which letter is tried",
}


@functools.cache
def parsed(path):
    return ast.parse(path.read_text())


def nodes(path, kind):
    return [node for node in ast.walk(parsed(path)) if isinstance(node, kind)]


def calls(path):
    return nodes(path, ast.Call)


def called(node):
    """Return the last name of what is called: `execute` of `cursor.execute(…)`."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def test_modules_are_found():
    assert {"core/text.py", "heka_confirm/settings.py", "counter/desk/forms.py"} <= set(map(name, MODULES))


def test_no_code_is_made_of_text_and_no_program_is_started():
    by_name = {
        (name(path), node.func.id) for path in MODULES for node in calls(path) if isinstance(node.func, ast.Name)
    }
    by_module = {(name(path), called(node)) for path in MODULES for node in calls(path)}
    in_shell = {name(path) for path in MODULES for node in nodes(path, ast.keyword) if node.arg == "shell"}

    assert {(path, each) for path, each in by_name if each in RUNS_CODE} == set()
    assert {(path, each) for path, each in by_module if each in RUNS_PROGRAMS} == set()
    assert in_shell == set()


def test_nothing_is_imported_that_makes_objects_of_what_was_sent():
    imported = {(name(path), each) for path in MODULES for each in imports(path)}
    found = {(path, each) for path, each in imported if each.partition(".")[0] in DANGEROUS}

    assert found == MEANT.keys()


def imports(path):
    """Return the modules that a file imports, by their whole names."""
    whole = [alias.name for node in nodes(path, ast.Import) for alias in node.names]
    return [*whole, *(node.module or "" for node in nodes(path, ast.ImportFrom))]


def test_statements_of_sql_are_put_together_only_of_names_of_ours():
    asked = [(name(path), node.args[0]) for path in MODULES for node in calls(path) if is_query(node) and node.args]

    assert Counter(path for path, statement in asked if is_put_together(statement)) == COMPOSED


def is_query(node):
    return called(node) in {"execute", "executemany", "raw", "RawSQL", "extra"}


def is_put_together(text):
    is_formatted = isinstance(text, ast.Call) and called(text) == "format"
    return is_formatted or isinstance(text, ast.JoinedStr | ast.BinOp)


def test_only_what_nobody_types_is_marked_as_safe():
    used = {name(path) for path in MODULES if any(called(node) == "mark_safe" for node in calls(path))}
    pages = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]
    unescaped = [
        name(page) for page in pages if re.search(r"\|\s*safe\b|\|\s*safeseq|autoescape off", page.read_text())
    ]

    assert used == MARKED_SAFE.keys()
    assert unescaped == []


def test_no_template_is_made_of_text():
    made = [(name(path), called(node)) for path in MODULES for node in calls(path) if called(node) in MAKES_TEMPLATES]

    assert made == []


def test_no_pattern_is_made_of_what_somebody_typed():
    found = {name(path) for path in MODULES if any(map(makes_pattern, nodes(path, ast.FunctionDef)))}

    assert found == OWN_PATTERNS.keys()


def makes_pattern(function):
    """Tell whether a function asks for a pattern that is neither written out nor under a name in capitals."""
    asked = [node for node in ast.walk(function) if isinstance(node, ast.Call) and is_of_re(node) and node.args]
    return any(not all(map(is_own, parts_of(node.args[0]))) for node in asked)


def is_of_re(node):
    return isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "re"


def parts_of(node):
    if isinstance(node, ast.JoinedStr):
        return [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
    return [node]


def is_own(part):
    return isinstance(part, ast.Constant) or getattr(part, "id", "small").isupper()


def test_texts_that_are_filled_in_are_of_ours():
    filled = [(name(path), node.func.value) for path in MODULES for node in calls(path) if called(node) == "format"]

    assert {path for path, text in filled if not is_own(text)} == FILLED_IN.keys()


def test_chance_makes_no_secret():
    assert {name(path) for path in MODULES if "random" in imports(path)} == BY_CHANCE.keys()


@pytest.mark.parametrize("path", [path for path in STATIC if path.suffix == ".js"], ids=name)
def test_scripts_write_text_and_no_markup(path):
    text = path.read_text()
    ways = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\(\"on|srcdoc"

    assert re.findall(ways, text) == []
    assert re.findall(r"\b(?:parent|opener|window|top)\.postMessage|addEventListener\(\"message\"", text) == []
