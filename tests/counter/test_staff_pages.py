"""What every page that staff see has in common: one header, one focus, and words of the reader's language."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten, label_for_field
from django.test import Client
from django.urls import get_resolver
from django.utils import translation
from django.utils.translation import trans_real

from identity.models import User
from tests.applications.factories import application
from tests.cast import MAIJA, OLLI
from tests.counter.desk.arranged import checked
from tests.reading import same_browser, taken_back
from tests.staff import NAMES, sign_in_staff, staff
from tests.test_consistency import patterns

LINKS = {  # by the Finnish pages
    "adviser": ["Työpöytä"],
    "supervisor": ["Työpöytä", "Palaute", "Tilastot"],
    "operator": ["Palaute", "Tilastot", "Asetukset"],
}
UNKNOWN = "/fi/admin/no-such-page/"
OF_EVERYBODY = ["Toinen tunnistuskeinosi", "Vaihda salasana"]


def addresses(reference):
    """Return each address of the admin and of second factors, filled in, in Finnish."""
    for route in patterns(get_resolver()):
        if route.startswith(("fi/admin/", "fi/staff/")):
            filled = route.replace("<reference:reference>", reference).replace("<int:position>", "0")
            filled = filled.replace("<reference:number>", "234567").replace("fi/admin/^", "fi/admin/")
            yield "/" + re.sub(r"<(?:\w+:)?\w+>", "1", filled)


@pytest.fixture(scope="module")
def arranged(written_once):
    """An application with a check, and a client for each role, with the addresses that they ask."""
    sent = application(MAIJA, OLLI)
    checked(sent, MAIJA)
    clients = {}
    for role in NAMES:
        TOTP.activate(staff(role), generate_totp_secret())
        clients[role] = sign_in_staff(Client(), staff(role))
    found = [address for address in addresses(sent.reference) if not re.search(r"[\\(?^]", address)]
    return clients, found


def pages(client, found, method="get"):
    """Return what these addresses answer, if it is a whole page."""
    answers = {}
    for address in found:
        with taken_back():
            answers[address] = getattr(same_browser(client), method)(address)
    assert [where for where, answer in answers.items() if answer.status_code >= 500] == []
    return {
        where: answer.content.decode()
        for where, answer in answers.items()
        if answer.get("Content-Type", "").startswith("text/html") and answer.content and not answer.streaming
    }


@pytest.mark.parametrize("role", NAMES)
@pytest.mark.django_db
def test_every_page_of_staff_has_the_same_header(arranged, role):
    clients, found = arranged
    links = [*LINKS[role], *OF_EVERYBODY]

    whole = {where: page for where, page in pages(clients[role], [*found, UNKNOWN]).items() if "<header" in page}
    shown = {
        where: re.findall(r"<a [^>]*>(.*?)</a>", page.partition('<div class="staff')[2].partition("</nav>")[0])
        for where, page in whole.items()
    }

    assert len(shown) > 40
    assert [where for where, page in whole.items() if "theme-toggle" in page] == []  # it needs what we leave out
    assert {where: each for where, each in shown.items() if each != links} == {}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", NAMES)
@pytest.mark.django_db
def test_page_of_staff_has_one_focus_at_most(arranged, role, method):
    clients, found = arranged

    focuses = {
        where: len(re.findall(r"<[^>]+\sautofocus", page))
        for where, page in pages(clients[role], found, method).items()
    }

    assert 1 in focuses.values()
    assert {where: number for where, number in focuses.items() if number > 1} == {}


@pytest.mark.django_db
def test_who_has_logged_out_is_told_and_shown_no_page_of_the_desk():
    page = sign_in_staff(Client(), staff("adviser")).post("/fi/admin/logout/").text

    assert "<h1>Olet kirjautunut ulos</h1>" in page
    assert 'class="staff' not in page


@pytest.mark.django_db
def test_first_page_of_settings_leads_to_the_desk_first():
    root = User.objects.create_superuser("root", password="x")

    content = sign_in_staff(Client(), root).get("/fi/admin/").text.partition('id="content"')[2]

    assert re.search(r'href="([^"]+)"', content)[1] == "/fi/admin/desk/"


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_app_and_kind_in_the_admin_is_named_in_the_language_of_the_page(language):
    models = list(admin.site._registry)
    named = [apps.get_app_config(model._meta.app_label) for model in models]
    texts = [config.verbose_name for config in named]
    texts += [name for model in models for name in (model._meta.verbose_name, model._meta.verbose_name_plural)]

    def said(code):
        with translation.override(code):
            return [str(text) for text in texts]

    assert [one for one, other in zip(said(language), said("en"), strict=True) if one == other] == []


def labels(model, model_admin, request):
    """Return the names of all columns, fields and filters of a kind in the admin, in the language of the moment."""
    columns = {*model_admin.get_list_display(request)}
    fields = {name for _, section in model_admin.get_fieldsets(request) for name in flatten(section["fields"])}
    filters = {
        each if isinstance(each, str) else each[0]
        for each in model_admin.get_list_filter(request)
        if not isinstance(each, type)
    }
    names = {name for name in columns | fields | filters if name in columns or hasattr(model, name)}
    return {str(label_for_field(name, model, model_admin)) for name in names}


@pytest.mark.parametrize("language", ["fi", "sv"])
@pytest.mark.django_db
def test_every_column_field_and_heading_of_the_admin_is_translated(rf, language):
    request = rf.get("/")
    request.user = User.objects.create_superuser("root", password="x")
    known = {key[0] if isinstance(key, tuple) else key for key, _ in trans_real.translation(language)._catalog.items()}
    known = {key.rpartition("\x04")[2] for key in known}

    with translation.override(None):
        found = {
            model.__name__: labels(model, model_admin, request)
            | {str(name) for name, _ in model_admin.get_fieldsets(request) if name}
            for model, model_admin in admin.site._registry.items()
        }

    assert min(map(len, found.values())) > 2
    assert {model: names - known for model, names in found.items() if names - known} == {}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.django_db
def test_search_of_a_list_has_a_label_in_words(language):
    operator = sign_in_staff(Client(), staff("operator"))

    page = operator.get(f"/{language}/admin/identity/user/").text

    label = {"fi": "Haku", "sv": "Sökning", "en": "Search"}[language]
    assert f'<label for="searchbar">{label}</label>' in page


@pytest.mark.parametrize(("language", "yes"), [("fi", "Kyllä"), ("sv", "Ja"), ("en", "Yes")])
@pytest.mark.django_db
def test_lists_say_yes_in_words_of_the_reader(language, yes):
    operator = sign_in_staff(Client(), staff("operator"))

    page = operator.get(f"/{language}/admin/counter/documenttype/").text

    assert f">{yes}</td>" in page
    assert "<img" not in page.partition("<tbody>")[2]
