"""The link by which somebody continues a draft later, in any browser.

It works until the draft is sent, deleted, or taken over by an identified person.

An identification ends the session before it (R21). A pass carries a draft over it: for half an hour, and only while
the draft belongs to nobody. Whoever takes the draft over gets another link, and the former one ends.
"""

import datetime as dt

from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import Draft, belongs_to
from core import links
from core.links import MailedSecret
from core.refusals import Refused
from identity.models import Person

TOKEN = MailedSecret("draft link")
PASS_LASTS = dt.timedelta(minutes=30)


class CannotContinue(Refused):
    """The link does nothing any more."""


class UnknownDraft(CannotContinue):
    """The draft was deleted, or there never was one: nothing is kept of a deleted draft."""

    message = _(
        "We no longer have this application, or part of the link is missing. Check that you opened the whole link."
    )


class NotTheirs(CannotContinue):
    message = _("This application can be opened only by its main applicant or with the link that we emailed.")


class CannotContinueSent(CannotContinue):
    message = _("This application has already been sent.")


def new_draft_link() -> dict[str, str]:
    """Return the nonce and the hash of a new link, for a draft that is about to be stored."""
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


def make_draft_pass(draft: Draft) -> str:
    return _draft_signer().sign(str(draft.pk))


def take_draft_pass(text: str, *, person: Person) -> Draft:
    """Return the draft of a pass that is still good, for whoever has identified themselves. Raises UnknownDraft."""
    try:
        pk = int(_draft_signer().unsign(text, max_age=PASS_LASTS))
    except signing.BadSignature:
        raise UnknownDraft from None
    # The person's own by now after a double click.
    draft = Draft.objects.unsent().filter(Q(person=None) | belongs_to(person), pk=pk).first()
    if draft is None:
        raise UnknownDraft
    return draft


def _draft_signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="applications.draft_links")
