"""Our keys: their file, their rotation by the book, and what we sign about ourselves."""

import errno
import io
import itertools
import json
import os
import stat
import time

import pytest
import time_machine
from django.core.management import CommandError, call_command
from joserfc import jws
from joserfc.jwk import RSAKey

from identity import key_file, keys

DAY = keys.DAY_SECONDS
SECRET = {"d", "p", "q", "dp", "dq", "qi"}


@pytest.fixture
def path(settings, tmp_path):
    settings.IDENTITY_KEYS_FILE = tmp_path / "deep" / "keys.json"
    return settings.IDENTITY_KEYS_FILE


@pytest.fixture(scope="module")
def ready_made():
    """Keys in stock, as making and checking one takes long."""
    return itertools.cycle([RSAKey.generate_key(keys.KEY_BITS) for _ in range(8)])


@pytest.fixture(autouse=True)
def _fast(monkeypatch, ready_made):
    monkeypatch.setattr(RSAKey, "generate_key", lambda _bits: next(ready_made))


@pytest.fixture
def registered(broker, path):
    """A broker, for which our keys are made anew."""
    return path


@pytest.fixture
def clock():
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        yield clock


def run(*arguments):
    out = io.StringIO()
    call_command("identity_keys", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def kids(use):
    return [key.kid for key in getattr(keys.load(), use)]


def published():
    return [key["kid"] for key in keys.load().public()["keys"]]


# --- The file --------------------------------------------------------------------------------------------


def test_keys_are_made_once_for_their_owner_alone(path):
    run("make")
    made = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (len(kids("sig")), len(kids("enc")), len(kids("entity"))) == (1, 1, 1)

    assert "already" in run("make")
    assert path.read_bytes() == made
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_file_of_an_earlier_release_gets_its_entity_key_and_keeps_the_others(path):
    run("make")
    document = json.loads(path.read_text())
    del document["entity_keys"]
    for key in document["keys"]:
        del key["made_at"]
    path.write_text(json.dumps(document))
    before = kids("sig") + kids("enc")

    run("make")

    assert (kids("sig") + kids("enc"), len(kids("entity"))) == (before, 1)


def test_nothing_private_is_published(path):
    run("make")
    secret = json.loads(path.read_text())["keys"][0]
    assert not {*SECRET, "made_at"} & {name for key in keys.load().public()["keys"] for name in key}
    assert secret["d"] not in run("public") + run("status")


@pytest.mark.parametrize("action", ["rotate", "finish", "public", "status"])
def test_without_keys_the_command_says_so(path, action):
    with pytest.raises(CommandError):
        run(action)


BROKEN = ["", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "RSA"}]}', '{"keys": 5}', '{"keys": [5]}']


@pytest.mark.parametrize("action", ["make", "rotate", "finish"])
@pytest.mark.parametrize("contents", BROKEN)
def test_a_file_that_holds_no_keys_is_refused_and_never_replaced(path, contents, action):
    path.parent.mkdir()
    path.write_text(contents)
    with pytest.raises(CommandError):
        run(action)
    assert path.read_text() == contents


@pytest.mark.parametrize("use", ["sig", "enc", "entity"])
def test_keys_that_are_all_withdrawn_are_refused(path, use):
    run("make")
    held = keys.load_held()
    gone = {use: tuple(key_file.HeldKey(key=key.key, withdrawn_at=1) for key in held[use])}
    path.write_text(key_file.as_text(held | gone))
    with pytest.raises(CommandError):
        run("rotate")


def test_a_public_key_alone_is_not_ours(path, own_keys):
    path.parent.mkdir()
    public = json.loads(own_keys.read_text())
    for key in public["keys"]:
        for name in SECRET:
            del key[name]
    path.write_text(json.dumps(public))
    with pytest.raises(keys.NoKeys):
        keys.load()


def test_sign_ins_go_on_while_the_file_is_being_copied_over(path, caplog):
    run("make")
    before, text = keys.load(), path.read_text()

    path.write_text("")
    meanwhile = keys.load()
    path.write_text(text)

    assert (meanwhile, keys.load().sig[0].kid) == (before, before.sig[0].kid)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "secret" not in caplog.text


def test_a_change_of_the_file_is_noticed_whatever_its_time_says(path):
    run("make")
    old, times = kids("sig"), (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    held = keys.load_held()
    other = key_file.HeldKey(key=keys.new("sig"), made_at=held["sig"][0].made_at)

    key_file.replace(path, held | {"sig": (other,)})
    os.utime(path, ns=times)

    assert kids("sig") == [other.key.kid] != old


# --- A rotation ------------------------------------------------------------------------------------------


def test_rotation_goes_by_the_book(path, clock):
    run("make")
    (old_sig,), (old_enc,) = kids("sig"), kids("enc")

    clock.shift(100 * DAY)
    run("rotate")
    (sig, new_sig), (enc, new_enc) = kids("sig"), kids("enc")
    assert (sig, enc, published()) == (old_sig, old_enc, [old_sig, new_sig, old_enc])

    clock.shift(DAY)
    run("finish")
    assert (kids("sig"), kids("enc")) == ([new_sig, old_sig], [old_enc, new_enc])
    assert published() == [new_sig, old_sig, new_enc]

    clock.shift(DAY - 1)
    assert "already" in run("finish")
    assert kids("enc") == [old_enc, new_enc]  # a broker may still encrypt for the key that it has kept
    clock.shift(1)
    run("finish")
    assert (kids("sig"), kids("enc"), published()) == ([new_sig], [new_enc], [new_sig, new_enc])
    assert "already" in run("finish")


def test_a_new_key_signs_nothing_before_brokers_had_a_day_to_fetch_it(path, clock):
    run("make")
    run("rotate")
    old_sig, new_sig = kids("sig")
    run("finish")

    assert (kids("sig"), "finish" in run("status")) == ([old_sig, new_sig], True)
    clock.shift(DAY - 1)
    assert kids("sig")[0] == old_sig
    clock.shift(1)
    assert kids("sig") == [new_sig, old_sig]
    run("finish")
    assert kids("sig") == [new_sig, old_sig]  # what it signed just before is on its way
    clock.shift(DAY)
    run("finish")
    assert kids("sig") == [new_sig]


def test_each_step_may_be_repeated(path, clock):
    run("make")
    for action, days in (("rotate", 1), ("finish", 1), ("finish", 1)):
        run(action)
        once = path.read_bytes()
        clock.shift(60)
        assert "already" in run(action)
        assert path.read_bytes() == once
        clock.shift(days * DAY)


def test_a_rotation_begun_in_the_tail_of_another_loses_no_key(path, clock):
    run("make")
    run("rotate")
    clock.shift(DAY)
    run("finish")
    run("rotate")
    assert (len(kids("sig")), len(kids("enc"))) == (3, 3)
    clock.shift(DAY)
    run("finish")
    assert (len(kids("sig")), len(kids("enc"))) == (2, 2)


def test_a_leaked_key_goes_at_once(path):
    run("make")
    run("rotate")
    new = [kids("sig")[1], kids("enc")[1]]
    run("finish", "--at-once")
    assert published() == new
    assert kids("enc") == new[1:]


def test_brokers_that_are_told_by_hand_get_both_new_keys_in_one_go(path, clock):
    run("make")
    run("rotate")
    every = kids("sig") + kids("enc")
    assert [key["kid"] for key in json.loads(run("public"))["keys"]] == every
    run("finish")
    assert [key["kid"] for key in json.loads(run("public"))["keys"]] == [*every[:2], every[3]]


def test_a_read_only_secret_is_rotated_by_what_is_printed(path):
    run("make")
    before = path.read_bytes()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        text = run("rotate", "--stdout")
    finally:
        path.parent.chmod(0o700)
    assert path.read_bytes() == before

    path.chmod(0o600)
    path.write_text(text)
    assert (len(kids("sig")), len(kids("enc")), len(kids("entity"))) == (2, 2, 1)
    assert run("rotate", "--stdout") == text


def test_the_first_keys_may_be_printed_too(path):
    text = run("make", "--stdout")
    assert not path.exists()
    assert len(key_file.parse_held(text)["entity"]) == 1


def test_a_file_that_cannot_be_written_points_to_the_way_out(path, monkeypatch):
    run("make")

    def read_only(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(key_file, "replace", read_only)
    with pytest.raises(CommandError, match="--stdout"):
        run("rotate")


@pytest.mark.parametrize("refused", ["rename", "open", "mkdir", "flock"])
def test_whatever_is_refused_on_a_read_only_disk_is_one_sentence_and_leaves_nothing(path, monkeypatch, refused):
    """A file that is mounted alone can be written beside, but not replaced: nothing secret may stay there."""
    run("make")

    def read_only(*_args, **_more):
        raise OSError(errno.EROFS, "Read-only file system")

    where = {
        "rename": "pathlib.Path.replace",
        "open": "os.open",
        "mkdir": "pathlib.Path.mkdir",
        "flock": "fcntl.flock",
    }
    with monkeypatch.context() as patch:
        patch.setattr(where[refused], read_only)
        with pytest.raises(CommandError, match=r"cannot be written: Read-only file system\. .* use --stdout"):
            run("rotate")

    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]
    assert len(kids("sig")) == 1


def test_folder_that_may_not_be_looked_into_is_one_sentence_too(path, monkeypatch):
    def refused(_path):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.exists", refused)
    with pytest.raises(CommandError, match="Permission denied"):
        run("make")


def test_a_rotation_that_was_killed_leaves_the_old_keys_and_can_be_repeated(path, monkeypatch):
    run("make")
    before = path.read_bytes()

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            run("rotate")
    assert path.read_bytes() == before

    run("rotate")
    assert len(kids("sig")) == 2
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_status_says_what_comes_next(path, clock):
    run("make")
    assert "Next" not in run("status")
    run("rotate")
    assert "Next: manage.py identity_keys finish, once brokers that are told by hand" in run("status")
    assert "not before 2027-01-16 08:00 UTC" in run("status")
    clock.shift(DAY)
    run("finish")
    assert "Next: manage.py identity_keys finish, not before 2027-01-17 08:00 UTC" in run("status")


# --- The entity key --------------------------------------------------------------------------------------


def verified(token, key):
    """Return header and claims of a JWS, checked with a public key."""
    public = RSAKey.import_key({name: key[name] for name in ("kty", "n", "e")})
    registry = jws.JWSRegistry(algorithms=["RS256"])
    done = jws.deserialize_compact(token, public, registry=registry)
    return done.headers(), json.loads(done.payload)


@pytest.mark.django_db
def test_signed_set_holds_what_the_plain_set_does(client, path, clock):
    run("make")
    run("rotate")
    response = client.get("/identification/jwks-signed")

    header, claims = verified(response.content.decode(), keys.load().entity[0])
    plain = client.get("/identification/jwks.json").json()
    ours = "http://testserver"
    assert response["Content-Type"] == "application/jwk-set+jwt"
    assert (response["Cache-Control"], response.cookies) == ("public, max-age=900", {})
    assert header == {"alg": "RS256", "typ": "jwk-set+jwt", "kid": keys.load().entity[0].kid}
    assert claims == {**plain, "iss": ours, "sub": ours, "iat": int(time.time()), "exp": int(time.time()) + DAY}


@pytest.mark.django_db
def test_without_an_entity_key_there_is_no_signed_set(client, path):
    run("make")
    held = keys.load_held()
    path.write_text(key_file.as_text(held | {"entity": ()}))
    assert client.get("/identification/jwks-signed").status_code == 404
    assert client.get("/identification/jwks.json").status_code == 200


def test_entity_statement_says_what_op_demands(registered, clock):
    run("make")
    header, claims = verified(run("entity-statement", "test").strip(), keys.load().entity[0])

    (entity,) = keys.load().entity
    assert header == {"alg": "RS256", "typ": "entity-statement+jwt", "kid": entity.kid}
    assert claims == {
        "iss": "http://testserver",
        "sub": "http://testserver",
        "iat": 1_800_000_000,
        "exp": 1_800_000_000 + 10 * 365 * DAY,
        "jwks": {"keys": [entity.as_dict(private=False)]},
        "metadata": {
            "openid_relying_party": {
                "redirect_uris": ["http://testserver/identification/callback/"],
                "application_type": "web",
                "id_token_signed_response_alg": "RS256",
                "id_token_encrypted_response_alg": "RSA-OAEP",
                "id_token_encrypted_response_enc": "A128CBC-HS256",
                "request_object_signing_alg": "RS256",
                "token_endpoint_auth_method": "private_key_jwt",
                "token_endpoint_auth_signing_alg": "RS256",
                "client_registration_types": [],
                "organization_name": "Helsingin kaupunki",
                "signed_jwks_uri": "http://testserver/identification/jwks-signed",
            }
        },
    }
    assert not SECRET & entity.as_dict(private=False).keys()


@pytest.mark.parametrize("arguments", [[], ["another"]])
def test_entity_statement_for_nobody_names_the_providers(broker, arguments):
    with pytest.raises(CommandError, match="which are: test"):
        run("entity-statement", *arguments)


def test_entity_key_is_rotated_apart_from_the_others(registered, clock):
    run("make")
    pair, (old,) = published(), kids("entity")

    run("rotate", "--entity")
    new = kids("entity")[1]
    _, claims = verified(run("entity-statement", "test").strip(), keys.load().entity[0])
    assert [key["kid"] for key in claims["jwks"]["keys"]] == [old, new]

    clock.shift(DAY)
    run("finish", "--entity")
    assert kids("entity") == [new, old]
    clock.shift(DAY)
    run("finish", "--entity")
    assert (kids("entity"), published()) == ([new], pair)
