"""What is read along with an application is what is asked for by itself."""

import pytest
from django.db import connection

from applications import reading
from applications.models import Version
from core.crypto import CannotDecrypt
from tests import cast
from tests.applications.factories import application

pytestmark = pytest.mark.django_db


def test_content_that_was_read_along_is_opened_without_a_query(django_assert_num_queries):
    sent = application(cast.MAIJA, cast.OLLI)
    version = reading.application(sent.pk).version

    with django_assert_num_queries(0):
        content = version.content

    assert content == Version.objects.get(pk=version.pk).content


def test_spoiled_content_fails_at_each_look_and_not_before():
    sent = application(cast.MAIJA)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE applications_version SET content = %s", [b"spoiled"])
    version = reading.application(sent.pk).version

    for _look in range(2):
        with pytest.raises(CannotDecrypt):
            _ = version.content
    assert version.number == 1


def test_version_that_is_read_again_has_what_is_stored_now():
    sent = application(cast.MAIJA)
    version = reading.application(sent.pk).version
    Version.objects.update(content="{}")

    version.refresh_from_db()

    assert version.content == "{}"
