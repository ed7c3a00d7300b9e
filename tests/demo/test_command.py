"""`manage.py demo` as a process of its own, from nothing to its end."""

import contextlib
import os
import signal
import socket
import sqlite3
import time

import pytest
import requests

from tests.demo.demos import PATIENCE, demos, greeting


@pytest.fixture
def demo(checkout, tmp_path, port):
    """Return a function that starts the demo in an empty folder of its own."""
    with demos(checkout, tmp_path, port) as start:
        yield start


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def is_anybody_left(process) -> bool:
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_demo_answers_and_stops_clean(second_demo, port, how):
    process = second_demo()
    hello = greeting(process)
    front = requests.get(f"http://localhost:{port}/en/", timeout=PATIENCE)
    missing = requests.get(f"http://localhost:{port}/en/nowhere/", timeout=PATIENCE)
    by_number = requests.get(f"http://127.0.0.1:{port}/en/?x=%C3%A4", timeout=PATIENCE, allow_redirects=False)
    held_open = socket.create_connection(("127.0.0.1", port))  # as browsers do

    asked = time.monotonic()
    process.send_signal(how)
    process.wait(PATIENCE)
    held_open.close()

    assert hello.startswith("Heka Confirm, with demo data.")
    assert front.status_code == 200
    assert by_number.headers["Location"] == f"http://localhost:{port}/en/?x=%C3%A4"  # browsers allow no passkeys there
    assert (missing.status_code, "Page not found" in missing.text) == (404, True)
    assert process.returncode == 0
    assert time.monotonic() - asked < 20
    assert not is_anybody_left(process)


@pytest.mark.parametrize("number", ["127.0.0.1", "[::1]"])
def test_demo_answers_by_its_name_at_both_numbers_of_this_machine(second_demo, port, number):
    """Browsers try now the one, now the other."""
    if number == "[::1]" and not has_ipv6():
        pytest.skip("This machine has no IPv6")
    greeting(second_demo())

    front = requests.get(f"http://{number}:{port}/en/", headers={"Host": f"localhost:{port}"}, timeout=PATIENCE)

    assert front.status_code == 200


def test_demo_stopped_by_ctrl_c_leaves_nobody(second_demo):
    process = second_demo()
    greeting(process)

    os.killpg(process.pid, signal.SIGINT)  # a terminal tells every process of the group

    assert process.wait(PATIENCE) == 0
    assert not is_anybody_left(process)


def test_demo_prints_its_three_addresses_last_and_alone(demo, port, tmp_path, capfd):
    process = demo()
    greeting(process)
    lines = [process.stdout.readline() for _ in range(3)]
    with contextlib.closing(sqlite3.connect(tmp_path / "var" / "demo.sqlite3")) as database:
        unsent = "SELECT count(*) FROM mailing_letter WHERE sent_at IS NULL AND dropped_at IS NULL AND failure = ''"
        (to_be_logged,) = database.execute(unsent).fetchone()
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=PATIENCE)
    errors = capfd.readouterr().err

    assert lines == [f"http://localhost:{port}{page}\n" for page in ("", "/demo/staff/", "/demo/housing-system/")]
    assert (to_be_logged, rest) == (0, "")
    assert "sent" in errors  # the log told of letters, before
    assert "http://" not in errors


def test_second_start_keeps_what_is_there(second_demo, tmp_path):
    keys = tmp_path / "var" / "keys.json"
    before = keys.read_text()

    greeting(second_demo())

    assert keys.read_text() == before


def test_database_of_another_release_is_made_new(second_demo, tmp_path):
    def start():
        process = second_demo()
        said = [greeting(process)]
        while not said[-1].startswith("Heka Confirm"):
            said.append(greeting(process))
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        return said

    def ask(sql):
        with contextlib.closing(sqlite3.connect(tmp_path / "var" / "demo.sqlite3", timeout=20)) as database, database:
            return database.execute(sql).fetchall()

    made = start()
    ask("INSERT INTO django_migrations (app, name, applied) VALUES ('applications', '0042_of_before', '2026-01-01')")
    ask("UPDATE counter_counter SET phone = '09 111'")

    assert start() == ["Another release has made the demo database. It is made new.\n", *made]
    assert ask("SELECT count(*) FROM django_migrations WHERE name = '0042_of_before'") == [(0,)]
    assert ask("SELECT phone FROM counter_counter") == [("09 000 0000",)]
    assert start() == made


def test_demo_delivers_letters(second_demo, tmp_path):
    process = second_demo()
    greeting(process)
    with contextlib.closing(sqlite3.connect(tmp_path / "var" / "demo.sqlite3", timeout=20)) as database, database:
        database.execute(
            'INSERT INTO mailing_letter (key, message, language, "to", parameters, message_id)'
            " VALUES ('1', 'none', 'fi', 'no address', '{}', '<1@x>')"
        )

    until = time.monotonic() + PATIENCE
    failure = ""
    while not failure and time.monotonic() < until:
        time.sleep(0.1)
        with contextlib.closing(sqlite3.connect(tmp_path / "var" / "demo.sqlite3", timeout=20)) as database:
            [(failure,)] = database.execute("SELECT failure FROM mailing_letter WHERE key = '1'")

    assert failure == "invalid"


def test_port_in_use_is_told_in_one_line(demo, port, capfd):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        process = demo()
        output, _ = process.communicate(timeout=PATIENCE)

    assert (process.returncode, output) == (1, "")
    assert capfd.readouterr().err == (
        f"CommandError: Port {port} is not free (Address already in use). Take another: PORT={port + 1} make demo\n"
    )


def test_demo_for_other_machines_is_refused(demo, capfd):
    process = demo(PUBLIC_URL="http://demo.example.test")
    output, _ = process.communicate(timeout=PATIENCE)

    assert (process.returncode, output) == (1, "")
    assert capfd.readouterr().err == (
        "CommandError: The demo is for this machine only: PUBLIC_URL=http://demo.example.test is not.\n"
    )
