"""The link and the code of an invitation: they lead to the information page and grant nothing else (R13).

Confirming, declining, a change, the deadline and a newer invitation each end it. All except a newer invitation are
read from the application, so that none can be forgotten.
"""

import re
from datetime import datetime, timedelta
from functools import partial

from django.core import signing
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from applications.models import Applicant, Invitation
from applications.references import ALPHABET
from core import links
from core.links import TOKEN_LENGTH, KeyGone, MailedSecret, spell_digest
from core.refusals import Refused
from core.text import UNAMBIGUOUS, compact, without_lookalikes

CODE_LENGTH = 8
PASS_LASTS = timedelta(days=1)


class CannotUseInvitation(Refused):
    """The link or code does nothing any more."""


class UnknownInvitation(CannotUseInvitation):
    message = _("We do not know this link or code. Check that no part of it is missing.")


class InvitationUsed(CannotUseInvitation):
    message = _("This invitation has already been used.")


class InvitationReplaced(CannotUseInvitation):
    message = _("This invitation has been replaced by a newer one. Look for a newer email from us.")


class AddressRemoved(InvitationReplaced):
    message = _(
        "This invitation no longer works. The email address that it was sent to has been removed from the application."
    )


class InviteeRemoved(CannotUseInvitation):
    message = _("This invitation is no longer valid. The application was changed, and you are no longer in it.")


class InvitationTooLate(CannotUseInvitation):
    message = _("The link has expired, because the application is no longer open.")


TOKEN = MailedSecret("invitation token")
CODE = MailedSecret(
    "invitation code",
    column="code_hash",
    spell=partial(spell_digest, alphabet=UNAMBIGUOUS, length=CODE_LENGTH),
    spelled_before=partial(spell_digest, alphabet=ALPHABET, length=CODE_LENGTH),
)


def new_invitation(applicant: Applicant, *, at: datetime) -> Invitation:
    """Return a new invitation of an applicant, not yet stored."""
    nonce = links.new_nonce()
    return Invitation(
        applicant=applicant,
        nonce=nonce,
        token_hash=TOKEN.hash_of(nonce),
        code_hash=CODE.hash_of(nonce),
        created_at=at,
    )


def find_invitation(secret: str) -> Invitation:
    """Return the live invitation of a token, or of a code in any case and grouping. Raises CannotUseInvitation."""
    invitation = any_invitation(secret)
    check_invitation(invitation)
    return invitation


def any_invitation(secret: str) -> Invitation:
    """Return the invitation of a token or code, live or not. Raises UnknownInvitation."""
    typed = compact(secret)
    if _is_token(typed):
        found = TOKEN.find(_with_application(), typed)
    else:
        # First as it is: a code that was made with letters that look like digits is no other one.
        found = CODE.find(_with_application(), typed.upper()) or CODE.find(
            _with_application(), without_lookalikes(typed.upper())
        )
    if found is None:
        raise UnknownInvitation
    return found


def may_be_code(secret: str) -> bool:
    """Tell whether a typed text has the form of a code or of a token."""
    typed = compact(secret)
    return _is_token(typed) or (len(typed) == CODE_LENGTH and set(typed.upper()) <= set(ALPHABET))


def linked_invitation(secret: str) -> Invitation:
    """Return the invitation of a token or pass in a link, live or not. Raises UnknownInvitation, for a code too.

    Codes are short enough to be guessed: only the form counts the tries, so only the form takes codes.
    """
    if _is_token(compact(secret)):
        return any_invitation(secret)
    try:
        return get_invitation(int(_invitation_signer().unsign(secret, max_age=PASS_LASTS)))
    except signing.BadSignature:
        raise UnknownInvitation from None


def get_invitation(pk: int) -> Invitation:
    """Return an invitation with its application, live or not."""
    return _with_application().get(pk=pk)


def check_invitation(invitation: Invitation) -> None:
    """Raise CannotUseInvitation for an invitation that has ended."""
    applicant = invitation.applicant
    application = applicant.version.application
    if not application.is_open:
        raise InvitationTooLate
    if application.current_id != applicant.version_id:
        still_applies = Applicant.objects.filter(version=application.current_id).same_person(applicant).exists()
        raise InvitationReplaced if still_applies else InviteeRemoved
    if invitation.replaced_at:
        raise InvitationReplaced if applicant.email else AddressRemoved
    if applicant.confirmed or applicant.declined_at:
        raise InvitationUsed


def check_invitation_again(invitation: Invitation) -> None:
    """Check an invitation as it stands once its application is locked. Raises CannotUseInvitation."""
    check_invitation(_with_application().get(pk=invitation.pk))


def _is_token(secret: str) -> bool:
    return re.fullmatch(rf"[0-9a-f]{{{TOKEN_LENGTH}}}", secret) is not None


def _with_application() -> QuerySet[Invitation]:
    return Invitation.objects.select_related("applicant__version__application").defer("applicant__version__content")


def invitation_token(invitation: Invitation) -> str:
    """Return the token of an invitation, for its letter. Raises KeyGone."""
    return TOKEN.of(invitation)


def invitation_code(invitation: Invitation) -> str:
    """Return the code of an invitation, eight characters in two groups. Raises KeyGone."""
    found = CODE.of(invitation)
    return f"{found[:4]}-{found[4:]}"


def invitation_pass(invitation: Invitation) -> str:
    """Return what a link on our own pages holds: the token, or a pass for a day once the token's key is gone."""
    try:
        return invitation_token(invitation)
    except KeyGone:
        return _invitation_signer().sign(str(invitation.pk))


def _invitation_signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="applications.tokens")  # another salt would end every pass in use
