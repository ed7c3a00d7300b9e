"""TLS to the database, and what `check --deploy --database default` says of the connection that requests have."""

import pytest
from django.core.checks import Warning as Warned

from heka_confirm import databases
from heka_confirm.database_checks import check_database
from tests.running.certificates import Authority
from tests.running.databases import PASSWORDS, address, installation, manage, needs_postgres

pytestmark = needs_postgres


@pytest.fixture
def check(settings, django_db_blocker):
    """Return a function that says which ids the check gives for a URL, or all that it says."""

    def run(url, *, pooled=False):
        settings.DATABASE, settings.DATABASE_POOLED = databases.read(url), pooled
        with django_db_blocker.unblock():
            return {message.id.partition(".")[2]: message for message in check_database(databases=["default"])}

    return run


def test_connection_that_is_encrypted_and_verified_is_sound(check):
    assert check(installation().url("heka_service")) == {}


@pytest.mark.parametrize(
    ("options", "warned"),
    [
        ({"sslmode": "disable"}, ["W010"]),
        ({"sslmode": "require"}, ["W011"]),
        ({"sslmode": "verify-ca"}, []),
        ({}, []),
    ],
)
def test_connection_over_the_network_is_to_be_encrypted_and_verified(check, options, warned):
    # This machine, by an address that is not known for it.
    assert list(check(installation().url("heka_service", hostaddr="0.0.0.0", **options))) == warned


def test_connection_within_the_machine_need_not_be_encrypted(check):
    assert check(address("heka_service", installation().port) + "?sslmode=disable") == {}


def test_certificate_of_another_authority_is_refused(check, tmp_path):
    stranger = Authority(tmp_path, "stranger").root

    found = check(installation().url("heka_service", sslrootcert=str(stranger)))

    assert list(found) == ["E020"]
    assert "certificate verify failed" in found["E020"].msg
    assert "sslrootcert" in found["E020"].hint


def test_certificate_of_another_host_is_refused(check):
    found = check(installation().url("heka_service", host="127.0.0.1"))

    assert list(found) == ["E020"]
    assert "127.0.0.1" in found["E020"].msg


@pytest.mark.parametrize(
    ("change", "reason", "hint"),
    [
        (lambda url: url.replace("p%40ss", "pass"), "password authentication failed", "%40"),
        (lambda url: url.replace("/heka?", "/nobodys?"), 'database "nobodys" does not exist', "Two roles"),
        (lambda url: url.replace(str(installation().port), "1"), "Connection refused", "host and port"),
    ],
)
def test_database_that_cannot_be_used_is_one_message_with_its_reason(check, change, reason, hint):
    found = check(change(installation().url("heka_owner")))

    assert list(found) == ["E020"]
    assert reason in found["E020"].msg
    assert hint in found["E020"].hint
    assert "\n" not in found["E020"].msg
    assert PASSWORDS["heka_owner"] not in found["E020"].msg


@pytest.mark.parametrize(("role", "warned"), [("heka_owner", ["W015"]), ("heka_service", [])])
def test_role_that_may_change_tables_is_warned_of(check, role, warned):
    assert list(check(installation().url(role))) == warned


def test_superuser_is_warned_of(check):
    found = check(installation().superuser)

    assert found["W015"].msg == "The role heka may do more than the service needs: everything."


def test_limit_that_the_url_takes_away_is_warned_of(check):
    found = check(installation().url("heka_service", options="-c statement_timeout=0 -c lock_timeout=1s"))

    assert [(message.msg, type(message)) for message in found.values()] == [
        ("Requests have no time limit by statement_timeout.", Warned)
    ]


def test_read_only_database_is_warned_of(check):
    found = check(installation().url("heka_service", options="-c default_transaction_read_only=on"))

    assert list(found) == ["W014"]


def test_database_that_lacks_letters_is_refused(check):
    installation().sql("CREATE DATABASE odd ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")

    found = check(installation().url("heka_service").replace("/heka?", "/odd?"))

    assert list(found) == ["E022"]


def test_check_deploy_asks_the_database_only_if_told_to_and_never_ends_in_a_traceback():
    url = installation().url("heka_owner").replace("p%40ss", "pass")

    without = manage(url, "check", "--deploy")
    asked = manage(url, "check", "--deploy", "--database", "default")

    assert "heka_confirm.E020" not in without.stdout + without.stderr
    assert (asked.returncode, "(heka_confirm.E020)" in asked.stderr) == (1, True)
    assert "Traceback" not in asked.stderr
