"""Every rule, journey and decision that somebody cites is written down, and every rule written down is cited.

A citation stands where people write to people: in comments and docstrings of Python, in comments of templates,
scripts, styles and settings, and in Markdown outside code blocks. Strings, addresses, colours and sample codes are
not read, so nothing in them can look like one.
"""

import ast
import functools
import io
import re
import tokenize
import unicodedata

import pytest
from django.utils import translation

from applications.enums import State
from identity.enums import Method
from tests.test_consistency import ROOT, name, tracked

OWN_NAME = "test_rules.py"
RULES, GLOSSARY = ROOT / "docs" / "rules.md", ROOT / "docs" / "glossary.md"
# Rules that neither code nor tests cite, each with the reason.
UNCITED: dict[str, str] = {}

# --- Finding citations -----------------------------------------------------------------------------------

COMMENTS = {
    ".html": r"\{#.*?#\}|\{% comment.*?endcomment %\}",
    ".txt": r"\{#.*?#\}|\{% comment.*?endcomment %\}",
    ".js": r"/\*.*?\*/|(?<![:\"'])//[^\n]*",
    ".css": r"/\*.*?\*/",
    ".toml": r"(?:^|(?<=\s))#[^\n]*",
    ".yml": r"(?:^|(?<=\s))#[^\n]*",
    ".yaml": r"(?:^|(?<=\s))#[^\n]*",
    ".sh": r"(?:^|(?<=\s))#[^\n]*",
    "": r"(?:^|(?<=\s))#[^\n]*",  # Makefile, Dockerfile, .gitignore
}
# R7, J6.2, C2–C4; not within a word, an address (%C3) or a path.
RULE = re.compile(r"(?<![\w%#&/.-])([RCJ])(\d{1,2})(?:\.(\d{1,2}))?(?:[–-]\1(\d{1,2})|–(\d{1,2}))?(?!\w)")
STEP = re.compile(r"\bJ(\d{1,2})\]?(?:\([^)]*\))?,? (?:from )?step (\d{1,2})")  # "J1, step 4", "J1 from step 4 on"
DECISION = re.compile(r"\b(?:ADR |adr/0*)(\d{1,4})\b")
CANDIDATE = re.compile(r"[RCJ]\d|ADR |adr/|\.md")
DOCUMENT = re.compile(r"(?<![\w/.-])((?:[\w-]+/)*[\w-]+\.md)\b")


def cited(text):
    """Return what a text cites: "R7", "J6.2", "ADR 4"; of "C2–C4" all three."""
    found = {f"J{journey}.{step}" for journey, step in STEP.findall(text)}
    found |= {f"ADR {number}" for number in DECISION.findall(text)}
    for kind, first, step, *last in RULE.findall(re.sub(r"noqa: [A-Z0-9, ]+", "", text)):
        numbers = range(int(first), int(max(last) or first) + 1)
        found |= {f"{kind}{first}.{step}"} if step else {f"{kind}{number}" for number in numbers}
    return found


@functools.cache
def prose(path):
    """Return what people write to people in a file; nothing of a kind of file that is not read."""
    if path.suffix == ".py":
        source = path.read_text()
        return prose_of_python(source) if CANDIDATE.search(source) else ""  # parsing takes time
    if path.suffix == ".md":
        return re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    if path.suffix in COMMENTS and not path.name.startswith("requirements"):
        return "\n".join(re.findall(COMMENTS[path.suffix], path.read_text(), re.MULTILINE | re.DOTALL))
    return ""


def prose_of_python(source):
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docstrings = [ast.get_docstring(node) for node in ast.walk(ast.parse(source)) if isinstance(node, documented)]
    return "\n".join([*comments, *filter(None, docstrings)])


def entries():
    """Return what may be cited: each anchor of docs/rules.md, and each decision."""
    anchors = re.findall(r'<a id="([rcj]\d+(?:-\d+)?)"></a>', RULES.read_text())
    decisions = [f"ADR {int(path.name[:4])}" for path in decisions_written()]
    return {*(anchor.upper().replace("-", ".") for anchor in anchors), *decisions}


def decisions_written():
    return sorted((ROOT / "docs" / "adr").glob("*.md"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Renewal (R7).", {"R7"}),
        ("R5, R6", {"R5", "R6"}),
        ("(C2–C4, C6)", {"C2", "C3", "C4", "C6"}),
        ("C2-C4 and R20–22", {"C2", "C3", "C4", "R20", "R21", "R22"}),
        ("J6.2: what changed. J9.", {"J6.2", "J9"}),
        ("[R7](rules.md#r7)", {"R7"}),
        ("J1, step 4; [J2](#j2-1), step 1; J4 from step 3 on", {"J1", "J1.4", "J2", "J2.1", "J4", "J4.3"}),
        ("R2, ADR 4; docs/adr/0003; ([why](adr/0001-explicit-endpoints.md))", {"R2", "ADR 1", "ADR 3", "ADR 4"}),
        ("/fi/how-to/?from=a%26b&x=%C3%A4, #C3, #R1, &R2", set()),
        ("UTR1 R2D2 C900 CR3 K7M-R3-C4 R.2 A5 P-C1", set()),
        ("noqa: C4, R1  # noqa: RET505", set()),
    ],
)
def test_citations_are_found_and_nothing_else(text, expected):
    assert cited(text) == expected


def test_citations_of_python_stand_in_comments_and_docstrings():
    source = '"""R1"""\ncode = "R2"  # R3\ndef f():\n    """R4"""\n    return "%C3%A4", "R5"\n'

    assert cited(prose_of_python(source)) == {"R1", "R3", "R4"}


def test_invented_rule_step_and_decision_are_missed():
    text = "Nobody confirms (R99), not even at the counter (C2–C9, J6.7, ADR 99)."

    assert cited(text) - entries() == {"R99", "C9", "J6.7", "ADR 99"}


# --- What is cited, and what is written ------------------------------------------------------------------


def test_every_citation_leads_to_an_entry():
    known = entries()
    missing = {name(path): sorted(cited(prose(path)) - known) for path in tracked()}

    assert {path: found for path, found in missing.items() if found} == {}


def test_every_rule_and_journey_is_cited_in_code_or_tests():
    found = set().union(*(cited(prose(path)) for path in tracked() if path.suffix != ".md" and path.name != OWN_NAME))
    found |= {citation.partition(".")[0] for citation in found}
    rules = {entry for entry in entries() if re.fullmatch(r"[RCJ]\d+", entry)}

    assert rules - found == UNCITED.keys()


def test_documents_named_in_code_exist():
    named = {
        (name(path), document)
        for path in tracked()
        if path.suffix != ".md"
        for document in DOCUMENT.findall(prose(path))
    }

    assert len(named) > 3
    assert {(path, document) for path, document in named if not (ROOT / document).is_file()} == set()


# --- The documents themselves ----------------------------------------------------------------------------


def rows(text, heading):
    """Return the cells of each row of the first table after a heading."""
    table = re.search(r"(?:^\|.*\n)+", text.partition(f"{heading}\n")[2], re.MULTILINE)[0]
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()[2:]]


def test_rules_stand_in_order_under_their_numbers():
    headings = re.findall(r'^### <a id="([rcj])(\d+)"></a>([RCJ])(\d+) \S', RULES.read_text(), re.MULTILINE)

    numbers = [("j", n) for n in range(1, 11)] + [("r", n) for n in range(1, 23)] + [("c", n) for n in range(1, 9)]
    assert [(kind, int(number)) for kind, number, _, _ in headings] == numbers
    assert [(kind.upper(), number) for kind, number, _, _ in headings] == [(k, n) for _, _, k, n in headings]


def test_steps_of_a_journey_are_numbered_from_1():
    for journey in re.split(r"^### ", RULES.read_text(), flags=re.MULTILINE)[1:]:
        anchor = re.match(r'<a id="(\w+)"', journey)[1]
        steps = re.findall(r'^(\d+)\. <a id="([\w-]+)"></a>', journey, re.MULTILINE)

        assert steps == [(str(n), f"{anchor}-{n}") for n in range(1, len(steps) + 1)]


def test_states_and_methods_of_the_rules_are_those_of_the_code():
    text = RULES.read_text()
    in_code = []
    for state in State:
        labels = []
        for language in ("fi", "sv", "en"):
            with translation.override(language):
                labels.append(str(state.label))
        in_code.append([f"`{state.value}`", *labels])

    assert [row[:4] for row in rows(text, "## States of an application")] == in_code
    assert re.findall(r"`(\w+)` \(", text.partition("one of these methods")[2].partition("\n")[0]) == Method.values


def test_decisions_are_numbered_once_and_dated():
    titles = [path.read_text().partition("\n")[0] for path in decisions_written()]

    assert [int(path.name[:4]) for path in decisions_written()] == list(range(1, len(titles) + 1))
    assert [int(re.match(r"# (\d+)\. \S", title)[1]) for title in titles] == list(range(1, len(titles) + 1))
    assert [
        p.name for p in decisions_written() if not re.search(r"^\*\*Decided\*\* \d+/\d{4}", p.read_text(), re.M)
    ] == []


def test_glossary_is_sorted_and_names_each_word_once():
    for heading in ("# Glossary", "## Fixed texts"):
        words = [row[0].casefold() for row in rows(GLOSSARY.read_text(), heading)]

        assert words == sorted(set(words))


def test_glossary_names_what_stands_in_the_code():
    code = "\n".join(path.read_text() for path in tracked() if path.suffix == ".py")
    named = set(re.findall(r"`([A-Za-z_]+)`", "\n".join(row[3] for row in rows(GLOSSARY.read_text(), "# Glossary"))))

    assert len(named) > 20
    assert [word for word in sorted(named) if not re.search(rf"\b{word}\b", code)] == []


def slug(heading):
    """Return the anchor that GitHub gives a heading."""
    plain = re.sub(r"<[^>]+>|[`*]", "", heading).lower()
    return "".join("-" if c == " " else c for c in plain if c in " -_" or unicodedata.category(c)[0] in "LN")


def anchors(path):
    text = path.read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {*map(slug, headings), *re.findall(r'<a id="([\w-]+)"', text)}


def test_links_between_documents_lead_somewhere():
    broken = []
    for path in (path for path in tracked() if path.suffix == ".md"):
        for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", prose(path)):
            file, _, anchor = link.partition("#")
            target = path.parent / file if file else path
            if not target.exists() or (anchor and anchor not in anchors(target)):
                broken.append((name(path), link))

    assert broken == []
