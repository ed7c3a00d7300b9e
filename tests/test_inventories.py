"""What docs/security.md lists is all that there is: what is encrypted, what calls others, loggers, cryptography."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from core.crypto import EncryptedTextField
from heka_confirm import settings as own_settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ["heka_confirm", "privacy", "counter", "upstream", "applications", "identity", "mailing", "records", "core"]
PAGE = (ROOT / "docs" / "security.md").read_text()
NETWORK = {
    *("requests", "http.client", "socket", "smtplib", "urllib3", "urllib.request", "asyncio", "httpx", "aiohttp"),
    "sentry_sdk",
}
# `hashlib` and `secrets` are used all over; what they may do is in the tests.
CRYPTOGRAPHY = {"cryptography", "joserfc", "hmac", "ssl"}
OTHER_CRYPTOGRAPHY = {"Crypto", "Cryptodome", "nacl", "jwt", "jose", "rsa", "ecdsa", "pyaes", "bcrypt", "OpenSSL"}
WEAK = {"md5", "sha1", "sha224", "new"}

TITLES = [
    *("What is protected, and how much", "Cryptography in use", "What the service calls"),
    *("What costs much, and what bounds it", "What is logged", "Packages of others"),
]


def modules():
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


MODULES = dict(modules())


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def section(title):
    """Return the text below a heading of the page, up to the next one."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def in_ticks(text):
    return set(re.findall(r"`([^`]+)`", text))


def test_what_is_encrypted_is_listed():
    columns = {
        field.context
        for model in apps.get_models()
        if model.__module__.partition(".")[0] in ROOMS
        for field in model._meta.fields
        if isinstance(field, EncryptedTextField)
    }

    assert len(columns) > 5
    assert sorted(columns - in_ticks(section("What is protected, and how much"))) == []


def test_every_key_and_secret_of_the_environment_has_its_way_to_be_changed():
    keys = [name for name in settings.ENVIRONMENT if re.search("KEY|SECRET(?!.*CONTACT)|TOKEN", name)]
    told = (ROOT / "docs" / "keys.md").read_text()

    assert {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "IDENTITY_KEYS_FILE"} <= set(keys)
    assert [name for name in keys if f"`{name}`" not in told] == []


def test_whatever_calls_others_is_listed():
    callers = {
        name
        for name, tree in MODULES.items()
        if any(each == one or each.startswith(f"{one}.") for each in imported(tree) for one in NETWORK)
    }

    listed = {name for name in in_ticks(section("What the service calls")) if name.endswith(".py")}
    assert callers == listed


def test_every_logger_is_listed():
    names = {
        node.args[0].value if isinstance(node.args[0], ast.Constant) else name.removesuffix(".py").replace("/", ".")
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "logging.getLogger"
    }
    listed = in_ticks(section("What is logged"))

    assert {"records", "identity.log_in", "heka_confirm.access"} <= names
    assert sorted(name for name in names if not {name, name.partition(".")[0]} & listed) == []


def test_cryptography_is_listed_and_that_of_libraries_which_many_examine():
    used = {(name, each.partition(".")[0]) for name, tree in MODULES.items() for each in imported(tree)}

    assert sorted(pair for pair in used if pair[1] in OTHER_CRYPTOGRAPHY) == []
    listed = {name for name in in_ticks(section("Cryptography in use")) if name.endswith(".py")}
    assert {name for name, each in used if each in CRYPTOGRAPHY} == listed


def test_no_hash_is_weak():
    weak = {
        (name, ast.unparse(node))
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and ast.unparse(node.value) == "hashlib" and node.attr in WEAK)
        or (isinstance(node, ast.Constant) and node.value in WEAK - {"new"})
    }

    assert weak == set()


def test_log_goes_to_standard_output_alone():
    handlers = own_settings.LOGGING["handlers"]
    used = {name for one in own_settings.LOGGING["loggers"].values() for name in one.get("handlers", [])}

    assert {name: one["class"] for name, one in handlers.items()} == {"console": "logging.StreamHandler"}
    assert {*own_settings.LOGGING["root"]["handlers"], *used} == {"console"}


SCRIPTS = sorted((ROOT / "static").glob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_keep_nothing_in_the_browser(script):
    assert re.findall(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\b", script.read_text()) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_set_no_member_whose_name_somebody_may_choose(script):
    """Such a member may be `__proto__`, and then belongs to every object."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", script.read_text(), flags=re.DOTALL)

    assert (
        re.findall(r"\w\[[^\]\d][^\]]*\]\s*=(?!=)|Object\.assign|JSON\.parse|for \((?:var|let|const) \w+ in ", text)
        == []
    )


def test_updates_are_proposed_for_every_list_of_packages():
    asked = (ROOT / ".github" / "dependabot.yml").read_text()
    found = set(
        re.findall(r"package-ecosystem: (\S+)\n\s+directory: (\S+)\n\s+schedule:\n\s+interval: monthly", asked)
    )
    of_npm = {
        f"/{path.parent.relative_to(ROOT).as_posix()}" for path in (ROOT / "tests").glob("*/**/package-lock.json")
    }
    of_npm = {folder for folder in of_npm if "node_modules" not in folder}

    assert len(of_npm) > 1
    assert found == {*(("npm", one) for one in of_npm), ("pip", "/"), ("docker", "/"), ("github-actions", "/")}


@pytest.mark.parametrize("title", TITLES)
def test_section_is_there(title):
    assert in_ticks(section(title))
