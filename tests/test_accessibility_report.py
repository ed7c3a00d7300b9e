"""docs/accessibility.md has each criterion once, and the tests that it names are there."""

import re

from tests.test_consistency import ROOT

PAGE = (ROOT / "docs" / "accessibility.md").read_text()
# Levels A and AA of WCAG 2.1, by guideline: the numbers of their criteria.
CRITERIA = {
    "1.1": [1], "1.2": [1, 2, 3, 4, 5], "1.3": [1, 2, 3, 4, 5], "1.4": [1, 2, 3, 4, 5, 10, 11, 12, 13],
    "2.1": [1, 2, 4], "2.2": [1, 2], "2.3": [1], "2.4": [1, 2, 3, 4, 5, 6, 7], "2.5": [1, 2, 3, 4],
    "3.1": [1, 2], "3.2": [1, 2, 3, 4], "3.3": [1, 2, 3, 4], "4.1": [1, 2, 3],
}  # fmt: skip
ADDED = ["2.4.11", "2.5.7", "2.5.8", "3.2.6", "3.3.7", "3.3.8"]  # by WCAG 2.2


def rows():
    return re.findall(r"^\| (\d\.\d\.\d+) [^|]*\| (A{1,2}) \| (yes|n/a) \| ?([^|]*)\|$", PAGE, re.MULTILINE)


def test_every_criterion_is_there_once():
    expected = [f"{guideline}.{number}" for guideline, numbers in CRITERIA.items() for number in numbers]

    assert [number for number, *_ in rows()] == [*expected, *ADDED]


def test_what_holds_says_by_what():
    assert [number for number, _, holds, by in rows() if holds == "yes" and not by.strip()] == []


def test_named_tests_are_there():
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    missing = [
        (file, test)
        for file, test in named
        if not (ROOT / file).exists() or (test and f"def {test}(" not in (ROOT / file).read_text())
    ]

    assert len(named) > 40
    assert missing == []
