import pytest

from heka_confirm import pdf_libraries
from heka_confirm.environment_checks import check_environment, check_static_files
from tests.running.certificates import Authority


@pytest.fixture(autouse=True)
def sound(settings, monkeypatch):
    """An environment with nothing wrong in it, whatever that of the test run is."""
    settings.DEBUG = True
    settings.EGRESS_PROXY = ""
    monkeypatch.setattr("os.environ", {"PATH": "/bin", "SECRET_KEY_FILE": "/run/secret", "HOSTNAME": "web-1"})
    monkeypatch.setattr(pdf_libraries, "missing_libraries", list)
    return settings


def found():
    return [(message.id, message.msg) for message in check_environment()]


def ids():
    return [number for number, _ in found()]


@pytest.mark.parametrize("token", ["x" * 31, "ä" * 32])
def test_token_of_metrics_that_could_be_guessed_or_written_in_no_header_is_an_error(settings, token):
    settings.METRICS_TOKEN = token

    assert ids() == ["heka_confirm.E030"]
    assert token not in found()[0][1]


def test_sound_environment():
    assert found() == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("DATABASE_POOL", "DATABASE_POOLED"),
        ("SECRETS_KEY_FILE", "SECRET_KEY"),
        ("IDENTITY_PROVIDER", "IDENTITY_PROVIDERS"),
        ("WEB_THREAD", "WEB_THREADS"),
    ],
)
def test_misspelt_variable_is_told_with_the_one_that_is_meant_and_without_its_value(monkeypatch, name, meant):
    monkeypatch.setattr("os.environ", {name: "s3cret"})

    assert found() == [("heka_confirm.W004", f"Nothing reads the variable {name}. Did you mean {meant}?")]


@pytest.mark.parametrize("name", ["DATABASE_PORT", "HOME", "PGHOST", "HTTPS_PROXY", "KUBERNETES_PORT", "EMAIL_PORT"])
def test_variable_of_somebody_else_is_let_be(monkeypatch, name):
    monkeypatch.setattr("os.environ", {name: "x"})

    assert found() == []


@pytest.mark.parametrize(
    "address", ["proxy.example.fi:3128", "https://proxy.example.fi:3128", "http://proxy", "http://p:x"]
)
def test_proxy_that_is_none_is_an_error_without_its_password(settings, address):
    settings.EGRESS_PROXY = address

    assert ids() == ["heka_confirm.E013"]
    assert "example" not in found()[0][1]


def test_proxy_may_know_us_by_a_password(settings):
    settings.EGRESS_PROXY = "http://heka:secret@proxy.example.fi:3128"

    assert found() == []


def test_provider_that_the_proxy_does_not_serve_is_told(settings):
    settings.EGRESS_PROXY = "http://proxy.example.fi:3128"
    settings.EMAIL_BACKEND = "anymail.backends.amazon_ses.EmailBackend"

    assert ids() == ["heka_confirm.W005"]


def test_missing_libraries_of_the_pdfs_are_named(monkeypatch):
    monkeypatch.setattr(pdf_libraries, "is_installed", lambda: True)
    monkeypatch.setattr(pdf_libraries, "missing_libraries", lambda: ["pango-1.0"])

    assert ids() == ["heka_confirm.W006"]
    assert "pango-1.0" in found()[0][1]


def test_library_that_does_not_open_is_missing_and_no_pdf_is_offered(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(pdf_libraries, "is_installed", lambda: True)
    monkeypatch.setattr(pdf_libraries, "LIBRARIES", ("nothing-of-this-name",))

    assert pdf_libraries.missing_libraries() == ["nothing-of-this-name"]
    assert not pdf_libraries.can_make_pdfs()


def test_folder_of_sqlite_must_be_there(settings, monkeypatch, tmp_path):
    settings.DEBUG = False
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "none" / "heka.sqlite3"}
    monkeypatch.setitem(settings.DATABASES, "default", database)
    gone = ids()
    database["NAME"] = tmp_path / "heka.sqlite3"

    assert (gone, ids()) == (["heka_confirm.E015"], [])


class Collected:
    """A storage with a manifest, as collectstatic leaves it."""

    def __init__(self, paths, files):
        self.paths, self.files = paths, files

    def read_manifest(self):
        return ""

    def stored_name(self, name):
        if name not in self.paths:
            raise ValueError("Missing staticfiles manifest entry")
        return self.paths[name]

    def exists(self, name):
        return name in self.files


@pytest.mark.parametrize(
    ("storage", "expected"),
    [
        (Collected({"heka.css": "heka.1.css"}, ["heka.1.css"]), []),
        (Collected({"heka.css": "heka.1.css"}, []), ["heka_confirm.E016"]),
        (Collected({}, []), ["heka_confirm.E016"]),
    ],
)
def test_static_files_must_be_collected(settings, monkeypatch, storage, expected):
    settings.DEBUG = False
    monkeypatch.setattr("heka_confirm.environment_checks.staticfiles_storage", storage)

    assert [message.id for message in check_static_files()] == expected


def test_own_authority_that_would_not_count_is_an_error(monkeypatch, tmp_path):
    file = tmp_path / "authority.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    [missing] = found()
    file.write_text("no certificate")
    [empty] = found()
    authority = Authority(tmp_path, "authority")

    assert missing == ("heka_confirm.E017", "SSL_CERT_FILE cannot be used: No such file or directory")
    assert empty[0] == "heka_confirm.E017"
    assert str(authority.root) == str(file)
    assert found() == []
