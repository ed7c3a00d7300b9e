"""Several first log-ins through the directory in the same second, on either database (ADR 58)."""

import pytest
from django.contrib.auth.models import Group

from identity import directory_staff
from identity.models import DirectoryIdentity, DirectorySession, User
from tests.applications.test_concurrency import at_once
from tests.identity.directory import DIRECTORY, answer

pytestmark = pytest.mark.django_db(transaction=True)


def test_windows_of_one_person_and_people_of_one_name_come_in_at_once(settings):
    settings.STAFF_DIRECTORY = DIRECTORY
    Group.objects.get_or_create(name="adviser")
    whom = ["00u1", "00u1", "00u1", "00u2", "00u3"]

    admitted = at_once(*[lambda subject=subject: directory_staff.admit(answer(subject=subject)) for subject in whom])

    assert [getattr(user, "first_name", user) for user in admitted] == ["Dina"] * len(whom)
    assert sorted(DirectoryIdentity.objects.values_list("subject", flat=True)) == ["00u1", "00u2", "00u3"]
    assert sorted(User.objects.values_list("username", flat=True)) == ["dina", "dina-2", "dina-3"]
    assert DirectorySession.objects.count() == len(whom)
