"""Whatever stands in a cookie, an address or a query, the answer is a page of ours and never a crash."""

import re

import pytest
from django.conf import settings
from django.contrib import admin
from django.http import QueryDict
from django.test import Client
from django.urls import get_resolver, reverse

from core.admin import NeverDeleted
from tests import cast
from tests.applications.factories import application
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db

NUL = "a\0b"
ODD = [NUL, "-1", "x", "9" * 40, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")]
FILTERS = {
    "mailing_letter": [
        *("message", "message__exact", "language__exact", "failure__exact", "failure__isnull", "bounced_at__isempty"),
        *("created_at__year", "created_at__gte", "created_at__lt", "created_at"),
    ],
    "identity_user": ["groups__id__exact", "groups__isnull", "is_active__exact", "is_active"],
    "upstream_webhookdelivery": ["endpoint__id__exact", "status", "failure__exact"],
    "applications_terms": [],
    "counter_notice": [],
    "counter_documenttype": [],
    "upstream_apiclient": [],
    "upstream_webhookendpoint": [],
}
EVERY = ["q", "o", "p", "all", "e", "_to_field", "_popup", "_changelist_filters", "nonsense__x", "pk", "id__in"]


def client_of(role):
    return sign_in_staff(Client(raise_request_exception=False), staff(role))


def asked(**values):
    query = QueryDict(mutable=True)
    query.update(values)
    return query.urlencode()


@pytest.mark.parametrize("model", FILTERS)
def test_odd_filter_of_the_admin_is_refused_or_ignored(model):
    client = client_of("operator")
    address = reverse(f"admin:{model}_changelist")
    names = [*FILTERS[model], *EVERY]

    crashed = [
        (name, value[:9])
        for name in names
        for value in ODD
        if client.get(f"{address}?{asked(**{name: value})}").status_code >= 500
    ]

    assert crashed == []
    assert client.get(f"{address}?{asked(created_at__year='2026', created_at__month='13')}").status_code < 500


def test_every_list_of_the_admin_is_tried_and_refuses_odd_filters():
    registered = {
        model._meta.label_lower.replace(".", "_"): type(page) for model, page in admin.site._registry.items()
    }

    assert {name for name, page in registered.items() if page.list_filter} <= FILTERS.keys()
    assert [name for name, page in registered.items() if not issubclass(page, NeverDeleted)] == []


@pytest.mark.parametrize("name", [settings.SESSION_COOKIE_NAME, "cookies", "django_language", "attempt"])
def test_odd_cookie_is_no_session(name):
    """Python reads an escaped NUL of a quoted cookie as NUL, which PostgreSQL refuses in a text."""
    client = Client(raise_request_exception=False)
    for value in ('"' + "a" * 31 + '\\000"', '"\\777"', "x" * 4000, "'; --", "é"):
        answers = [
            client.get(address, HTTP_COOKIE=f"{name}={value}").status_code
            for address in ("/fi/", "/fi/applications/", "/fi/admin/")
        ]
        assert max(answers) < 500, (value, answers)


def places(patterns=None, prefix=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from places(pattern.url_patterns, route)
        else:
            yield route


PLACEHOLDER = re.compile(r"<(?:\w+:)?\w+>|\(\?P<\w+>[^)]*\)")
WITH_VALUES = sorted(
    {
        "/" + route.replace("^", "").replace("\\Z", "").replace("$", "")
        for route in places()
        if PLACEHOLDER.search(route)
    }
)
QUERIES = [
    "page",
    "missing",
    "since",
    "until",
    "next",
    "token",
    "pass",
    "state",
    "code",
    "error",
    "show",
    "check",
    "q",
    "after",
    "limit",
]


@pytest.mark.parametrize("role", ["supervisor", "operator"])
def test_odd_values_in_an_address_lead_to_no_crash(role):
    client = client_of(role)
    application(cast.MAIJA)
    crashed = []
    for route in WITH_VALUES:
        for value in ("%00", "%FF", "9" * 40, "a" * 300):
            address = PLACEHOLDER.sub(value, route)
            if (code := client.get(address).status_code) >= 500:
                crashed.append((address[:80], code))
    assert crashed == []


@pytest.mark.parametrize("role", ["supervisor", "operator"])
def test_odd_query_leads_to_no_crash(role):
    client = client_of(role)
    crashed = []
    reference = application(cast.MAIJA).number
    for route in {*places()}:
        if "demo/" in route or "anymail" in route:
            continue
        address = "/" + PLACEHOLDER.sub(
            lambda found: "0" if "position" in found[0] or "int" in found[0] else reference, route
        ).replace("^", "").replace("$", "").replace("\\Z", "")
        for value in (NUL, "9" * 40):
            query = asked(**dict.fromkeys(QUERIES, value))
            if client.get(f"{address}?{query}").status_code >= 500:
                crashed.append((address, value[:3]))
    assert crashed == []
