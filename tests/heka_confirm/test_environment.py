"""Variables that cannot be read: each is told by its name, none with its value."""

import sys

import pytest
from django.http.request import split_domain_port
from environs import ValidationError

from heka_confirm.databases import read as database_url
from heka_confirm.environment import Environment, WrongEnvironment, host_of, log_stream, mail_url, site_url


@pytest.mark.parametrize(
    "value",
    [
        "",
        "postgres//heka:s3cret@db/heka",
        "postgresql://",
        "postgresql://heka:s3cret@db",
        "postgresql://heka:s3cret@db/",
        "postgresql://heka:s3#cret@db/heka",
        "postgresql://heka:s3cret@db:port/heka",
        "mysql://heka:s3cret@db/heka",
        "db.example.fi",
    ],
)
def test_malformed_database_is_told_without_its_password(value):
    with pytest.raises(ValidationError) as refused:
        database_url(value)

    assert "s3" not in str(refused.value)
    assert "postgresql://user:password@host/name" in str(refused.value)


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://heka:s3%23cret@db/heka",
        "postgres://db/heka",
        "postgresql:///heka?host=/run/postgresql",
        "postgresql://?service=heka",
        "sqlite:////srv/heka.sqlite3",
        "sqlite://:memory:",
    ],
)
def test_database_is_taken(value):
    assert database_url(value)["ENGINE"]


@pytest.mark.parametrize("value", ["submision://h", "mail.example.fi", "submission://", "submission://h:s3cret"])
def test_malformed_mail_server_is_told_without_its_password(value):
    with pytest.raises(ValidationError) as refused:
        mail_url(value)

    assert "s3" not in str(refused.value)


@pytest.mark.parametrize("value", ["", "submission://heka:s3cret@mail.example.fi", "smtp://relay", "console://"])
def test_mail_server_is_taken(value):
    assert "EMAIL_HOST" in mail_url(value)


@pytest.mark.parametrize("value", ["https://[::1", "https://confirm.example.fi:port"])
def test_address_of_the_service_that_cannot_be_taken_apart_is_told(value):
    with pytest.raises(ValidationError):
        site_url(value)


@pytest.mark.parametrize(
    ("written", "taken"),
    [("HTTPS://Confirm.Example.fi/", "https://confirm.example.fi"), ("https://[2001:DB8::1]:8443", None)],
)
def test_address_of_the_service_is_taken_as_browsers_write_it(written, taken):
    assert site_url(written) == (taken or written.lower())


@pytest.mark.parametrize("host", ["confirm.example.fi", "[2001:db8::1]", "127.0.0.1"])
def test_host_of_the_service_is_the_one_of_its_requests(host):
    assert host_of(f"https://{host}:8443") == split_domain_port(f"{host}:8443")[0] == host


def test_all_that_is_wrong_is_one_message_of_a_line_each(monkeypatch):
    monkeypatch.setenv("HEKA_A", "yes please")
    monkeypatch.setenv("HEKA_B", "postgres//heka:s3cret@db/heka")
    env = Environment()
    env.bool("HEKA_A")
    env.database_url("HEKA_B")
    env.str("HEKA_C")

    with pytest.raises(WrongEnvironment) as refused:
        env.seal()

    lines = str(refused.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["The environment is wrong", "HEKA_A", "HEKA_B", "HEKA_C"]
    assert env.names == ["HEKA_A", "HEKA_B", "HEKA_C"]


@pytest.mark.parametrize(
    ("command", "serves_requests", "stream"),
    [
        (["gunicorn"], True, "ext://sys.stdout"),
        (["manage.py", "deliver"], False, "ext://sys.stdout"),
        (["/app/manage.py", "purge"], False, "ext://sys.stdout"),
        (["manage.py", "export_records"], False, "ext://sys.stderr"),  # prints lines of its own there
        (["manage.py", "identity_keys", "rotate", "--stdout"], False, "ext://sys.stderr"),
        (["manage.py"], False, "ext://sys.stderr"),
        (["-c"], False, "ext://sys.stderr"),
    ],
)
def test_log_goes_to_standard_output_where_no_command_prints_its_answer(monkeypatch, command, serves_requests, stream):
    monkeypatch.setattr(sys, "argv", command)

    assert log_stream(serves_requests=serves_requests) == stream
