import pytest
from environs import ValidationError

from heka_confirm import databases

LIMITS = "-c statement_timeout=4s -c lock_timeout=2s -c idle_in_transaction_session_timeout=30s"
URL = "postgres://heka:secret@db.example.fi/heka"


def configured(url, *, serves_requests=True, pooled=False):
    return databases.configure(databases.read(url), serves_requests=serves_requests, pooled=pooled)


def options(url, **use):
    return configured(url, **use)["OPTIONS"]


def test_request_has_limits_and_a_pool():
    found = configured(URL)

    assert found["ENGINE"] == "core.postgresql"
    assert (found["CONN_MAX_AGE"], found["CONN_HEALTH_CHECKS"]) == (0, True)
    assert found["OPTIONS"]["options"] == LIMITS
    assert found["OPTIONS"]["pool"]["max_size"] == 8
    assert found["OPTIONS"]["prepare_threshold"] == 2


def test_command_has_no_limits_and_keeps_one_connection():
    found = configured(URL, serves_requests=False)

    assert found["CONN_MAX_AGE"] == 60
    assert {"options", "pool"}.isdisjoint(found["OPTIONS"])


@pytest.mark.parametrize("serves_requests", [True, False])
def test_pooler_is_given_nothing_that_it_cannot_carry(serves_requests):
    found = options(URL, serves_requests=serves_requests, pooled=True)

    assert "options" not in found
    assert found["prepare_threshold"] is None
    assert ("pool" in found) is serves_requests


@pytest.mark.parametrize("serves_requests", [True, False])
@pytest.mark.parametrize("pooled", [True, False])
@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ("sslmode=verify-full", "sslmode", "verify-full"),
        ("sslrootcert=/etc/ssl/city.pem", "sslrootcert", "/etc/ssl/city.pem"),
        ("connect_timeout=7", "connect_timeout", "7"),
        ("tcp_user_timeout=0", "tcp_user_timeout", "0"),
        ("application_name=007", "application_name", "007"),
        ("sslpassword=true", "sslpassword", "true"),
        ("password=0123%2B", "password", "0123+"),
        ("target_session_attrs=read-write", "target_session_attrs", "read-write"),
        ("prepare_threshold=5", "prepare_threshold", 5),
        ("server_side_binding=false", "server_side_binding", False),
        ("application_name=", "application_name", ""),
    ],
)
def test_what_the_url_says_wins(said, name, value, serves_requests, pooled):
    assert options(f"{URL}?{said}", serves_requests=serves_requests, pooled=pooled)[name] == value


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [("conn_health_checks=false", "CONN_HEALTH_CHECKS", False), ("conn_max_age=300", "CONN_MAX_AGE", 300)],
)
def test_settings_of_django_may_stand_in_the_url(said, name, value):
    found = configured(f"{URL}?{said}", serves_requests=False)

    assert found[name] == value
    assert name.lower() not in found["OPTIONS"]


def test_age_of_connections_is_that_of_the_pool_which_django_would_refuse_otherwise():
    found = configured(f"{URL}?conn_max_age=300")

    assert found["CONN_MAX_AGE"] == 0
    assert found["OPTIONS"]["pool"]["max_lifetime"] == 300


@pytest.mark.parametrize(("said", "sizes"), [("pool=1", (1, 1)), ("pool=20", (2, 20))])
def test_url_may_give_the_size_of_the_pool(said, sizes):
    pool = options(f"{URL}?{said}")["pool"]

    assert (pool["min_size"], pool["max_size"]) == sizes
    assert "pool" not in options(f"{URL}?{said}", serves_requests=False)


def test_server_options_of_the_url_come_last_and_so_win():
    said = "options=-c%20statement_timeout%3D1s%20-c+search_path%3Dheka"

    assert options(f"{URL}?{said}")["options"] == f"{LIMITS} -c statement_timeout=1s -c search_path=heka"
    assert options(f"{URL}?{said}", serves_requests=False)["options"] == "-c statement_timeout=1s -c search_path=heka"


def test_schema_of_the_url_takes_no_other_option_away():
    said = "currentSchema=heka&options=-c%20work_mem%3D1MB"

    assert options(f"{URL}?{said}", serves_requests=False)["options"] == "-c work_mem=1MB -c search_path=heka"


def test_sqlite_keeps_its_options_too():
    found = configured("sqlite:////tmp/heka.sqlite3?timeout=60&init_command=PRAGMA%20cache_size%3D1;&conn_max_age=5")

    assert found["OPTIONS"]["timeout"] == 60
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert found["OPTIONS"]["init_command"].endswith("recursive_triggers=ON;PRAGMA cache_size=1;")
    assert found["CONN_MAX_AGE"] == 5


def test_sqlite_without_options_has_ours():
    assert options("sqlite:////tmp/heka.sqlite3") == databases.SQLITE


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"{URL}?sslmod=require&pgbouncer=true", "It has options that it cannot have: pgbouncer, sslmod."),
        (f"{URL}?client_encoding=LATIN1", "It has options that it cannot have: client_encoding."),
        ("sqlite:////tmp/heka.sqlite3?sslmode=require", "It has options that it cannot have: sslmode."),
        (f"{URL}?sslmode=require&sslmode=disable", "It names an option twice."),
        (f"{URL}?conn_max_age=none", "Its conn_max_age is no whole number from 0 on."),
        (f"{URL}?conn_max_age=", "Its conn_max_age is no whole number from 0 on."),
        (f"{URL}?pool=false", "Its pool is no whole number from 1 on."),
        (f"{URL}?pool=0", "Its pool is no whole number from 1 on."),
    ],
)
def test_option_that_could_not_hold_is_refused_at_the_start(url, reason):
    with pytest.raises(ValidationError) as refused:
        databases.read(url)

    assert refused.value.messages == [reason]


@pytest.mark.parametrize("url", ["nonsense", "mysql://heka:secret@db/heka", "postgres://heka:secret@db:port/heka"])
def test_url_of_no_database_of_ours_is_refused_without_its_password(url):
    with pytest.raises(ValidationError) as refused:
        databases.read(url)

    assert "secret" not in str(refused.value)
