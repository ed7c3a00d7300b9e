import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from applications import references
from counter.desk.access import find_application, find_slot
from identity.models import User
from tests.applications.factories import application
from tests.cast import MAIJA, OLLI, TEA, VERA, VILLE
from tests.counter.desk.arranged import address
from tests.staff import sign_in_staff, staff

DESK = ["desk", "desk_checks", "desk_waiting", "desk_undeliverable", "desk_second_looks", "desk_without_password"]
OF_APPLICATION = ["desk_application", "desk_trail"]
OF_SLOT = ["desk_applicant", "desk_access_log", "desk_code", "desk_details"]
FOR_SUPERVISORS = ["desk_trail", "desk_access_log"]
OWN = [*DESK, *OF_APPLICATION, *OF_SLOT]

pytestmark = pytest.mark.django_db


def place(name, sent):
    """Return the address of a page of the desk, about the main applicant of an application where it is about one."""
    arguments = [] if name in DESK else [sent.reference] if name in OF_APPLICATION else [sent.reference, 0]
    return address(name, *arguments)


@pytest.mark.parametrize("name", OWN)
def test_page_is_for_staff_with_both_factors(client, name):
    here = place(name, application(MAIJA))

    nobody = client.get(here)
    half = sign_in_staff(Client(), staff("adviser"), methods=("password",)).get(here)

    assert (nobody.status_code, half.status_code) == (302, 302)
    assert "/admin/login/" in nobody["Location"]
    assert "/admin/login/" in half["Location"]


@pytest.mark.parametrize("name", OWN)
def test_page_is_not_for_staff_without_the_right(operator, name):
    here = place(name, application(MAIJA))

    assert operator.get(here).status_code == 403
    assert operator.post(here).status_code == 403


@pytest.mark.parametrize("name", FOR_SUPERVISORS)
def test_page_for_supervisors_is_not_for_advisers(adviser, supervisor, name):
    here = place(name, application(MAIJA))

    assert adviser.post(here).status_code == 403
    assert adviser.get(here).status_code == 403
    assert supervisor.get(here).status_code in {200, 302}


def test_right_to_read_the_trail_alone_opens_no_page():
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="read_trail"))
    sent = application(MAIJA)

    answer = sign_in_staff(Client(), user).get(address("desk_access_log", sent.reference, 0))

    assert answer.status_code == 403


@pytest.mark.parametrize("name", [name for name in OWN if name not in {"desk_code", "desk_details"}])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_page_is_kept_nowhere_and_speaks_the_language(supervisor, name, language):
    here = place(name, application(MAIJA)).replace("/en/", f"/{language}/")

    answer = supervisor.get(here)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert f'<html lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize("name", [*OF_APPLICATION, *OF_SLOT])
def test_application_that_does_not_exist_is_not_found(supervisor, name):
    number = references.display(references.new())
    here = address(name, number) if name in OF_APPLICATION else address(name, number, 0)

    assert supervisor.post(here).status_code in {404, 405}
    assert name in {"desk_code", "desk_details"} or supervisor.get(here).status_code == 404


def test_slot_that_does_not_exist_is_not_found(supervisor):
    sent = application(MAIJA)

    assert supervisor.get(address("desk_applicant", sent.reference, 1)).status_code == 404


@pytest.mark.parametrize("others", [[], [OLLI, VERA, VILLE]])
def test_finding_takes_two_queries_however_many_apply(others):
    sent = application(MAIJA, *others)

    with CaptureQueriesContext(connection) as done:
        slot = find_slot(sent.reference, len(others))
        assert slot.version.application.applicants[0].version.application == sent
        assert [a.confirmed for a in slot.version.application.applicants] == [None] * (len(others) + 1)

    assert len(done) == 2


def test_finding_nothing_is_404():
    sent = application(MAIJA, TEA)

    for missing in (lambda: find_application(references.new()), lambda: find_slot(sent.reference, 2)):
        with pytest.raises(Http404):
            missing()
