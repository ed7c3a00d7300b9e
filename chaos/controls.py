"""Whether each invariant can fail: a database is spoiled in one way after the other, and each has to be found."""

import json
from dataclasses import replace

from chaos.doors import Door
from chaos.people import Met, come_back, crowd
from chaos.run import Run, scenario
from chaos.stage import stage
from tests.running import web


@scenario("controls", "each invariant can fail: rows are lost, doubled, forged and cut, and all of that is found")
def controls(run: Run) -> None:
    with stage(run, 8) as played:
        said = web.command(played.database.url, "-m", "chaos.within.controls", **played.variables())
        found = json.loads(said)
        run.must(not found["sound"], f"found where nothing was spoiled: {found['sound']}")
        for name, one in found["controls"].items():
            run.figure(name.replace("_", " "), found_by=" and ".join(one["found"]) or "nobody")
            run.must(not one["missed"], f"{name} was not found by {one['missed']}")
        run.must(not found["unguarded"], f"without a control: {found['unguarded']}")
        door = Door(played.serve().port)
        met = crowd(door, played.people[:4], Met())
        others = [replace(person, form={**person.form, "version": "0" * 64}) for person in played.people[4:]]
        unseen, _more = come_back(door, others, tries=1)
        run.figure("people who have not confirmed and come back", people=len(others), found=len(unseen))
        run.must(len(unseen) == len(others), "whoever does not see success is not found")
        played.take(met)
        played.check(door)
