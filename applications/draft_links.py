"""The link by which somebody continues a draft later, in any browser.

It works until the draft is sent or deleted.

A pass is what carries a draft over an identification, which ends the session before it (R21): half an hour,
and only as long as the draft is nobody's.
"""

import datetime as dt

from django.core import signing
from django.utils.translation import gettext_lazy as _

from applications.models import Draft
from core import links
from core.links import MailedSecret
from core.refusals import Refused

TOKEN = MailedSecret("draft link")
PASS_LASTS = dt.timedelta(minutes=30)


class CannotContinue(Refused):
    """The link does nothing any more."""


class UnknownDraft(CannotContinue):
    """It may have been deleted, or never been there: of what is deleted nothing is kept."""

    message = _("We do not have this application any more, or the link is not whole.")


class CannotContinueSent(CannotContinue):
    message = _("This application has been sent already.")


def new_draft_link() -> dict[str, str]:
    """Return the nonce and hash of a fresh link, for a draft that is about to be stored."""
    nonce = links.new_nonce()
    return {"nonce": nonce, "token_hash": TOKEN.hash_of(nonce)}


def find_draft(token: str) -> Draft:
    """Return the draft of a link. Raises CannotContinue."""
    draft = TOKEN.find(Draft.objects.all(), token.strip())
    if draft is None:
        raise UnknownDraft
    if draft.sent_id:
        raise CannotContinueSent
    return draft


def draft_token(draft: Draft) -> str:
    """Return the token of a draft, for its letter. Raises links.KeyGone."""
    return TOKEN.of(draft)


def rehash_draft(draft: Draft) -> None:
    """Store the hash of a draft's link under the active index key."""
    links.rehash(draft, TOKEN)


def make_draft_pass(draft: Draft) -> str:
    return _draft_signer().sign(str(draft.pk))


def take_draft_pass(text: str) -> Draft:
    """Return the draft of a pass that is still good. Raises UnknownDraft."""
    try:
        pk = int(_draft_signer().unsign(text, max_age=PASS_LASTS))
    except signing.BadSignature:
        raise UnknownDraft from None
    draft = Draft.objects.unsent().filter(pk=pk, person=None).first()
    if draft is None:
        raise UnknownDraft
    return draft


def _draft_signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="applications.draft_links")
