"""What each letter is about, in a few words: at the desk, in a person's own data, and in the list that they read.

And its rank: which letters leave first when many are due (ADR 51).
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mailing.enums import Rank
from mailing.models import Letter

NAMES = {
    "act_undone": _("An ID check was undone"),
    "about_to_expire": _("Warning: the application is about to expire"),
    "about_to_lapse": _("Warning: the application is about to lapse"),
    "account_closed": _("The account was closed"),
    "account_moved": _("The address of the account was changed"),
    "account_link": _("Link to create a password"),
    "account_password_set": _("A password was created"),
    "arrived": _("The application has arrived"),
    "became_adult": _("An applicant has turned 18"),
    "check_accepted": _("An ID check was accepted"),
    "check_rejected": _("An ID check was rejected"),
    "code_learned": _("A personal identity code was recorded"),
    "confirmed": _("Another applicant has confirmed the application"),
    "draft_ending": _("An unsent application is about to be deleted"),
    "draft_link": _("Link to continue an unsent application"),
    "declined": _("Another applicant has declined the application"),
    "error_reported": _("An error was reported"),
    "expired": _("The application has expired"),
    "feedback_given": _("New feedback"),
    "feedback_received": _("Your feedback has arrived"),
    "invitation": _("Invitation"),
    "lapsed": _("The application has lapsed"),
    "receipt": _("Receipt"),
    "reminder": _("Reminder"),
    "renewed": _("The application was renewed"),
    "replaced": _("The application was replaced"),
    "slip": _("Slip for customer service"),
    "staff_break_glass": _("The emergency account was used"),
    "staff_link": _("Link for a member of staff to create a password"),
    "undeliverable": _("An email to a co-applicant did not arrive"),
    "undone": _("A confirmation was undone"),
    "valid": _("The application is valid"),
    "withdrawn": _("The application was withdrawn"),
    "removed": _("Removed from the application"),
}
KINDS_BY_RANK = {
    # Their reader looks into the mailbox now, and can do nothing before they come; or it is an alarm.
    Rank.AWAITED: ["account_link", "draft_link", "slip", "staff_break_glass", "staff_link"],
    # What somebody has done, or somebody is to do.
    Rank.NEWS: [
        *("act_undone", "check_accepted", "check_rejected", "code_learned", "undone"),
        *("arrived", "became_adult", "error_reported", "invitation", "undeliverable"),
        *("confirmed", "declined", "receipt", "removed", "renewed", "replaced", "valid", "withdrawn"),
        *("account_closed", "account_moved", "account_password_set", "feedback_received"),
    ],
    # What has its day. An hour more or less changes nothing.
    Rank.BY_CLOCK: [
        *("about_to_expire", "about_to_lapse", "draft_ending", "expired", "lapsed", "reminder"),
        "feedback_given",  # to the operator, who has fourteen days
    ],
}
RANKS = {kind: rank for rank, kinds in KINDS_BY_RANK.items() for kind in kinds}


def name_of(letter: Letter) -> str:
    """Return what a letter is about, in the language of the page."""
    if letter.message in {"arrived", "invitation"} and letter.parameters.get("is_changed"):
        return gettext("The application was changed")
    return str(NAMES.get(letter.message, letter.message))
