"""What letters about an application say besides what was stored with them, as it is when each is sent."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.text import get_text_list
from django.utils.translation import gettext

from applications import email_words, invitation_links, letters, unnamed
from applications.email_words import Reader
from applications.enums import RepresentativeKind, State
from applications.models import Application, Invitation
from core.links import KeyGone
from identity.enums import Method
from mailing import outbox
from mailing.letters import NoLongerDue
from mailing.models import Letter


def application_letter_context(letter: Letter) -> dict[str, Any]:
    """Return what a letter needs besides its parameters, at its sending (MAILING_CONTEXT). Raises NoLongerDue.

    Names come in quotes. Each list of people comes joined as the language joins them too: `missing_names` for
    `missing`. Where somebody is under non-disclosure, emails have places instead of names (unnamed.py, R16).
    """
    with translation.override(letter.language):
        own = _OWN_CONTEXT.get(letter.message, _with_link)(letter)
        links = {"counter_link": _page_address("counter:page"), "list_link": _page_address("applications:list")}
        people = {**letter.parameters, **own}
        kind, name = people.get("representative", ""), people.get("representative_name", "")
        represented_by = RepresentativeKind.describe(kind, name)
        # On a page it is read by the person, who has proved who they are, or by staff; there the mark changes nothing.
        if letter.leaves and (places := unnamed.places_in(letter.parameters["reference"])):
            own |= unnamed.without_names(people, places)
            people, represented_by = {**people, **own}, unnamed.represented_by(kind)
        names = {"who": _quoted(people["who"])} if "who" in people else {}
        for name in unnamed.SEVERAL:
            names[f"{name}_names"] = get_text_list([_quoted(each) for each in people.get(name, [])], gettext("and"))
        return {**links, **own, **names, "represented_by": represented_by}


def without_invitation_link(context: dict[str, Any], letter: Letter) -> dict[str, Any]:
    """Return the context of a letter for whoever it was not written to: with no token and no code of an invitation.

    Whoever has these can open the invitation, and decline it, as the person themselves (R10, R13).
    """
    return {**context, **_with_link(letter), "code": ""} if "code" in context else context


def _quoted(name: str) -> str:
    return gettext("“%(name)s”") % {"name": name}


def _with_link(letter: Letter) -> dict[str, Any]:
    return {"link": _page_address("applications:enter", letter.parameters["reference"])}


def _invitation(letter: Letter) -> dict[str, Any]:
    if not letter.to:
        return _with_link(letter)
    invitation = _live_invitation(letter.parameters["invitation"])
    try:
        token, code = invitation_links.invitation_token(invitation), invitation_links.invitation_code(invitation)
    except KeyGone:
        raise NoLongerDue from None
    return {"link": f"{_page_address('applications:invitation')}?token={token}", "code": code}


def _reminder(letter: Letter) -> dict[str, Any]:
    application = Application.objects.with_people().get(reference=letter.parameters["reference"])
    found = [a for a in application.applicants if a.pk == letter.parameters["applicant"] and a.email == letter.to]
    if not found or not letters.is_reminded(found[0], application):
        raise NoLongerDue
    if letter.leaves and outbox.is_unreachable(letter.to):  # somebody complained while it waited (R14)
        raise NoLongerDue
    return {**_with_link(letter), **letters.who_is_missing(found[0], application.applicants)}


def _ending(letter: Letter) -> dict[str, Any]:
    """Nobody is warned of a last day that has moved, nor told to renew what is confirmed since or gains nothing."""
    application = Application.objects.get(reference=letter.parameters["reference"])
    warned = (letter.parameters["is_valid"], letter.parameters["valid_until"])
    if warned != (application.state == State.VALID, application.valid_until.isoformat()):
        raise NoLongerDue
    return {**_with_link(letter), "can_be_renewed": application.gains_by_renewal}


def _undeliverable(letter: Letter) -> dict[str, Any]:
    """The invitation may have been sent again, or delivered after all; then the main applicant is told nothing."""
    _live_invitation(letter.parameters["invitation"])
    lost = Letter.objects.undeliverable().filter(pk=letter.parameters["letter"]).first()
    if lost is None:
        raise NoLongerDue
    said = {"why": email_words.why(lost), "to_do": email_words.to_do(lost, reader=Reader.SENDER)}
    return {"link": _page_address("applications:status", letter.parameters["reference"]), **said}


def _receipt_context(letter: Letter) -> dict[str, Any]:
    method = Method(letter.parameters["method"])
    return {**_with_link(letter), "method_name": method.label, "check_link": _page_address("applications:verify")}


_OWN_CONTEXT = {
    "invitation": _invitation,
    "reminder": _reminder,
    "undeliverable": _undeliverable,
    "receipt": _receipt_context,
    **dict.fromkeys(["about_to_lapse", "about_to_expire"], _ending),
}


def _live_invitation(pk: int) -> Invitation:
    invitation = invitation_links.get_invitation(pk)
    try:
        invitation_links.check_invitation(invitation)
    except invitation_links.CannotUseInvitation:
        raise NoLongerDue from None
    return invitation


def _page_address(name: str, *arguments: str) -> str:
    return settings.PUBLIC_URL + reverse(name, args=arguments)
