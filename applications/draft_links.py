"""The link by which somebody continues a draft later, in any browser.

A token is 160 bits of a keyed digest of the draft's nonce, so that it can be written into a letter when that is
sent, and is stored only as a hash. It works until the draft is sent or deleted.

A pass is what carries a draft over an identification, which ends the session before it (R21): half an hour,
and only as long as the draft is nobody's.
"""

import datetime as dt
import secrets

from django.core import signing
from django.utils.translation import gettext_lazy as _

from applications.models import Draft
from core import crypto
from core.refusals import Refused

TOKEN_LENGTH = 40
PASS_LASTS = dt.timedelta(minutes=30)


class CannotContinue(Refused):
    """The link does nothing any more."""


class UnknownDraft(CannotContinue):
    """It may have been deleted, or never been there: of what is deleted nothing is kept."""

    message = _("We do not have this application any more, or the link is not whole.")


class CannotContinueSent(CannotContinue):
    message = _("This application has been sent already.")


def new() -> dict[str, str]:
    """Return the nonce and hash of a fresh link, for a draft that is about to be stored."""
    nonce = secrets.token_hex(16)
    return {"nonce": nonce, "token_hash": crypto.indexes(_tokens(nonce)[0])[0]}


def find(token: str) -> Draft:
    """Return the draft of a link. Raises CannotContinue."""
    draft = Draft.objects.filter(token_hash__in=crypto.indexes(token.strip())).first()
    if draft is None:
        raise UnknownDraft
    if draft.sent_id:
        raise CannotContinueSent
    return draft


def token(draft: Draft) -> str:
    """Return the token of a draft, for its letter. Raises UnknownDraft once its key is gone."""
    for found in _tokens(draft.nonce):
        if draft.token_hash in crypto.indexes(found):
            return found
    raise UnknownDraft


def rehash(draft: Draft) -> None:
    """Store the hash anew under the active index key. One whose key is gone already stays as it is."""
    try:
        draft.token_hash = crypto.indexes(token(draft))[0]
    except UnknownDraft:
        return
    draft.save(update_fields=["token_hash"])


def make_pass(draft: Draft) -> str:
    return _signer().sign(str(draft.pk))


def take_pass(text: str) -> Draft:
    """Return the draft of a pass that is still good. Raises UnknownDraft."""
    try:
        pk = int(_signer().unsign(text, max_age=PASS_LASTS))
    except signing.BadSignature:
        raise UnknownDraft from None
    draft = Draft.objects.unsent().filter(pk=pk, person=None).first()
    if draft is None:
        raise UnknownDraft
    return draft


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="applications.draft_links")


def _tokens(nonce: str) -> list[str]:
    return [digest[:TOKEN_LENGTH] for digest in crypto.keyed(f"draft link {nonce}")]
