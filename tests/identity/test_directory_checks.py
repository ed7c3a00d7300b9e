"""What `manage.py check` says of STAFF_DIRECTORY."""

import pytest

from identity import checks, directory_checks

GOOD = {
    "name": {"fi": "Kaupungin tunnus", "sv": "Stadens konto", "en": "City account"},
    "issuer": "https://login.example",
    "client_id": "heka-desk",
    "client_secret": "s3cret",
    "authorization_endpoint": "https://login.example/authorize",
    "token_endpoint": "https://login.example/token",
    "jwks_uri": "https://login.example/keys",
    "groups": {"g-1": "adviser", "g-2": "supervisor", "g-3": "operator"},
}


@pytest.fixture(autouse=True)
def production(settings):
    settings.DEBUG = settings.DEMO_WITHOUT_DEBUG = False
    settings.HTTPS = True
    return settings


def ids(settings, **changes):
    settings.STAFF_DIRECTORY = {name: value for name, value in (GOOD | changes).items() if value is not None}
    found = directory_checks.check_directory()
    assert all(message.hint for message in found)
    return [message.id for message in found]


def test_good_settings_and_none_pass(settings):
    assert ids(settings) == []
    assert ids(settings, name="City account", token_auth="client_secret_post") == []
    settings.STAFF_DIRECTORY = {}
    assert directory_checks.check_directory() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": None},
        {"groups": {}},
        {"groups": ["g-1"]},
        {"groups": {"g-1": ["adviser"]}},
        {"name": {"fi": 5}},
        {"name": ""},
        {"token_auth": "none"},
        {"amr_second_factor": "mfa"},
        {"acr_second_factor": [5]},
        {"max_age": "60"},
        {"encrypted": True},
        {"token_endpiont": "https://login.example/token"},
    ],
)
def test_malformed_setting_is_an_error(settings, changes):
    assert ids(settings, **changes) == ["identity.E040"]


@pytest.mark.parametrize("name", directory_checks.ENDPOINTS)
@pytest.mark.parametrize("address", ["http://login.example/x", "http://127.0.0.1/x", "login.example", "https://"])
def test_addresses_are_https(settings, name, address):
    assert ids(settings, **{name: address}) == ["identity.E041"]


def test_this_machine_needs_no_https_while_developing(settings):
    settings.DEBUG = True
    assert ids(settings, issuer="http://127.0.0.1:1/x") == []
    assert ids(settings, issuer="http://login.example/x") == ["identity.E041"]


@pytest.mark.parametrize(
    ("id_", "changes"),
    [
        ("E042", {"client_secret": None}),
        ("E042", {"token_auth": "private_key_jwt"}),
        ("E043", {"groups": {"g-1": "superuser"}}),
        ("E043", {"groups": {"g-1": "applicant"}}),
        ("E044", {"name": {"fi": "Kaupungin tunnus"}}),
        ("E048", {"scope": "profile"}),
        ("E046", {"token_auth": "private_key_jwt", "client_secret": None, "assertion_audience": "http://x.example"}),
    ],
)
def test_settings_that_do_not_go_together_are_an_error(settings, id_, changes):
    assert ids(settings, **changes) == [f"identity.{id_}"]


def test_service_itself_must_be_reached_by_https(settings):
    settings.HTTPS = False
    assert ids(settings) == ["identity.E047"]
    settings.DEBUG = True
    assert ids(settings) == []


def test_own_keys_are_asked_for_where_we_sign(settings, tmp_path):
    settings.IDENTITY_PROVIDERS, settings.IDENTITY_KEYS_FILE = [], tmp_path / "none.json"
    ids(settings)
    assert checks.check_keys() == []
    ids(settings, token_auth="private_key_jwt", client_secret=None)
    assert [message.id for message in checks.check_keys()] == ["identity.E009"]


def test_secret_stands_in_no_message(settings):
    from identity import directory

    ids(settings)
    assert "s3cret" not in repr(directory.configured())
