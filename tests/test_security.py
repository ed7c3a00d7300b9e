"""docs/security: every requirement of ASVS 5.0.0 on levels 1 and 2 has its row, whose guard and test are there."""

from collections import Counter

import pytest

from tests.security_controls import (
    NO_GUARD,
    NUMBERS,
    ROOT,
    CannotBeTakenOutError,
    Row,
    all_rows,
    find_guard,
    find_test,
    read_rows,
    without_guard,
)

ROWS = all_rows()
LEVELS = dict(line.split() for line in NUMBERS.read_text().splitlines())


def test_every_requirement_has_one_row_in_order():
    numbers = [row.number for row in ROWS]

    assert [number for number, count in Counter(numbers).items() if count > 1] == []
    assert sorted(LEVELS.keys() - set(numbers)) == []
    assert numbers == list(LEVELS)
    assert len(LEVELS) == 253


def test_every_row_has_guard_and_test_or_says_why_not():
    silent = [row.number for row in ROWS if not says_why(row) and not (row.guards and row.tests)]

    assert silent == []
    assert [row.number for row in ROWS if not row.asks or (says_why(row) and (row.tests or row.without))] == []


def says_why(row):
    return any(row.guard.startswith(reason) and len(row.guard) > len(reason) + 5 for reason in NO_GUARD)


def test_every_guard_and_test_that_is_named_is_there():
    assert [(row.number, guard) for row in ROWS for guard in row.guards if not find_guard(guard)] == []
    assert [(row.number, test) for row in ROWS for test in row.tests if not find_test(test)] == []


@pytest.mark.parametrize(
    "guard",
    [
        "core.text.made_up",
        "core.made_up.clean",
        "made_up",
        "django.conf.settings",
        "core.text",
        "settings.MADE_UP",
        "settings.MADE",
        "deploy/made_up.conf",
        "deploy/nginx.conf: made up",
        "heka_confirm/settings.py: MADE_UP = ",
    ],
)
def test_guard_that_is_made_up_is_missed(guard):
    assert not find_guard(guard)


@pytest.mark.parametrize(
    "test", ["tests/test_security.py::test_made_up", "tests/made_up.py::test_a", "tests/test_security.py", "says_why"]
)
def test_test_that_is_made_up_is_missed(test):
    assert not find_test(test)


def test_guards_of_each_kind_are_found():
    guards = ["settings.HTTPS", "settings.DATABASE", "deploy/nginx.conf", "heka_confirm/settings.py: HTTPS = "]
    in_code = [
        "core.text.typed_text",
        "heka_confirm.requests.SecurityHeadersMiddleware",
        "identity.models.Person.hetu",
    ]

    assert [guard for guard in [*guards, *in_code] if not find_guard(guard)] == []
    assert find_test("tests/test_security.py::test_guards_of_each_kind_are_found")


def test_row_is_read_cell_by_cell():
    text = (
        r"| V9.8.7 | Be | `a.b`, `c.d` too | `tests/x.py::test_y` | `a \| b => c` |" + "\n| number | asks |\n|---|---|"
    )

    (row,) = read_rows(text)

    assert row == Row("V9.8.7", "Be", "`a.b`, `c.d` too", "`tests/x.py::test_y`", "`a | b => c`")
    assert (row.guards, row.tests, row.chapter) == (["a.b", "c.d"], ["tests/x.py::test_y"], "V9")


# --- Taking guards out -----------------------------------------------------------------------------------

SETTINGS = 'MIDDLEWARE = [\n    "room.guards.Guard",\n    "other",\n]\nSAFE = True\n'
GUARDS = '''LIMIT: int = 5


class Guard:
    limit = 3

    def check(self, value):
        """Check."""
        if value:
            raise ValueError
        return value
'''


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    files = {"heka_confirm/settings.py": SETTINGS, "room/guards.py": GUARDS, "room/lines.conf": "a\nb\n"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr("tests.security_controls.ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("guard", "without", "old", "new"),
    [
        ("room.guards.Guard", "", '    "room.guards.Guard",\n', ""),
        ("settings.SAFE", "", "SAFE = True\n", ""),
        ("settings.SAFE", "= False", "SAFE = True", "SAFE = False"),
        ("room.guards.LIMIT", "= 9", "LIMIT: int = 5", "LIMIT = 9"),
        ("room.guards.Guard.limit", "= 9", "limit = 3", "limit = 9"),
        ("room.guards.Guard.check", "", GUARDS.partition("value):\n")[2], "        return None\n"),
        ("room.guards.Guard.check", "return value", GUARDS.partition("value):\n")[2], "        return value\n"),
        ("room.guards.Guard.check", "raise ValueError => pass", "raise ValueError", "pass"),
        ("room/lines.conf: b", "", "b\n", ""),
        ("room/lines.conf", "b => c", "b", "c"),
        (
            "room.guards.Guard",
            r"room/guards.py += eval('1')",
            "        return value\n",
            "        return value\neval('1')\n",
        ),
    ],
)
def test_guard_is_taken_out(checkout, guard, without, old, new):
    path, text = without_guard(checkout, Row("V1.1.1", "", f"`{guard}`", "", f"`{without}`" if without else ""))

    assert old in path.read_text()
    assert text == path.read_text().replace(old, new)


@pytest.mark.parametrize(
    ("guard", "without"),
    [("room.guards.Guard.limit", "return 1"), ("room.guards.made_up", ""), ("room/lines.conf", "x => y"), ("a.b", "")],
)
def test_guard_that_cannot_be_taken_out_is_told(checkout, guard, without):
    with pytest.raises(CannotBeTakenOutError):
        without_guard(checkout, Row("V1.1.1", "", f"`{guard}`", "", f"`{without}`"))


@pytest.mark.parametrize("row", [row for row in ROWS if row.guards], ids=lambda row: row.number)
def test_every_guard_can_be_taken_out(row):
    """Whether its test then fails is asked by `python -m tests.security_controls`."""
    without_guard(ROOT, row)
