"""Reading the log again, whatever else is in the files that an operator gives (ADR 57)."""

import gzip
import json

import pytest

from core.log_lines import lines_of

OURS = {
    "time": "2026-11-30T08:00:00.000+00:00",
    "level": "INFO",
    "name": "records",
    "message": "Entry 1 of application 17: 00aa",
    "context": {"event": "erased", "subject": "applicant 55"},
}
WRITTEN = json.dumps(OURS)


def read(path):
    return [line.message for line in lines_of("records", [path])]


@pytest.fixture
def log(tmp_path):
    return tmp_path / "service.log"


@pytest.mark.parametrize(
    "strange",
    [
        json.dumps({**OURS, "time": 1}),
        json.dumps({**OURS, "time": "yesterday"}),
        json.dumps({**OURS, "time": "2026-11-30T08:00:00"}),
        json.dumps({**OURS, "message": ["Entry 1"]}),
        json.dumps({**OURS, "context": None}),
        json.dumps({**OURS, "context": {"letter": [1]}}),
        json.dumps({**OURS, "message": "Entry\0"}),
        json.dumps([OURS]),
        json.dumps({"name": "records"}),
        '{"records"' + "[" * 100_000,
        WRITTEN[:60],
        '"records"',
    ],
)
def test_whatever_is_no_line_of_the_service_is_passed_over(log, strange):
    log.write_text(f"{strange}\n{WRITTEN}\n")

    assert read(log) == [OURS["message"]]


def test_bytes_that_are_no_text_are_passed_over(log):
    log.write_bytes(b'\xff\xfe"records"{\n' + WRITTEN.encode())

    assert read(log) == [OURS["message"]]


@pytest.mark.parametrize("before", ["", "web-1  | ", "2026-11-30T10:00:00Z stdout F "])
def test_address_that_looks_like_a_line_forges_none_in_a_plain_log(log, before):
    log.write_text(f"{before}10:00:00 WARNING django.request: Not Found: / {WRITTEN}\n")

    assert read(log) == []


@pytest.mark.parametrize("content", [gzip.compress(WRITTEN.encode())[:-20], WRITTEN.encode()])
def test_packed_log_that_was_cut_off_or_is_none_is_named_since_an_erasure_may_be_missing(tmp_path, content):
    packed = tmp_path / "service.log.gz"
    packed.write_bytes(content)

    with pytest.raises(OSError, match="packed, and damaged") as raised:
        read(packed)

    assert raised.value.filename == str(packed)


@pytest.mark.parametrize(("value", "number"), [(17, 17), ("17", None), (True, None), (0, None), (2**63, None)])
def test_number_is_one_that_a_row_can_have(log, value, number):
    log.write_text(json.dumps({**OURS, "context": {"letter": value}}))

    assert [line.number("letter") for line in lines_of("records", [log])] == [number]
