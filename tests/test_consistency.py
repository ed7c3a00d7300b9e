"""Guards of the repository itself, over all addresses, templates, migrations and pinned packages."""

import itertools
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.migrations import AddField, Migration
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.urls import get_resolver

from applications import certificates, references
from identity.enums import Method
from tests import cast
from tests.applications.factories import actor, applicant, application, sign_in
from tests.reading import READING, TRAIL, Changes, changes_by_reading, same_browser, taken_back
from tests.service_names import PROGRAM, SERVICE_NAMES, misnamed, pages_of
from tests.staff import NAMES, sign_in_staff, staff

ROOT = Path(settings.BASE_DIR)
OUR_APPS = [config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
LANGUAGES = [code for code, _ in settings.LANGUAGES]

# --- Addresses -------------------------------------------------------------------------------------------

# The admin is for staff, whose sign-in needs a cookie; the demo's broker stands in for somebody else's site.
OTHERS = ("fi/admin/", "demo/")
OUTCOMES = ("cancelled", "error", "expired", "refused", "unreachable", "counter")


def patterns(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from patterns(pattern, route)
        else:
            yield route


def addresses():
    """Return each address of the service, the pages' in Finnish; the applications and people are left to the test."""
    for route in patterns(get_resolver()):
        if not route.startswith(OTHERS):
            for outcome in OUTCOMES if "<slug:outcome>" in route else [""]:
                filled_in = route.replace("<slug:outcome>", outcome)
                filled_in = filled_in.replace("<int:pk>", "1")
                yield "/" + re.sub(r"<\w+:(reference|position|number)>", r"<\1>", filled_in)


ADDRESSES = sorted(set(addresses()))


@pytest.fixture(scope="module")
def filled(written_once):
    """Return a function that fills in an application that waits for Maija and Olli, and a certificate of Maija's."""
    sent = application(cast.MAIJA, cast.OLLI)
    certified = certificates.issue_certificate(applicant(sent, cast.MAIJA), language="fi", by=actor(cast.MAIJA))

    def with_reference(address, language="fi"):
        address = address.replace("<reference>", references.display(sent.reference)).replace("<position>", "1")
        return re.sub(r"^/fi/", f"/{language}/", address.replace("<number>", str(certified)))

    return with_reference


@pytest.fixture(scope="module")
def client_of(filled):
    """Return a function that gives a client: nobody, Maija by her bank or her account, or staff of a role."""
    clients = {
        "anonymous": Client(),
        "applicant": signed_in(),
        "account": signed_in(by_account=True),
        **{role: sign_in_staff(Client(), staff(role)) for role in NAMES},
    }
    return lambda who: same_browser(clients[who])


def test_addresses_are_found_and_filled():
    assert "/fi/applications/<reference>/confirm/" in ADDRESSES
    assert [
        address for address in ADDRESSES if re.search(r"[<(\\^]", re.sub("<(reference|position|number)>", "", address))
    ] == []


@pytest.mark.parametrize("method", READING)
@pytest.mark.django_db
def test_no_address_sets_a_cookie_before_the_acceptance(client, filled, method):
    answers = {
        (address, language): client.generic(method, filled(address, language))
        for address in ADDRESSES
        for language in (LANGUAGES if address.startswith("/fi/") else ["fi"])
    }

    assert [where for where, answer in answers.items() if answer.status_code >= 500] == []
    assert [where for where, answer in answers.items() if answer.cookies or "Set-Cookie" in answer] == []


@pytest.mark.parametrize("who", ["anonymous", "applicant"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.django_db
def test_every_page_bears_the_name_of_the_service_once_in_its_title_and_not_that_of_the_program(
    filled, client_of, language, who
):
    addresses = [filled(address, language) for address in ADDRESSES if address.startswith("/fi/")]

    pages = pages_of(client_of(who), addresses)
    header = f"<strong>{SERVICE_NAMES[language]}</strong>"

    assert len(pages) > 20
    assert misnamed(pages, language) == {}
    assert [address for address, page in pages.items() if header not in page or PROGRAM in page] == []


@pytest.mark.parametrize("who", ["anonymous", "applicant", "account"])
@pytest.mark.django_db
def test_every_page_has_one_focus_at_most(filled, client_of, who):
    focuses = {}
    for address, method in itertools.product(map(filled, ADDRESSES), ["GET", "POST"]):
        client = client_of(who)
        client.handler.enforce_csrf_checks = False  # so that forms are sent empty, and have errors
        with taken_back():
            answer = client.generic(method, address)
        if answer.get("Content-Type", "").startswith("text/html"):
            focuses[f"{method} {address}"] = len(re.findall(r"<[^>]+\sautofocus", answer.content.decode()))

    assert len(focuses) > 20
    assert {where: number for where, number in focuses.items() if number > 1} == {}


@pytest.mark.parametrize("who", ["anonymous", "applicant", "account", *NAMES])
@pytest.mark.django_db
def test_no_address_changes_anything_when_it_is_read(filled, client_of, who):
    changes = {}
    for address in map(filled, ADDRESSES):
        aside = TRAIL if address.startswith("/fi/own-data/") else ()
        changes[address] = changes_by_reading(client_of(who), address, *aside)

    assert {address: found for address, found in changes.items() if found} == {}


def test_reading_as_each_of_them_shows_what_is_theirs(db, filled, client_of):
    """They are who they are said to be: otherwise the guard above would see redirects alone."""
    address = filled("/fi/applications/<reference>/")

    answers = {who: client_of(who).get(address).status_code for who in ("anonymous", "applicant", "account")}
    desks = {who: client_of(who).get("/fi/admin/").status_code for who in NAMES}

    assert answers == {"anonymous": 302, "applicant": 200, "account": 200}
    assert set(desks.values()) <= {200, 302}
    assert client_of("operator").get("/fi/admin/").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.django_db
def test_every_address_refuses_what_another_site_sends_in_the_name_of_a_person(filled, client_of, method):
    client = client_of("applicant")
    key = client.session.session_key
    taken, changed, signed_out = {}, {}, []

    for address in map(filled, ADDRESSES):
        changes = Changes()
        with connection.execute_wrapper(changes):
            response = client.generic(
                method, address, HTTP_SEC_FETCH_SITE="cross-site", HTTP_ORIGIN="https://evil.example"
            )
        taken |= {} if 400 <= response.status_code < 500 else {address: response.status_code}
        changed |= {address: changes.found} if changes.found else {}
        signed_out += [address] if client.session.session_key != key else []

    assert taken.keys() <= {"/healthz", "/readiness"}
    assert changed == {}
    assert signed_out == []
    assert client.get("/fi/applications/").status_code == 200


def signed_in(*, by_account=False):
    """Return a client that guards forms as a browser's real requests are, with Maija signed in."""
    method = Method.ACCOUNT if by_account else Method.BANK
    return sign_in(Client(enforce_csrf_checks=True), cast.MAIJA, method=method)


# --- Templates and static files --------------------------------------------------------------------------

TEMPLATES = sorted(
    path for folder in [ROOT / "templates", *ROOT.glob("*/templates")] for path in folder.rglob("*.html")
)
LETTERS = "templates/mailing/base.html"  # has no policy, and may fetch no stylesheet
# 500 and 503 may ask neither session nor database; widgets are parts of pages; the admin has Django's base.
ALONE = (
    "errors/500.html",
    "errors/503.html",
    "django/",
    "admin/",
    "counter/desk/customer.html",
    "counter/desk/letter.html",
)
NOT_ALLOWED = {
    "style attribute": r"<[^>]+\sstyle\s*=",
    "style element": r"<style\b",
    "script within the page": r"<script\b(?![^>]*\ssrc=)",
    "event handler": r"<[^>]+\son[a-z]+\s*=",
    "javascript: address": r"javascript:",
    "data: address": r"""["'(]data:""",
    "part from another host": r"<(?:link|script|img|iframe|source|video|audio|embed|object|use|form)\b[^>]*"
    r"\s(?:href|src|action|data)\s*=\s*[\"'](?:https?:)?//",
}


def name(path):
    return str(path.relative_to(ROOT))


def test_templates_are_found():
    assert "templates/base.html" in map(name, TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_page_template_extends_a_base(template):
    inside = template.as_posix().split("/templates/")[-1]
    is_page = not template.name.startswith("_") and "base" not in template.name and not inside.startswith(ALONE)

    assert not is_page or template.read_text().startswith("{% extends ")


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_template_holds_nothing_that_the_policy_forbids(template):
    text = template.read_text()
    if name(template) == LETTERS:
        text = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)

    assert [what for what, pattern in NOT_ALLOWED.items() if re.search(pattern, text, re.IGNORECASE)] == []


STATIC = sorted(path for folder in ROOT.glob("**/static") for path in folder.rglob("*.*") if "/." not in str(path))
STATIC = [path for path in STATIC if not {"node_modules", "var"} & set(path.parts)]


@pytest.mark.parametrize("file", STATIC, ids=name)
def test_static_file_asks_nothing_of_other_hosts(file):
    # What an SVG names itself to be is no request.
    text = file.read_text().replace("http://www.w3.org/2000/svg", "")

    assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+|@import|data:", text) == []


# --- Migrations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("app", OUR_APPS)
def test_migrations_are_linear_named_and_begin_once(app):
    loader = MigrationLoader(None)
    names = sorted(name for label, name in loader.disk_migrations if label == app)
    parents = {
        name: [before for label, before in loader.disk_migrations[app, name].dependencies if label == app]
        for name in names
    }

    assert list(parents.values()) == [[], *([before] for before in names[:-1])][: len(names)]
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z0-9_]+", name) or "auto" in name] == []
    assert [n for n in names if loader.disk_migrations[app, n].initial] == [n for n in names if n == "0001_initial"]


def unknown_to_the_old_release(migration):
    """Return the columns that a migration adds and that the old release could not leave out."""
    return [
        f"{operation.model_name}.{operation.name}"
        for operation in migration.operations
        if isinstance(operation, AddField) and not operation.field.many_to_many
        if not (operation.field.null or operation.field.has_db_default() or operation.field.generated)
    ]


def test_every_column_added_later_is_null_or_has_its_default_in_the_database():
    later = {key: of for key, of in MigrationLoader(None).disk_migrations.items() if key[1] != "0001_initial"}

    found = {key: unknown_to_the_old_release(of) for key, of in later.items() if key[0] in OUR_APPS}

    assert {key: columns for key, columns in found.items() if columns} == {}


def test_a_column_that_the_old_release_could_not_leave_out_would_be_noticed():
    fields = {
        "null": models.DateTimeField(null=True),
        "in_database": models.CharField(db_default=""),
        "in_both": models.BooleanField(default=False, db_default=False),
        "in_python": models.BooleanField(default=False),
        "nowhere": models.ForeignKey("applications.Version", on_delete=models.PROTECT),
    }
    migration = Migration("0002_more", "applications")
    migration.operations = [AddField("Application", name, field) for name, field in fields.items()]

    assert unknown_to_the_old_release(migration) == ["Application.in_python", "Application.nowhere"]


# --- Packages, settings, files ---------------------------------------------------------------------------

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pinned(file):
    """Return name, version and number of hashes of each package in a requirements file."""
    entries = re.split(r"\n(?=[a-z])", (ROOT / file).read_text().strip())
    assert [entry for entry in entries if not re.match(r"[a-z0-9._-]+==[\w.]+", entry)] == []
    return {
        found[1]: (found[2], entry.count("--hash=sha256:"))
        for entry in entries
        if (found := re.match(r"([a-z0-9._-]+)==([\w.]+)", entry))
    }


@pytest.mark.parametrize("file", [f"requirements{of}.txt" for of in ("", "-pdf", "-dev", "-sbom")])
def test_requirements_are_pinned_with_hashes(file):
    assert [package for package, (_, hashes) in pinned(file).items() if hashes == 0] == []
    assert re.findall(r"https?://|index-url|find-links", (ROOT / file).read_text()) == []


def test_development_has_the_packages_of_production_in_the_same_versions():
    assert pinned("requirements.txt").items() <= pinned("requirements-pdf.txt").items()
    assert pinned("requirements-pdf.txt").items() <= pinned("requirements-dev.txt").items()


def test_requirements_hold_what_the_project_asks_for():
    def names(wanted):
        return {re.match(r"[\w.-]+", entry)[0] for entry in wanted}

    extras, groups = PROJECT["project"]["optional-dependencies"], PROJECT["dependency-groups"]
    served = PROJECT["project"]["dependencies"] + extras["prometheus"] + extras["sentry"]
    assert names(served) - pinned("requirements.txt").keys() == set()
    assert names(extras["pdf"]) - pinned("requirements-pdf.txt").keys() == set()
    assert names(groups["dev"]) - pinned("requirements-dev.txt").keys() == set()
    assert names(groups["sbom"]) - pinned("requirements-sbom.txt").keys() == set()


def test_every_variable_of_the_environment_is_documented():
    read = [name for name in settings.ENVIRONMENT if not name.endswith("_FILE") or name == "IDENTITY_KEYS_FILE"]
    read += re.findall(r"""environ(?:\.get\(|\[)['"]([A-Z_]+)['"]""", (ROOT / "gunicorn.conf.py").read_text())
    documented = re.findall(r"^\| *`([A-Z_]+)`", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE)

    assert len(read) > 10
    assert sorted(set(read) - set(documented)) == []
    assert sorted(set(documented) - set(read)) == []


def test_changelog_tells_of_the_present_version_first():
    sections = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert sections[0] in {"Unreleased", PROJECT["project"]["version"]}
    assert len(sections) == len(set(sections))


# Of one machine, or of the place that packages came from. Joined here, so that this file passes too.
FORBIDDEN = [
    "/wo" + "rk/",
    "/ro" + "ot/",
    "python" + "hosted.org",
    "py" + "pi.org",
    "registry.npm" + "js.org",
]


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [ROOT / path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file()]


def test_files_name_no_machine_and_no_registry():
    found = {name(path): [word for word in FORBIDDEN if word.encode() in path.read_bytes()] for path in tracked()}

    assert {path: words for path, words in found.items() if words} == {}
