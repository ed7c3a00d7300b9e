"""Every address of the admin against every role: who comes in, and none left out (C1, R16).

Nobody comes in without both factors: that is in tests/identity/test_staff.py, over the same addresses.
"""

import datetime as dt
import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from applications import certificates
from counter.models import Feedback, Notice
from mailing.models import Letter
from tests import cast
from tests.applications.factories import application
from tests.counter.checks import check
from tests.reading import TRAIL, changes_by_reading, same_browser, taken_back
from tests.staff import acting, sign_in_staff, staff
from upstream import clients, endpoints, events
from upstream.models import Intake

ADVISER, SUPERVISOR, OPERATOR = "adviser", "supervisor", "operator"
AT_THE_DESK, ALL = frozenset({ADVISER, SUPERVISOR}), frozenset({ADVISER, SUPERVISOR, OPERATOR})
SUPERVISORS, OF_FIGURES = frozenset({SUPERVISOR}), frozenset({SUPERVISOR, OPERATOR})
OF_FEEDBACK = frozenset({SUPERVISOR, OPERATOR})
NOBODY: frozenset[str] = frozenset()
LETS_IN = {
    **dict.fromkeys(["login", "logout", "password_change", "password_change_done", "jsi18n", "index"], ALL),
    **dict.fromkeys(["desk", "desk_checks", "desk_waiting", "desk_undeliverable", "desk_second_looks"], AT_THE_DESK),
    **dict.fromkeys(["desk_application", "desk_applicant", "desk_code", "desk_check", "desk_confirm"], AT_THE_DESK),
    **dict.fromkeys(["desk_details", "desk_pointing_card", "desk_paper_form", "desk_paper"], AT_THE_DESK),
    **dict.fromkeys(["desk_results", "desk_visit"], AT_THE_DESK),
    **dict.fromkeys(["desk_renew", "desk_withdraw", "desk_decline"], AT_THE_DESK),
    **dict.fromkeys(["desk_certify", "desk_certificate"], AT_THE_DESK),
    **dict.fromkeys(["desk_account", "desk_account_address", "desk_account_link", "desk_contact"], AT_THE_DESK),
    **dict.fromkeys(["desk_invitation", "desk_check_made", "desk_decide", "desk_accepted"], AT_THE_DESK),
    "desk_without_password": AT_THE_DESK,
    **dict.fromkeys(["desk_to_tell", "desk_tell", "desk_tell_number", "desk_tell_letter", "desk_told"], AT_THE_DESK),
    **dict.fromkeys(["desk_trail", "desk_access_log"], SUPERVISORS),
    **dict.fromkeys(["desk_protection", "desk_undo", "desk_erase"], SUPERVISORS),
    **dict.fromkeys(["desk_staff_changes", "desk_staff_change", "desk_acted_alone"], SUPERVISORS),
    **dict.fromkeys(["statistics", "statistics_csv"], OF_FIGURES),
    # Models, by what may be done with them; nothing that has happened is deleted.
    **{f"applications_terms_{act}": {OPERATOR} for act in ("changelist", "add", "change", "history")},
    **{f"counter_counter_{act}": {OPERATOR} for act in ("changelist", "change", "history")},
    **{f"counter_notice_{act}": {OPERATOR} for act in ("changelist", "add", "change", "history")},
    **{f"counter_documenttype_{act}": {OPERATOR} for act in ("changelist", "add", "change", "history")},
    **{f"upstream_apiclient_{act}": {OPERATOR} for act in ("changelist", "add", "change", "history")},
    **{f"identity_user_{act}": {OPERATOR} for act in ("changelist", "add", "change", "history")},
    **{f"upstream_webhookendpoint_{act}": {OPERATOR} for act in ("changelist", "add", "change", "history")},
    **{f"upstream_webhookdelivery_{act}": {OPERATOR} for act in ("changelist", "change", "history")},
    **dict.fromkeys(["desk_feedback", "desk_feedback_one"], OF_FEEDBACK),
    "identity_user_link": {OPERATOR},
    **{f"mailing_letter_{act}": {OPERATOR} for act in ("changelist", "change", "history")},
    **dict.fromkeys(["view_on_site", "app_list"], ALL),  # of what is not there, Django says so to whoever looks
}

pytestmark = pytest.mark.django_db


def addresses(patterns=None, prefix=""):
    """Return each address of the admin by its name, with placeholders."""
    for pattern in admin.site.get_urls() if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, route)
        elif pattern.name:
            yield pattern.name, route


ADDRESSES = dict(addresses())


@pytest.fixture(scope="module")
def clients_of(written_once):
    """A browser of each role."""
    return {role: sign_in_staff(Client(), staff(role)) for role in ALL}


@pytest.fixture(scope="module")
def values(clients_of):
    """The rows that addresses name, for of others Django says to anybody that they are not there."""
    sent = application(cast.MAIJA)
    made = check(sent, cast.MAIJA)
    client, _token = clients.issue("Housing system")
    Intake.objects.create(client=client, reference="1", application=sent)
    endpoints.add(client, "https://receiver.example.fi/")
    events.collect()
    owed = Letter.objects.filter(
        about=application(cast.VERA, co_applicants=[cast.applicant(cast.OLLI, email=None)]).reference
    )
    Notice.objects.create(text_fi="-", text_sv="-", text_en="-", shown_until=timezone.now() + dt.timedelta(days=1))
    Feedback.objects.create(pk=made.pk, kind="other", text="-", language="fi", due_on=timezone.localdate())
    certificate = certificates.issue_certificate(made.applicant, language="fi", by=acting(ADVISER))
    return {
        "reference": sent.number,
        "position": 0,
        "number": str(certificate),
        "pk": made.pk,
        "letter": owed.get(to="").pk,
        "id": staff(ADVISER).pk,
        "app_label": "counter",
    }


def filled(route, values):
    """Return the address with rows that are there."""
    values = {**values}
    if "<path:object_id>" in route and not route.startswith("r/"):
        model = apps.get_model(*route.split("/")[:2])
        values["object_id"] = model._base_manager.order_by("pk").last().pk

    def value(found):
        return str(values.get(found[1] or found[2], 1))

    return re.sub(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)", value, route).strip("^$").replace("\\Z", "")


@pytest.fixture
def places(values):
    """Return each address by its name, with rows that are there."""
    return {name: f"/fi/admin/{filled(route, values)}" for name, route in sorted(ADDRESSES.items())}


def comes_in(client, address):
    """Tell whether somebody may read there or send something."""
    answers = [client.get(address), client.post(address)]
    return any(answer.status_code not in {403, 405} for answer in answers)


def test_addresses_are_found():
    assert {"desk", "desk_undo", "counter_notice_add"} <= ADDRESSES.keys()
    assert LETS_IN.keys() - ADDRESSES.keys() == set()


@pytest.mark.parametrize("role", sorted(ALL))
def test_addresses_let_in_whom_they_are_for(role, places, clients_of):
    let_in = set()
    for name, address in places.items():
        with taken_back():
            let_in |= {name} if comes_in(same_browser(clients_of[role]), address) else set()

    assert let_in == {name for name in ADDRESSES if role in LETS_IN.get(name, NOBODY)}


@pytest.mark.same_on_both
@pytest.mark.parametrize("role", sorted(ALL))
def test_no_address_changes_anything_but_the_trail_when_staff_read_it(role, places, clients_of):
    changes = {
        name: changes_by_reading(same_browser(clients_of[role]), address, *TRAIL) for name, address in places.items()
    }

    assert {name: found for name, found in changes.items() if found} == {}


@pytest.mark.parametrize("name", sorted(name for name in ADDRESSES if name.endswith("_delete")))
def test_nobody_deletes_anything(name, values):
    somebody = staff(OPERATOR)
    somebody.is_superuser = True
    somebody.save()

    answer = sign_in_staff(Client(), somebody).post(f"/fi/admin/{filled(ADDRESSES[name], values)}", {"post": "yes"})

    assert answer.status_code == 403
