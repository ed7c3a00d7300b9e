import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from applications import changes, clock, document, invitation_links, invitations, inviting, states
from applications.enums import Transition
from applications.invitation_links import find_invitation, invitation_code, invitation_token
from applications.letter_context import application_letter_context
from applications.models import Invitation
from core import crypto
from core.links import KeyGone
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, confirm
from tests.applications.households import invitation, letter, sent, slot, written

pytestmark = pytest.mark.django_db

OLD, NEW = "an old index key of thirty-two characters", "a new index key of thirty-two characters"


@pytest.fixture
def application():
    return sent(cast.MAIJA, cast.OLLI)


@pytest.fixture
def token(application):
    return invitation_token(invitation(application, cast.OLLI))


@pytest.fixture
def code(application):
    return invitation_code(invitation(application, cast.OLLI))


def everything_stored():
    """Return what stands in any column of any table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield from (bytes(v).hex() if isinstance(v, memoryview | bytes) else str(v) for v in row)


def test_token_and_code_lead_to_the_invitation(application, token, code):
    assert find_invitation(token) == find_invitation(code) == invitation(application, cast.OLLI)


def test_token_has_at_least_128_bits(token):
    assert len(bytes.fromhex(token)) * 8 >= 128


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: " ".join(code.replace("-", "")),
        lambda code: code.replace("-", "–"),
        lambda code: f"\t{code}\n",
        lambda code: code.replace("-", "\u2212"),
        lambda code: f"\u200e{code.replace('-', chr(0xAD) + '-')}\ufeff",
    ],
    ids=["lower case", "ungrouped", "spaced", "dash", "space around", "minus", "invisible characters"],
)
def test_code_may_be_typed_in_any_case_and_grouping(application, code, typed):
    assert find_invitation(typed(code)) == invitation(application, cast.OLLI)


def test_code_has_eight_unambiguous_characters_in_two_groups(code):
    first, second = code.split("-")

    assert (len(first), len(second)) == (4, 4)
    assert set(code) & set("01AEILOUSBZG") == set()


@pytest.fixture
def code_with_digits(application):
    """Return the code of an invitation that holds every digit which looks like a letter."""
    return with_code(invitation(application, cast.OLLI), "5826C5K2")


def with_code(made, code):
    Invitation.objects.filter(pk=made.pk).update(code_hash=crypto.indexes(code)[0])
    return code


@pytest.mark.parametrize("typed", ["SBZGCSKZ", "sbzg-cskz", "S826-C5K2", "5826C5K2"])
def test_nobody_is_turned_away_for_a_letter_that_looks_like_a_digit(application, code_with_digits, typed):
    assert find_invitation(typed) == invitation(application, cast.OLLI)


def test_a_code_made_with_such_letters_works_and_can_be_mailed_again(application):
    made = invitation(application, cast.OLLI)
    former = invitation_links.CODE.spelled_before(crypto.keyed(f"invitation code {made.nonce}")[0])
    with_code(made, former)
    made.refresh_from_db()

    assert find_invitation(former) == made
    assert invitation_code(made).replace("-", "") == former


def test_two_codes_that_look_alike_are_two_codes(application):
    other = invitation(sent(cast.MAIJA, cast.VERA), cast.VERA)
    made = invitation(application, cast.OLLI)
    with_code(made, "5555CCCC")
    with_code(other, "SSSSCCCC")

    assert (find_invitation("5555-CCCC"), find_invitation("SSSS-CCCC")) == (made, other)


@pytest.mark.parametrize("secret", ["", "2222-2222", "0" * 40, "ÄÖ", "a" * 100_000, "\0", "x" * 8])
def test_unknown_secret(application, secret):
    with pytest.raises(invitation_links.UnknownInvitation):
        find_invitation(secret)


def test_neither_token_nor_code_is_stored_even_once_the_letter_was_written(token, code):
    """R13"""
    assert token in written(letter("invitation", cast.OLLI))[1]

    stored = list(everything_stored())

    assert any("meikäläinen" in value.lower() for value in stored)
    assert [v for v in stored if token in v.lower() or code in v.upper() or code.replace("-", "") in v.upper()] == []


def test_invitations_of_two_people_differ():
    application = sent(cast.MAIJA, cast.OLLI, cast.VERA)
    olli, vera = invitation(application, cast.OLLI), invitation(application, cast.VERA)

    assert invitation_token(olli) != invitation_token(vera)
    assert invitation_code(olli) != invitation_code(vera)


# --- What ends one (R13) ---------------------------------------------------------------------------------


def resend(application):
    Invitation.objects.update(created_at=timezone.now() - inviting.PAUSE)
    invitations.resend(slot(application, cast.OLLI))


def correct_address(application):
    invitations.correct_address(slot(application, cast.OLLI), email="new@example.test")


def decline(application):
    invitations.decline(slot(application, cast.OLLI))


def confirm_it(application):
    confirm(application, cast.OLLI)


def change(application):
    without = document.parse(cast.document(cast.MAIJA))
    changes.put(application, without, tag=application.version.digest, by=HOUSING_SYSTEM)


def withdraw(application):
    states.transition(application, Transition.WITHDRAWN, by=HOUSING_SYSTEM, at=timezone.now())


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (resend, invitation_links.InvitationReplaced),
        (correct_address, invitation_links.InvitationReplaced),
        (decline, invitation_links.InvitationUsed),
        (confirm_it, invitation_links.InvitationUsed),
        (change, invitation_links.InviteeRemoved),
        (withdraw, invitation_links.InvitationTooLate),
    ],
)
def test_invitation_ends(application, token, code, act, reason):
    act(application)

    for secret in (token, code):
        with pytest.raises(reason):
            find_invitation(secret)


def test_invitation_works_on_the_last_day_and_not_after_it(application, token, time_machine):
    last_day = dt.datetime.combine(application.valid_until, dt.time(23, 59), tzinfo=timezone.get_default_timezone())

    time_machine.move_to(last_day)
    assert find_invitation(token)

    time_machine.shift(dt.timedelta(minutes=2))  # and before the clock has noticed
    with pytest.raises(invitation_links.InvitationTooLate):
        find_invitation(token)
    clock.tick()
    with pytest.raises(invitation_links.InvitationTooLate):
        find_invitation(token)


def test_confirmation_of_somebody_else_ends_no_invitation(application, token):
    confirm(application, cast.MAIJA)

    assert find_invitation(token)


# --- Keys ------------------------------------------------------------------------------------------------


def test_old_invitations_work_and_can_be_sent_again_while_both_keys_live(settings):
    settings.FIELD_INDEX_KEYS = [OLD]
    application = sent(cast.MAIJA, cast.OLLI)
    old = invitation(application, cast.OLLI)
    token, code = invitation_token(old), invitation_code(old)

    settings.FIELD_INDEX_KEYS = [NEW, OLD]

    assert find_invitation(token) == find_invitation(code) == old
    assert (invitation_token(old), invitation_code(old)) == (token, code)
    assert token in written(letter("invitation", cast.OLLI))[1]


def test_new_invitations_use_the_new_key(settings):
    settings.FIELD_INDEX_KEYS = [NEW, OLD]
    new = invitation(sent(cast.MAIJA, cast.OLLI), cast.OLLI)
    token = invitation_token(new)

    settings.FIELD_INDEX_KEYS = [NEW]

    assert find_invitation(token) == new


def test_invitation_whose_key_is_gone_is_unknown(settings):
    settings.FIELD_INDEX_KEYS = [OLD]
    application = sent(cast.MAIJA, cast.OLLI)
    token = invitation_token(invitation(application, cast.OLLI))

    settings.FIELD_INDEX_KEYS = [NEW]

    with pytest.raises(invitation_links.UnknownInvitation):
        find_invitation(token)
    with pytest.raises(KeyGone):
        invitation_token(invitation(application, cast.OLLI))


def test_letters_are_about_invitations_by_number_only(application):
    assert Letter.objects.get(message="invitation").parameters["invitation"] == invitation(application, cast.OLLI).pk
    assert application_letter_context(letter("invitation", cast.OLLI)).keys() >= {"link", "code"}
