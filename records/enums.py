"""What happens, in the words that the trail stores and shows."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.TextChoices):
    """What happened, or what somebody looked at (R16, R17, R19, C1)."""

    # An application moved.
    SENT = "sent", _("Application sent")
    CONFIRMED = "confirmed", _("Application confirmed by all applicants")
    CHANGED = "changed", _("Application edited")
    UNDONE = "undone", _("Application waiting again because a confirmation was undone")
    RENEWED = "renewed", _("Application renewed")
    LAPSED = "lapsed", _("Application lapsed")
    EXPIRED = "expired", _("Application expired")
    WITHDRAWN = "withdrawn", _("Application withdrawn")
    REPLACED = "replaced", _("Application replaced by another one")

    # A person acted, or their details changed.
    PERSON_CONFIRMED = "person_confirmed", _("Application confirmed by an applicant")
    PERSON_DECLINED = "person_declined", _("Application declined by an applicant")
    DECLINING_UNDONE = "declining_undone", _("Declining of an application undone")
    CONFIRMATION_UNDONE = "confirmation_undone", _("Confirmation undone")
    CONTACT_DETAILS_CHANGED = "contact_details_changed", _("Contact details changed")
    ERROR_REPORTED = "error_reported", _("Error reported")
    INVITATION_SENT = "invitation_sent", _("Invitation sent")
    INVITATION_OPENED = "invitation_opened", _("Invitation opened")
    INVITATION_UNDELIVERABLE = "invitation_undeliverable", _("Invitation could not be delivered")
    ADDRESS_CHANGED = "address_changed", _("Address of an invitation changed")
    CERTIFICATE_ISSUED = "certificate_issued", _("Certificate issued")

    # Somebody looked.
    SEARCH_BY_NUMBER = "search_by_number", _("Searched by application number")
    SEARCH_BY_CODE = "search_by_code", _("Searched by personal identity code")
    SEARCH_BY_NAME = "search_by_name", _("Searched by name")
    SEARCH_BY_EMAIL = "search_by_email", _("Searched by the code of an email")
    SEARCH_BY_INVITATION = "search_by_invitation", _("Searched by the code of an invitation")
    SEARCH_BY_BIRTH_DATE = "search_by_birth_date", _("Searched by date of birth")
    SEARCH_BY_EMAIL_ADDRESS = "search_by_email_address", _("Searched by email address")
    SEARCH_BY_PHONE = "search_by_phone", _("Searched by phone number")
    APPLICATION_OPENED = "application_opened", _("Application opened")
    APPLICANT_OPENED = "applicant_opened", _("Applicant’s details opened")
    CODE_SHOWN = "code_shown", _("Personal identity code shown")
    CONTACT_DETAILS_ASKED = "contact_details_asked", _("Contact details asked for")
    PROTECTED_DETAILS_SHOWN = "protected_details_shown", _("Protected contact details shown")
    TRAIL_READ = "trail_read", _("Event log read")
    LETTERS_OPENED = "letters_opened", _("Messages opened")
    LIST_OPENED = "list_opened", _("List of people opened")
    FEEDBACK_OPENED = "feedback_opened", _("Feedback opened")

    # The counter acted.
    CHECK_RECORDED = "check_recorded", _("ID check recorded")
    CODE_MISMATCHED = "code_mismatched", _("Personal identity code on a document did not match")
    CODE_LEARNED = "code_learned", _("Personal identity code recorded from a document")
    CODE_TAKEN_BACK = "code_taken_back", _("Recording of a personal identity code undone")
    CHECK_ACCEPTED = "check_accepted", _("ID check accepted in a second review")
    CHECK_REJECTED = "check_rejected", _("ID check rejected in a second review")
    CHECK_SETTLED = "check_settled", _("ID check settled by a later one")
    CHECK_UNDONE = "check_undone", _("ID check undone")
    ACCOUNT_ISSUED = "account_issued", _("Account created")
    ACCOUNT_ADDRESS_CHANGED = "account_address_changed", _("Address of an account changed")
    ACCOUNT_LINK_SENT = "account_link_sent", _("Link for creating a password sent")
    ACCOUNT_PASSWORD_SET = "account_password_set", _("Password of an account created")
    ACCOUNT_CLOSED = "account_closed", _("Account closed")
    PROTECTION_SET = "protection_set", _("Non-disclosure set")
    PROTECTION_REMOVED = "protection_removed", _("Non-disclosure removed")
    PERSON_TOLD = "person_told", _("Told by phone or by post")
    LETTER_SENT_AGAIN = "letter_sent_again", _("Message sent again")
    FEEDBACK_ANSWERED = "feedback_answered", _("Feedback answered")
    STAFF_CHANGED = "staff_changed", _("Member of staff added, or their role, password or second factor changed")
    STAFF_CHANGE_ASKED = "staff_change_asked", _("Change of a member of staff asked for")
    STAFF_CHANGE_CONFIRMED = "staff_change_confirmed", _("Change of a member of staff approved")
    STAFF_CHANGE_REJECTED = "staff_change_rejected", _("Change of a member of staff rejected")
    STAFF_LINK_SENT = "staff_link_sent", _("Link for a password sent to a member of staff")
    STAFF_PASSWORD_SET = "staff_password_set", _("Member of staff set their password from a link")
    STAFF_FROM_DIRECTORY = (
        "staff_from_directory",
        _("Roles or name of a member of staff updated from the City’s directory"),
    )
    STAFF_LINKED = "staff_linked", _("Member of staff linked to the City’s directory")
    BREAK_GLASS_USED = "break_glass_used", _("Emergency account used")

    # The data left, or ended.
    EXPORTED = "exported", _("Data exported")
    DOCUMENT_READ = "document_read", _("Application read by the housing system")
    PURGED = "purged", _("Data erased after its retention time")
    ERASED = "erased", _("A person’s data erased")
    RESTORED = "restored", _("Database restored from a backup")


class Sending(StrEnum):
    """What became of an entry that is sent on to the City's audit log; none while it waits."""

    SENT = "sent"
    REFUSED = "refused"


# Somebody saw something, and nothing changed: "who looked at this person".
ACCESS_EVENTS = (
    Event.SEARCH_BY_NUMBER,
    Event.SEARCH_BY_CODE,
    Event.SEARCH_BY_NAME,
    Event.SEARCH_BY_EMAIL,
    Event.SEARCH_BY_INVITATION,
    Event.SEARCH_BY_BIRTH_DATE,
    Event.SEARCH_BY_EMAIL_ADDRESS,
    Event.SEARCH_BY_PHONE,
    Event.APPLICATION_OPENED,
    Event.APPLICANT_OPENED,
    Event.CODE_SHOWN,
    Event.CONTACT_DETAILS_ASKED,
    Event.PROTECTED_DETAILS_SHOWN,
    Event.TRAIL_READ,
    Event.LETTERS_OPENED,
    Event.LIST_OPENED,
    Event.FEEDBACK_OPENED,
    Event.DOCUMENT_READ,
)
