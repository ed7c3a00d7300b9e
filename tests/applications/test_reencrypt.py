import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse

from applications import invitations
from applications.invitation_links import find_invitation, invitation_code, invitation_token
from applications.letter_context import application_letter_context
from applications.models import Application, Invitation
from core import crypto
from identity import account_links
from identity.models import Account
from mailing.letters import NoLongerDue
from tests import cast
from tests.applications.factories import application, confirm, invitation, person, state
from tests.applications.households import letter, slot
from tests.identity.accounts import issued, token_of

pytestmark = pytest.mark.django_db

START = dt.datetime(2027, 1, 11, 10, tzinfo=dt.UTC)
PAGE = reverse("applications:invitation")


@pytest.fixture
def change_index_key(settings):
    """Return a function that changes the index key as the operator does, reencrypt or not."""

    def change(*, reencrypt=True):
        settings.FIELD_INDEX_KEYS = ["a new index key of many characters", *settings.FIELD_INDEX_KEYS]
        if reencrypt:
            call_command("reencrypt")
        settings.FIELD_INDEX_KEYS = settings.FIELD_INDEX_KEYS[:1]

    return change


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


def test_link_and_code_of_a_letter_outlive_their_key(client, change_index_key):
    sent = application(cast.MAIJA, cast.OLLI)
    token, code = (
        invitation_token(invitation(sent, cast.OLLI)),
        invitation_code(invitation(sent, cast.OLLI)),
    )

    change_index_key()

    assert find_invitation(token) == find_invitation(code) == invitation(sent, cast.OLLI)
    assert f"?token={token}" in client.get(PAGE, {"token": token}).text
    typed = client.post(PAGE, {"code": code}, follow=True)
    assert typed.status_code == 200
    assert "Maija" in typed.text
    onward = client.post(reverse("applications:go_on"), {"token": typed.context["token"]})
    assert onward.url.endswith(f"/applications/{sent.number}/confirm/")


def test_link_and_code_are_gone_with_a_key_that_nothing_was_written_anew_for(client, change_index_key):
    sent = application(cast.MAIJA, cast.OLLI)
    token, code = (
        invitation_token(invitation(sent, cast.OLLI)),
        invitation_code(invitation(sent, cast.OLLI)),
    )

    change_index_key(reencrypt=False)

    assert client.get(PAGE, {"token": token}).status_code == 404
    assert client.post(PAGE, {"code": code}).status_code == 404


def test_pass_for_a_typed_code_lasts_a_day_and_dies_with_the_invitation(client, change_index_key, time_machine):
    time_machine.move_to(START, tick=False)
    sent = application(cast.MAIJA, cast.OLLI)
    code = invitation_code(invitation(sent, cast.OLLI))
    change_index_key()
    address = client.post(PAGE, {"code": code}).url

    time_machine.shift(23 * 3600)
    within_the_day = client.get(address).status_code
    invitations.resend(slot(sent, cast.OLLI))
    replaced = client.get(address).status_code
    time_machine.shift(2 * 3600)

    assert (within_the_day, replaced, client.get(address).status_code) == (200, 410, 404)


def test_letter_that_has_not_left_is_dropped_and_a_new_one_can_be_sent(change_index_key, time_machine):
    time_machine.move_to(START, tick=False)
    sent = application(cast.MAIJA, cast.OLLI)
    change_index_key()
    with pytest.raises(NoLongerDue):
        application_letter_context(letter("invitation", cast.OLLI))
    time_machine.shift(11 * 60)

    invitations.resend(slot(sent, cast.OLLI))

    assert find_invitation(application_letter_context(letter("invitation", cast.OLLI, 1))["code"]) == invitation(
        sent, cast.OLLI
    )


def test_link_of_an_account_outlives_its_key(change_index_key):
    token = token_of(issued())

    change_index_key()

    assert account_links.find_account_link(token).account == Account.objects.get()


def test_reencrypt_again_changes_no_invitation_whose_key_is_gone(change_index_key):
    application(cast.MAIJA, cast.OLLI)
    change_index_key()
    before = list(Invitation.objects.values())

    call_command("reencrypt")

    assert list(Invitation.objects.values()) == before
