import io
import json
import stat

import pytest
from django.core.management import CommandError, call_command

from identity import keys


@pytest.fixture
def path(settings, tmp_path):
    settings.IDENTITY_KEYS_FILE = tmp_path / "deep" / "keys.json"
    return settings.IDENTITY_KEYS_FILE


def run(action):
    out = io.StringIO()
    call_command("identity_keys", action, stdout=out)
    return out.getvalue()


def kids(use):
    return [key.kid for key in getattr(keys.load(), use)]


def test_keys_are_made_once_for_their_owner_alone(path):
    run("make")
    made = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (len(kids("sig")), len(kids("enc"))) == (1, 1)

    assert "already" in run("make")
    assert path.read_bytes() == made
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_rotation_keeps_signing_with_the_old_key_until_it_is_finished(path):
    run("make")
    (old_sig,), (old_enc,) = kids("sig"), kids("enc")

    run("rotate")
    sig, enc = kids("sig"), kids("enc")
    assert (sig[0], enc[0]) == (old_sig, old_enc)
    assert (len(set(sig)), len(set(enc))) == (2, 2)
    assert [key["kid"] for key in json.loads(run("public"))["keys"]] == sig + enc

    run("finish")
    assert (kids("sig"), kids("enc")) == (sig[1:], enc[1:])
    run("finish")
    assert (kids("sig"), kids("enc")) == (sig[1:], enc[1:])


def test_nothing_private_is_published(path):
    run("make")
    secret = json.loads(path.read_text())["keys"][0]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & {name for key in keys.load().public()["keys"] for name in key}
    assert secret["d"] not in run("public")


@pytest.mark.parametrize("action", ["rotate", "finish", "public"])
def test_without_keys_the_command_says_so(path, action):
    with pytest.raises(CommandError):
        run(action)


@pytest.mark.parametrize("contents", ["", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "RSA"}]}', '{"keys": 5}'])
def test_a_file_that_holds_no_keys_is_refused_and_never_replaced(path, contents):
    path.parent.mkdir()
    path.write_text(contents)
    with pytest.raises(CommandError):
        run("make")
    assert path.read_text() == contents


def test_a_public_key_alone_is_not_ours(path, own_keys):
    path.parent.mkdir()
    public = json.loads(own_keys.read_text())
    for key in public["keys"]:
        for name in ("d", "p", "q", "dp", "dq", "qi"):
            del key[name]
    path.write_text(json.dumps(public))
    with pytest.raises(keys.NoKeys):
        keys.load()
