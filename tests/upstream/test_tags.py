"""The ETag of an application: strong in every answer, whoever packs it, so that If-Match can name what it changes."""

import gzip
import json

from tests.cast import MAIJA, OLLI
from tests.upstream.conftest import body, sent

PACKED = {"Accept-Encoding": "gzip"}


def test_every_answer_about_one_application_has_its_strong_tag_though_answers_may_be_packed(caller):
    sending = caller.post(body(MAIJA, OLLI), **PACKED)
    number = sending.json()["reference"]
    answers = [
        sending,
        caller.get(number, **PACKED),
        caller.get(f"{number}/document", **PACKED),
        caller.put(number, body(MAIJA, OLLI), **{"If-Match": sending["ETag"]}, **PACKED),
        caller.withdraw(number, **PACKED),
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 200]
    assert {answer["ETag"] for answer in answers} == {sending["ETag"]}
    assert sending["ETag"].startswith('"')
    assert not [answer for answer in answers if answer.get("Content-Encoding")]


def test_pages_of_many_have_no_tag_and_are_packed(caller):
    # Enough to be worth packing, however many bytes the packing adds at random (GZipMiddleware).
    several = [sent(caller, MAIJA, OLLI, reference=f"HS-{number}") for number in range(4)]
    asked = {"references": [one.number for one in several]}

    for answer, plain in (
        (caller.list(**PACKED), caller.list()),
        (caller.ask("statuses", asked, **PACKED), caller.ask("statuses", asked)),
    ):
        assert (answer["Content-Encoding"], "ETag" in answer) == ("gzip", False)
        assert json.loads(gzip.decompress(answer.content)) == plain.json()
