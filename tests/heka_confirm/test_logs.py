import html
import json
import logging
import sys
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heka_confirm import logs
from heka_confirm.logs import JsonFormatter, PlainFormatter
from tests import cast

SIGNS = "-+YXWVUABCDEFyxwvuabcdef‐‑‒–—―−﹣－"
codes = st.builds(
    "{:06d}{}{:03d}{}".format,
    st.integers(0, 999_999),
    st.sampled_from(SIGNS),
    st.integers(0, 999),
    st.sampled_from("0123456789ABCDEFHJKLMNPRSTUVWXYabcdefhjklmnprstuvwxy"),
)
WRITINGS = {
    "plain": str,
    "url": quote,
    "form": quote_plus,
    "url twice": lambda text: quote(quote(text)),
    "every byte": lambda text: "".join(
        chr(b) if chr(b).isascii() and chr(b).isalnum() else f"%{b:02x}" for b in text.encode()
    ),
    "json": lambda text: json.dumps(text)[1:-1],
    "ascii": lambda text: ascii(text)[1:-1],
    "html": lambda text: html.escape(text).replace("-", "&#45;").replace("–", "&ndash;"),
    "bytes": lambda text: repr(text.encode())[2:-1],
}


def record(message, *args, exc_info=None, **extra):
    made = logging.LogRecord("heka_confirm.test", logging.INFO, __file__, 1, message, args, exc_info)
    vars(made).update(extra)
    return made


def raised(text):
    try:
        int(text + "x")
    except ValueError:
        return sys.exc_info()


@given(st.text(), codes, st.text())
def test_mask_hides_any_code_in_any_text(before, code, after):
    masked = logs.mask_secrets(before + code + after)

    assert masked[len(before) + 7 : len(before) + 11] == "••••"
    assert len(masked) == len(before + code + after) or "=" in before + after or "e" in (before + after).lower()


@pytest.mark.parametrize("writing", WRITINGS)
@given(before=st.text(), code=codes, after=st.text())
def test_mask_hides_a_code_however_it_is_written_out(writing, before, code, after):
    written = WRITINGS[writing](code)

    masked = logs.mask_secrets(before + written + after)

    assert written not in masked


@given(st.lists(codes, min_size=2, max_size=4))
def test_mask_hides_codes_that_follow_one_another(several):
    masked = logs.mask_secrets("".join(several))

    assert [code for code in several if code in masked] == []


@given(st.text(alphabet=st.characters(exclude_categories=["Nd"], exclude_characters="=")))
def test_mask_leaves_a_text_without_digits(text):
    if "eyJ" not in text and "bearer" not in text.lower():
        assert logs.mask_secrets(text) == text


@given(st.text(), codes, st.text())
@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter()])
def test_line_holds_no_code_wherever_it_came_from(formatter, before, code, after):
    text = f"{before} {code} {after}"
    line = formatter.format(record("%s", text, exc_info=raised(text), person=text, people=[text]))

    assert code not in line


@given(st.text())
@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter()])
def test_line_is_one_line_whatever_a_client_sends(formatter, text):
    line = formatter.format(record("Typed: %s", text, typed=text))

    assert line.splitlines() == [line]
    assert line.encode().decode() == line


def test_json_line_has_time_level_name_message_and_context():
    token = logs.request_id.set("abcd")
    line = json.loads(JsonFormatter().format(record("Hello %s", "world", status=200)))
    logs.request_id.reset(token)

    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "name": "heka_confirm.test",
        "message": "Hello world",
        "context": {"request_id": "abcd", "status": 200},
    }


@given(st.text(), st.text())
def test_json_line_gives_back_what_was_logged(message, value):
    line = json.loads(JsonFormatter().format(record("%s", message, value=value)))

    assert line["message"] == logs.mask_secrets(message)
    assert line["context"]["value"] == logs.mask_secrets(value)


def test_json_line_holds_the_exception():
    line = json.loads(JsonFormatter().format(record("It failed", exc_info=raised("no 010594-9032"))))

    assert line["context"]["exception"].splitlines()[-1] == (
        "ValueError: invalid literal for int() with base 10: 'no 010594-••••x'"
    )


def test_json_line_omits_the_request_and_its_query(rf):
    line = JsonFormatter().format(record("Not found", request=rf.get("/x/?code=secret"), status_code=404))

    assert json.loads(line)["context"].keys() == {"request_id", "status_code"}


def test_plain_line_indents_an_exception_so_that_it_forges_no_line():
    first, *rest = PlainFormatter().format(record("It failed", exc_info=raised("x\n12:00:00 ERROR"))).splitlines()

    assert first.endswith("INFO    heka_confirm.test: It failed")
    assert [line for line in rest if not line.startswith("    ")] == []


@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter()])
def test_message_whose_arguments_do_not_fit_is_logged_masked(formatter):
    line = formatter.format(record("%d of %d", cast.MAIJA["hetu"]))

    assert cast.MAIJA["hetu"] not in line
    assert "%d of %d" in line


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("GET /identification/callback?code=abc&state=def HTTP/1.1", "?code=••••&state=•••• HTTP/1.1"),
        ("url: /token?client_assertion=aa.bb.cc (Caused by", "?client_assertion=•••• (Caused by"),
        ("Authorization: Bearer s3cret-token", "Bearer ••••"),
        ("got eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln!", "got ••••!"),
        ("/jwe eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d", "/jwe ••••"),
    ],
)
def test_mask_hides_tokens_codes_and_states(text, masked):
    assert logs.mask_secrets(text).endswith(masked)


def test_mask_leaves_states_of_applications():
    assert logs.mask_secrets("state=awaiting code=E001") == "state=awaiting code=E001"
