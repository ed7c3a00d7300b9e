import pytest
from django.core.management import call_command

from applications.models import Application
from identity import crypto
from tests import cast
from tests.applications.factories import application, confirm, person, state

pytestmark = pytest.mark.django_db


def test_reencrypt_lets_the_old_keys_go(settings):
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.OLLI)
    old_keys = settings.FIELD_ENCRYPTION_KEYS, settings.FIELD_INDEX_KEYS
    settings.FIELD_ENCRYPTION_KEYS = ["a new encryption key of many characters", *old_keys[0]]
    settings.FIELD_INDEX_KEYS = ["a new index key of many characters", *old_keys[1]]

    call_command("reencrypt")
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    settings.FIELD_INDEX_KEYS = settings.FIELD_INDEX_KEYS[:1]

    assert confirm(sent, cast.MAIJA).applicant.hetu == cast.MAIJA["hetu"]
    assert state(sent) == "valid"
    assert Application.objects.for_person(person(cast.OLLI)).get() == sent


def test_reencrypt_before_the_old_key_went_is_what_keeps_the_data(settings):
    sent = application(cast.MAIJA)
    settings.FIELD_ENCRYPTION_KEYS = ["a new encryption key of many characters"]

    with pytest.raises(crypto.CannotDecrypt):
        _ = Application.objects.get(pk=sent.pk).version.content
