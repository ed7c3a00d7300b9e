"""The server itself, as the image starts it, with what a client may throw at it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from heka_confirm.web_worker import CODE
from tests.ports import free_port
from tests.processes import ROOT, python

STATUSES = {
    b"GET /healthz HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n": 200,
    b"GET /fi/cookies/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n": 200,
    b"GET /fi/how-to/ HTTP/1.1\r\nHost: evil.example\r\n\r\n": 400,
    b"GET /fi/how-to/ HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n": 400,
    b"GET /fi/%00%ff/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n": 404,
    b"GET /fi/010594-9032/?code=s3cret HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n": 404,
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n": 414,
    b"GET /fi/cookies/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: other=" + b"a" * 12_000 + b"\r\n\r\n": 200,
    b"GET /fi/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: other=" + b"a" * 17_000 + b"\r\n\r\n": 431,
    b"GET /fi/cookies/?state=x&code=" + b"a" * 6000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n": 200,  # a broker’s
    b"GET /fi/ HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-Many: 1\r\n" * 100 + b"\r\n": 431,
    b"NONSENSE\r\n\r\n": 400,
    b"POST /api/v1/applications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx": 400,
    b"POST /api/v1/applications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n": 400,
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length : 1\r\n\r\nx": 400,
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": 400,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return port, process and log of a running server. Its keys would lie beside the log."""
    port, log = free_port(), tmp_path_factory.mktemp("gunicorn") / "log"
    own = {**own_settings(log), "PORT": str(port), "HOST": "127.0.0.1"}
    with log.open("w") as stream, log.with_name("errors").open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "WEB_CONCURRENCY": "1", **own},
            stdout=stream,
            stderr=errors,
        )
    until = time.monotonic() + 60
    while answer(port, next(iter(STATUSES))) is None:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)
    yield port, process, log
    process.kill()
    process.wait()


def own_settings(log):
    keys = str(log.with_name("keys.json"))
    return {"DEBUG": "true", "DATABASE_URL": "sqlite:////nowhere/x", "IDENTITY_KEYS_FILE": keys}


def answer(port, request):
    """Return the status of the answer to a raw request; None while nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(request)
            first = connection.recv(4096)
    except ConnectionRefusedError:
        return None
    return int(first.split()[1])


@pytest.mark.parametrize("request_", STATUSES, ids=lambda request: repr(request[:60]))
def test_server_answers_whatever_is_sent(server, request_):
    assert answer(server[0], request_) == STATUSES[request_]


@pytest.mark.parametrize("status", [414, 431])
def test_what_is_too_long_is_answered_by_a_page_in_three_languages(server, status):
    """No request reaches the application, so that gunicorn would answer in its own words."""
    request = next(request for request, expected in STATUSES.items() if expected == status)
    with socket.create_connection(("127.0.0.1", server[0]), timeout=60) as connection:
        connection.sendall(request)
        whole = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, page = whole.decode().partition("\r\n\r\n")

    code = re.search(r"X-Request-ID: ([a-z]{10})\r\n", head)[1]
    for language, text in CODE.items():
        line, link = f'<p>{text} <strong translate="no">{code}</strong></p>\n      ', f'<p><a href="/{language}/">'
        assert page.count(line + link) == 1
        page = page.replace(line, "")
    assert page == (ROOT / "deploy" / "pages" / f"{status}.html").read_text()
    lines = [json.loads(line) for line in server[2].read_text().splitlines()]
    assert [line["message"] for line in lines if line["context"]["request_id"] == code] == [
        f"A request was refused: {head.partition(' ')[2].splitlines()[0]}"
    ]
    assert [name for name in ("no-store", "nosniff", "default-src 'none'", "charset=utf-8") if name not in head] == []


def test_running_server_publishes_what_a_command_makes_of_our_keys(server):
    """A rotation needs no restart."""
    port, _, log = server

    def published():
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/identification/jwks.json") as response:
            return [key["use"] for key in json.load(response)["keys"]]

    for action, uses in (
        ("make", ["sig", "enc"]),
        ("rotate", ["sig", "sig", "enc"]),
        ("finish", ["sig", "sig", "enc"]),
    ):
        done = python("manage.py", "identity_keys", action, **own_settings(log))
        assert (done.returncode, published()) == (0, uses), done.stderr


def test_server_logs_lines_of_json_without_secrets_and_stops_when_asked(server):
    port, process, log = server
    for request in STATUSES:
        answer(port, request)

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=60) == 0
    assert log.with_name("errors").read_text() == ""  # all of it is on standard output
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {"gunicorn.error", "heka_confirm.access"} <= {line["name"] for line in lines}
    assert "GET /fi/010594-••••/ 404" in [line["message"] for line in lines]
    assert [secret for secret in ("010594-9032", "s3cret") if secret in log.read_text()] == []


ARENAS = """
import ctypes, gc, runpy, threading
hooks = runpy.run_path("gunicorn.conf.py")
allocate = ctypes.CDLL(None).malloc
allocate.argtypes, allocate.restype = [ctypes.c_size_t], ctypes.c_void_p
found = []
threads = [threading.Thread(target=lambda: found.append(allocate(2000))) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
[heap] = [line.split()[0] for line in open("/proc/self/maps") if line.endswith("[heap]\\n")]
first, last = (int(each, 16) for each in heap.split("-"))
hooks["post_worker_init"](None)
print(all(first <= each < last for each in found), gc.get_freeze_count() > 1000)
"""


def test_threads_of_a_worker_share_their_memory_and_garbage_is_sought_in_what_is_new():
    done = python("-c", ARENAS)

    assert done.stdout == "True True\n", done.stderr
