import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity.models import User
from mailing import worker
from mailing.enums import Status
from mailing.models import Letter
from tests.mailing.letters import queued

pytestmark = pytest.mark.django_db

LIST = "/admin/mailing/letter/"


@pytest.fixture
def staff(client):
    def with_permissions(*codenames):
        user = User.objects.create_user("adviser", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return with_permissions


def test_staff_see_what_became_of_a_letter(staff):
    letter = queued(to="olli@example.test")
    worker.deliver_due()
    client = staff("view_letter")

    listed = client.get(LIST, {"q": "olli@"}).content.decode()
    shown = client.get(f"{LIST}{letter.pk}/change/").content.decode()

    assert "olli@example.test" in listed
    assert letter.message_id.strip("<>") in shown
    assert "Maija" not in listed + shown  # the parameters


def test_number_of_queries_does_not_grow_with_the_letters(staff, django_assert_num_queries):
    client = staff("view_letter")
    queued("hello:0")
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for number in range(20):
        queued(f"hello:{number}")

    with django_assert_num_queries(len(one)):
        client.get(LIST)


def test_letter_can_neither_be_added_changed_nor_deleted(admin_client):
    letter = queued()

    answers = [
        admin_client.post(f"{LIST}add/", {"to": "x@example.test"}).status_code,
        admin_client.post(f"{LIST}{letter.pk}/change/", {"to": "x@example.test"}).status_code,
        admin_client.post(f"{LIST}{letter.pk}/delete/", {"post": "yes"}).status_code,
        admin_client.post(LIST, {"action": "delete_selected", "_selected_action": [letter.pk]}).status_code,
    ]

    assert answers == [403, 403, 403, 302]
    assert Letter.objects.get().to == "maija@example.test"


@pytest.mark.parametrize(
    ("permissions", "status"),
    [(["view_letter", "change_letter"], Status.WAITING), (["view_letter"], Status.UNDELIVERABLE)],
)
def test_dead_letter_is_sent_again_by_who_may(staff, permissions, status):
    letter = queued(to="nobody")
    worker.deliver_due()

    staff(*permissions).post(LIST, {"action": "send_again", "_selected_action": [letter.pk]})

    letter.refresh_from_db()
    assert letter.status == status
