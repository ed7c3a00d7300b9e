"""The link and the code of an invitation: they lead to the information page and grant nothing else (R13).

A token is 160 bits of a keyed digest of the invitation's nonce, so that it can be written into a letter when
that is sent, and is stored only as a hash. Confirming, declining, a change, the deadline and a newer
invitation each end it; all but the last are read from the application, so that none can be forgotten.
"""

import re
import secrets
from datetime import datetime, timedelta

from django.core import signing
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from applications.models import Applicant, Application, Invitation
from applications.references import ALPHABET
from core import crypto
from core.refusals import Refused
from core.text import compact

TOKEN_LENGTH, CODE_LENGTH = 40, 8
PASS_LASTS = timedelta(days=1)


class CannotUseInvitation(Refused):
    """The link or code does nothing any more."""


class UnknownInvitation(CannotUseInvitation):
    message = _("We do not know this link or code. Check that you have all of it.")


class InvitationUsed(CannotUseInvitation):
    message = _("This invitation has been used already. You can log in to see how the application stands.")


class InvitationReplaced(CannotUseInvitation):
    message = _("This invitation has been replaced. Look for a newer letter from us.")


class InviteeRemoved(CannotUseInvitation):
    message = _("This invitation is not valid any more. The application was changed, and you are not in it now.")


class InvitationTooLate(CannotUseInvitation):
    message = _("The link has expired, because the application is no longer open.")


def new(applicant: Applicant, *, at: datetime) -> Invitation:
    """Return a fresh invitation of an applicant, not yet stored."""
    nonce = secrets.token_hex(16)
    return Invitation(
        applicant=applicant,
        nonce=nonce,
        token_hash=crypto.indexes(_tokens(nonce)[0])[0],
        code_hash=crypto.indexes(_codes(nonce)[0])[0],
        created_at=at,
    )


def find(secret: str) -> Invitation:
    """Return the live invitation of a token, or of a code in any case and grouping. Raises CannotUseInvitation."""
    invitation = known(secret)
    check(invitation)
    return invitation


def known(secret: str) -> Invitation:
    """Return the invitation of a token or code, live or not. Raises UnknownInvitation."""
    typed = compact(secret)
    if _is_token(typed):
        return _only(token_hash__in=crypto.indexes(typed))
    return _only(code_hash__in=crypto.indexes(typed.upper()))


def linked(secret: str) -> Invitation:
    """Return the invitation of what stands in a link, live or not. Raises UnknownInvitation, for a code too.

    Codes are few enough to be guessed: the tries are counted where they are typed.
    """
    if _is_token(compact(secret)):
        return known(secret)
    try:
        return get(int(_signer().unsign(secret, max_age=PASS_LASTS)))
    except signing.BadSignature:
        raise UnknownInvitation from None


def get(pk: int) -> Invitation:
    """Return an invitation with its application, live or not."""
    return _with_application().get(pk=pk)


def check(invitation: Invitation) -> None:
    """Raise CannotUseInvitation for an invitation that has ended."""
    applicant = invitation.applicant
    application = applicant.version.application
    if not application.is_open:
        raise InvitationTooLate
    if application.current_id != applicant.version_id and not _still_applies(applicant, application):
        raise InviteeRemoved
    if invitation.replaced_at or application.current_id != applicant.version_id:
        raise InvitationReplaced
    if applicant.confirmed or applicant.declined_at:
        raise InvitationUsed


def _still_applies(applicant: Applicant, application: Application) -> bool:
    """Tell whether somebody of a former version is in the present one."""
    return Applicant.objects.filter(version=application.current_id).same_person(applicant).exists()


def _only(**hashes: list[str]) -> Invitation:
    found = _with_application().filter(**hashes).first()
    if found is None:
        raise UnknownInvitation
    return found


def _is_token(secret: str) -> bool:
    return re.fullmatch(rf"[0-9a-f]{{{TOKEN_LENGTH}}}", secret) is not None


def _with_application() -> QuerySet[Invitation]:
    return Invitation.objects.select_related("applicant__version__application").defer("applicant__version__content")


def token(invitation: Invitation) -> str:
    """Return the token of an invitation, for its letter. Raises UnknownInvitation once its key is gone."""
    return _matching(_tokens(invitation.nonce), invitation.token_hash)


def code(invitation: Invitation) -> str:
    """Return the same as a code of eight characters, grouped for reading. Raises what token() raises."""
    found = _matching(_codes(invitation.nonce), invitation.code_hash)
    return f"{found[:4]}-{found[4:]}"


def link(invitation: Invitation) -> str:
    """Return what a link on our own pages holds: the token, or once its key is gone, a pass for a day."""
    try:
        return token(invitation)
    except UnknownInvitation:
        return _signer().sign(str(invitation.pk))


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="applications.tokens")


def rehash(invitation: Invitation) -> None:
    """Store an invitation's hashes anew under the active index key, so that it works without the one it was made by.

    One whose key is gone already stays as it is.
    """
    try:
        found = _matching(_tokens(invitation.nonce), invitation.token_hash)
        typed = _matching(_codes(invitation.nonce), invitation.code_hash)
    except UnknownInvitation:
        return
    invitation.token_hash, invitation.code_hash = crypto.indexes(found)[0], crypto.indexes(typed)[0]
    invitation.save(update_fields=["token_hash", "code_hash"])


def _matching(secrets_: list[str], digest: str) -> str:
    for secret in secrets_:
        if digest in crypto.indexes(secret):
            return secret
    raise UnknownInvitation


def _tokens(nonce: str) -> list[str]:
    return [digest[:TOKEN_LENGTH] for digest in crypto.keyed(f"invitation token {nonce}")]


def _codes(nonce: str) -> list[str]:
    return [_as_code(int(digest, 16)) for digest in crypto.keyed(f"invitation code {nonce}")]


def _as_code(number: int) -> str:
    return "".join(ALPHABET[number // len(ALPHABET) ** i % len(ALPHABET)] for i in range(CODE_LENGTH))
