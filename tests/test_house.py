"""The bounds that the project has set itself for how its code is cut and named (tests/house.py counts)."""

import subprocess
from pathlib import Path

import pytest

from tests.house import House, measure

# Top-level functions; those of guarding staff, evidence, brokers, the counter, the housing system's interface and the
# import among them.
MOST_PUBLIC = 1286


@pytest.fixture(scope="module")
def house() -> House:
    return measure(Path(__file__).parent.parent)


def test_a_name_leads_to_one_function(house):
    assert house.shared_share <= 0.20, house.shared


def test_a_reader_seldom_jumps_to_a_helper_that_is_used_once(house):
    assert house.used_once_share <= 0.45, house.used_once
    assert house.public <= MOST_PUBLIC  # dropping the underscore is no way out


def test_every_file_and_function_can_be_read_at_once(house):
    assert {place: lines for place, lines in house.functions.items() if lines > 40} == {}
    assert {place: lines for place, lines in house.files.items() if lines > 400} == {}


def test_a_name_that_two_modules_bear_and_a_helper_used_once_are_counted(tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    (room / "one.py").write_text("def find():\n    return _step()\n\n\ndef _step():\n    return 1\n")
    (room / "two.py").write_text("def find():\n    return 2\n")
    for command in (["init", "--quiet"], ["add", "."]):
        _git(tmp_path, *command)

    house = measure(tmp_path)

    assert house.shared == {"find": ["room/one.py", "room/two.py"]}
    assert house.shared_share == 2 / 3
    assert house.used_once == ["room/one.py:_step"]


def _git(folder, *command):

    subprocess.run(["git", *command], cwd=folder, check=True)
