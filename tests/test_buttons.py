"""The address of a button that somebody reads, by Back, a bookmark or the language links of an error."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from tests import cast
from tests.applications.factories import application
from tests.applications.form.forms import Somebody
from tests.reading import READING
from tests.staff import sign_in_staff, staff
from tests.test_consistency import OUR_APPS as ROOMS
from tests.test_consistency import signed_in

# Every address that takes POSTs only, with the page that shows its button.
SHOWN_ON = {
    "admin:desk_account_link": "admin:desk_account",
    "admin:desk_code": "admin:desk_applicant",
    "admin:desk_details": "admin:desk_applicant",
    "admin:desk_invitation": "admin:desk_applicant",
    "admin:desk_staff_change": "admin:desk_staff_changes",
    "admin:identity_user_link": "admin:identity_user_changelist",
    "admin:desk_tell_number": "admin:desk_tell",
    "admin:desk_told": "admin:desk_tell",
    "admin:logout": "admin:index",
    "applications:draft_bind": "applications:draft_later",
    "applications:draft_mail_again": "applications:form_closed",
    "applications:draft_mail_link": "applications:draft_later",
    "applications:draft_resume": "applications:list",
    "applications:form_add_person": "applications:form_people",
    "applications:form_remove_person": "applications:form_people",
    "applications:form_send": "applications:form_summary",
    "applications:form_stay": "applications:form_people",
    "applications:go_on": "applications:invitation",
    "applications:resend": "applications:status",
    "applications:send_slip": "applications:slip",
    "demo:cancel": "root",
    "demo:choose_person": "root",
    "demo:colleague": "admin:index",
    "demo:other_person": "root",
    "directory:start": "admin:index",
    "identification:start": "identity:identify",
    "identity:accept_cookies": "identity:cookies",
    "identity:decline_cookies": "identity:cookies",
    "identity:extend_staff_session": "admin:index",
    "identity:sign_out": "applications:waiting",
    "privacy:own_data_file": "privacy:own_data",
}
# Programs read no pages: they are told the method. The broker's answer comes by GET alone.
FOR_PROGRAMS = (
    "/api/",
    "/anymail/",
    "/demo/broker/token",
    "/demo/directory/token",
    "/demo/housing-system/events",
    "/identification/callback/",
    "/staff/callback/",
    "/staff/logged-out/",
)


def places(resolver=None, prefix="/", namespace=""):
    """Return the route, the name and the view of each address of the service."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            within = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from places(pattern, route, within)
        else:
            yield route, f"{namespace}{pattern.name}", pattern.callback


def test_every_address_that_takes_posts_only_has_the_page_of_its_button():
    found = {name: view.shown_on for _, name, view in places() if hasattr(view, "shown_on")}

    assert found == SHOWN_ON


def test_no_other_view_refuses_to_be_read():
    """Its guard may lead elsewhere before it refuses, so that reading all addresses would not show it."""
    folder = Path(settings.BASE_DIR)
    sources = [path for room in ROOMS for path in (folder / room).rglob("*.py")]
    refusing = r"require_POST\b|require_http_methods\(\[\"POST|HttpResponseNotAllowed|http_method_names"

    found = [str(path.relative_to(folder)) for path in sources if re.search(refusing, path.read_text())]

    # The demo broker's token, that of the demo's directory, and events; what the City's directory tells.
    of_demo = {"demo/views.py", "demo/staff_directory.py", "demo/housing_system_page.py"}
    assert set(found) == {*of_demo, "identity/views/staff_sign_on.py"}


@pytest.fixture
def sent(db):
    return application(cast.MAIJA, cast.OLLI)


def address_of(route, sent):
    route = re.sub(r"<\w+:reference>", sent.number, route)
    route = re.sub(r"<\w+:number>", sent.number, route)
    return re.sub(r"<(\w+:)?\w+>|\(\?P<\w+>[^)]*\)", "1", route).replace("^", "").replace("\\Z", "").replace("$", "")


@pytest.mark.parametrize("who", ["nobody", "applicant", "somebody", "adviser", "supervisor", "operator"])
def test_no_person_meets_a_blank_refusal(sent, who):
    match who:
        case "nobody":
            client = Client()
        case "applicant":
            client = signed_in()
        case "somebody":
            client = Somebody(Client()).begin().client
        case _:
            client = sign_in_staff(Client(), staff(who))
    addresses = {address_of(route, sent) for route, _, _ in places()}

    refused = {address for address in addresses if client.get(address).status_code == 405}

    assert {address for address in refused if not address.startswith(FOR_PROGRAMS)} == set()


@pytest.mark.parametrize("method", READING)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("name", ["accept", "decline"])
def test_page_of_a_button_is_in_the_language_of_its_address_and_keeps_the_query(client, language, name, method):
    response = client.generic(method, f"/{language}/cookies/{name}/?next=/fi/how-to/")

    assert (response.status_code, response.url) == (302, f"/{language}/cookies/?next=%2Ffi%2Fhow-to%2F")
    assert response.cookies == {}


def test_language_links_of_a_refused_button_lead_to_its_page(client, db):
    page = client.post("/fi/cookies/decline/", headers={"Sec-Fetch-Site": "cross-site"})
    links = re.findall(r'href="(/\w+/[^"]*)" lang=', page.text)

    ends = [client.get(link, follow=True) for link in links]

    assert page.status_code == 403
    assert [(end.status_code, end.request["PATH_INFO"]) for end in ends] == [
        (200, f"/{language}/cookies/") for language in ("fi", "sv", "en")
    ]


def test_sign_out_that_is_read_signs_nobody_out(sent):
    client = signed_in()

    assert client.get("/fi/sign-out/").url == "/fi/applications/waiting/"
    assert client.get("/fi/applications/").status_code == 200
