"""What looks for losses after chaos finds each of them: the checker itself is guarded (docs/testing.md)."""

import pytest

from chaos import run
from chaos.within import controls

pytestmark = pytest.mark.django_db


def test_each_invariant_can_fail():
    found = controls.play()

    assert found["sound"] == {}
    assert {name: one for name, one in found["controls"].items() if one["missed"]} == {}
    assert found["unguarded"] == []


def test_a_loss_is_counted_against_its_scenario_and_the_others_go_on(tmp_path):
    playing = run.Run(tmp_path, size=1, rounds=1)
    with playing.playing("one"):
        playing.must(True, "kept")
        playing.must([], "a letter")
    with playing.playing("two"):
        raise RuntimeError("no database")
    with playing.playing("three"):
        playing.figure("all well", people=3)

    assert playing.losses == ["one: a letter", "two: the scenario broke off: RuntimeError: no database"]
    assert [(each.name, each.checked) for each in playing.outcomes] == [("one", 2), ("two", 1), ("three", 0)]
