"""On an installation for trying things out every page says so; on any other, none does."""

from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string

from heka_confirm import errors
from tests.processes import installed, python
from tests.staff import sign_in_staff, staff

BANNER = '<aside class="staging"'
TEXTS = {
    "fi": "Tämä on testipalvelu. Mikään täällä tehty ei ole voimassa.",
    "sv": "Det här är en testtjänst. Inget som du gör här gäller.",
    "en": "This is a test service. Nothing that you do here is valid.",
}
# Whole documents that are no pages of this service: emails, and the demo's own bank, which has a banner.
NO_PAGES = {"templates/mailing/base.html", "demo/templates/demo/base.html"}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", TEXTS)
def test_pages_for_everybody_bear_the_banner(client, settings, language):
    plain = client.get(f"/{language}/").content.decode()
    settings.STAGING = True
    front, missing = (client.get(f"/{language}/{path}").content.decode() for path in ("", "nothing-here/"))

    assert BANNER not in plain
    assert [page.count(BANNER) for page in (front, missing)] == [1, 1]
    assert TEXTS[language] in front
    assert TEXTS[language] in missing


@pytest.mark.parametrize("answer", [errors.bad_request, errors.forbidden])
def test_pages_for_errors_bear_the_banner(rf, settings, answer):
    settings.STAGING = True
    assert TEXTS["sv"] in answer(rf.get("/sv/"), PermissionDenied()).content.decode()


@pytest.mark.parametrize("status", [500, 503])
def test_pages_that_stand_alone_bear_it_in_three_languages(settings, status):
    plain = render_to_string(f"errors/{status}.html")
    settings.STAGING = True
    page = render_to_string(f"errors/{status}.html")

    assert BANNER not in plain
    assert [text in page for text in TEXTS.values()] == [True, True, True]


@pytest.mark.parametrize(
    "path", ["/fi/admin/", "/fi/admin/desk/", "/fi/admin/?_popup=1", "/fi/log-in/?next=/fi/admin/"]
)
def test_pages_of_staff_bear_the_banner(client, settings, path):
    sign_in_staff(client, staff("supervisor"))
    settings.STAGING = True
    page = client.get(path, follow=True).content.decode()
    assert page.count(BANNER) == 1
    assert TEXTS["fi"] in page


def test_no_document_of_ours_forgets_the_banner():
    root = Path(project.BASE_DIR)
    documents = {
        str(path.relative_to(root))
        for path in root.glob("**/templates/**/*.html")
        if "<html" in path.read_text() and ".venv" not in path.parts
    }
    without = {name for name in documents if "is_staging" not in (root / name).read_text()}
    assert {name for name in without if "_staging.html" not in (root / name).read_text()} == NO_PAGES


def test_web_server_starts_with_test_brokers_on_staging_alone():
    environment = {
        **installed(),
        "IDENTITY_PROVIDERS": """[{"id": "op", "name": "OP", "dialect": "signicat", "client_id": "heka",
            "issuer": "https://isb-test.op.fi", "authorization_endpoint": "https://isb-test.op.fi/a",
            "token_endpoint": "https://isb-test.op.fi/t", "jwks_uri": "https://isb-test.op.fi/j",
            "acr_accepted": ["http://ftn.ficora.fi/2017/loatest2"]}]""",
    }
    load = ("-m", "gunicorn", "--check-config")

    closed = python(*load, **environment)
    staging = python(*load, STAGING="true", **environment)

    assert closed.returncode != 0
    assert "identity.E030" in closed.stdout + closed.stderr
    assert staging.returncode == 0
    assert "heka_confirm.W002" in staging.stdout
