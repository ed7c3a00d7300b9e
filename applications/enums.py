"""The words of the field with a fixed set of values, as stored and as shown."""

from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from records.enums import Event


class State(models.TextChoices):
    """States of an application (docs/rules.md)."""

    AWAITING = "awaiting", _("Sent – waiting for confirmation")
    VALID = "valid", _("Valid")
    LAPSED = "lapsed", _("Lapsed – not confirmed in time")
    EXPIRED = "expired", pgettext_lazy("application", "Expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("application", "Withdrawn")
    REPLACED = "replaced", _("Replaced by a new one")


class Transition(models.TextChoices):
    """What can happen to an application."""

    SENT = "sent", _("sent")
    CONFIRMED = "confirmed", _("confirmed by all")
    CHANGED = "changed", _("changed")
    UNDONE = "undone", _("a confirmation was undone")
    RENEWED = "renewed", _("renewed")
    LAPSED = "lapsed", _("not confirmed in time")
    EXPIRED = "expired", _("period of validity ended")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REPLACED = "replaced", _("replaced by another application")


class Happened(models.TextChoices):
    """What a housing system is told of an application (J8): each change of its state, and what brings one nearer.

    The words are those of the trail.
    """

    SENT = Event.SENT.value, Event.SENT.label
    CONFIRMED = Event.CONFIRMED.value, Event.CONFIRMED.label
    CHANGED = Event.CHANGED.value, Event.CHANGED.label
    UNDONE = Event.UNDONE.value, Event.UNDONE.label
    RENEWED = Event.RENEWED.value, Event.RENEWED.label
    LAPSED = Event.LAPSED.value, Event.LAPSED.label
    EXPIRED = Event.EXPIRED.value, Event.EXPIRED.label
    WITHDRAWN = Event.WITHDRAWN.value, Event.WITHDRAWN.label
    REPLACED = Event.REPLACED.value, Event.REPLACED.label

    PERSON_CONFIRMED = Event.PERSON_CONFIRMED.value, Event.PERSON_CONFIRMED.label
    PERSON_DECLINED = Event.PERSON_DECLINED.value, Event.PERSON_DECLINED.label
    DECLINING_UNDONE = Event.DECLINING_UNDONE.value, Event.DECLINING_UNDONE.label
    ERROR_REPORTED = Event.ERROR_REPORTED.value, Event.ERROR_REPORTED.label
    INVITATION_OPENED = Event.INVITATION_OPENED.value, Event.INVITATION_OPENED.label
    INVITATION_UNDELIVERABLE = Event.INVITATION_UNDELIVERABLE.value, Event.INVITATION_UNDELIVERABLE.label
    CONTACT_DETAILS_CHANGED = Event.CONTACT_DETAILS_CHANGED.value, Event.CONTACT_DETAILS_CHANGED.label
    CODE_LEARNED = Event.CODE_LEARNED.value, Event.CODE_LEARNED.label
    CODE_TAKEN_BACK = Event.CODE_TAKEN_BACK.value, Event.CODE_TAKEN_BACK.label


class Dwelling(models.TextChoices):
    FLAT = "flat", _("Flat")
    TERRACED = "terraced", _("Terraced house")
    DETACHED = "detached", _("Detached house")
    SHARED = "shared", _("Shared flat or room")
    HOMELESS = "homeless", _("No home")
    OTHER = "other", pgettext_lazy("dwelling", "Other")


class Tenure(models.TextChoices):
    RENTED = "rented", _("Rented")
    SUBLET = "sublet", _("Sublet")
    OWNED = "owned", _("Owned")
    RIGHT_OF_OCCUPANCY = "right_of_occupancy", _("Right-of-occupancy home")
    EMPLOYER = "employer", _("Employer’s flat")
    STAYING = "staying", _("Staying with family or friends")


class Condition(models.TextChoices):
    GOOD = "good", _("Good")
    FAIR = "fair", _("Fair")
    POOR = "poor", _("Poor")


class Reason(models.TextChoices):
    """Why a home is needed."""

    HOMELESS = "homeless", _("Homelessness")
    MUST_MOVE = "must_move", _("I have to move out")
    TOO_SMALL = "too_small", _("My home is too small")
    TOO_EXPENSIVE = "too_expensive", _("My rent is too high")
    CONDITION = "condition", _("The condition of my home")
    OWN_HOME = "own_home", _("I am moving into my own home")
    FAMILY = "family", _("A change in the family")
    HEALTH = "health", _("Health or accessibility")
    WORK = "work", _("Work or studies")
    OTHER = "other", pgettext_lazy("reason", "Other reason")


class FlatType(models.TextChoices):
    ONE_ROOM = "1", _("1 room")
    TWO_ROOMS = "2", _("2 rooms")
    THREE_ROOMS = "3", _("3 rooms")
    FOUR_ROOMS = "4", _("4 rooms")
    FIVE_ROOMS = "5+", _("5 rooms or more")


class Feature(models.TextChoices):
    """What somebody may wish for."""

    LIFT = "lift", _("Lift")
    BALCONY = "balcony", _("Balcony")
    ACCESSIBLE = "accessible", _("Accessible flat")
    SMOKE_FREE = "smoke_free", _("Smoke-free building")
    CAR_FREE = "car_free", _("Car-free building")
    PUU_KAPYLA = "puu_kapyla", _("Puu-Käpylä")
    PUU_VALLILA = "puu_vallila", _("Puu-Vallila")
    ARTIST = "artist", _("Artist’s flat")
    SENIOR = "senior", _("Senior flat")


class Purpose(models.TextChoices):
    NEW = "new", _("Application for a flat")
    EXCHANGE = "exchange", _("Exchange of flats")


class ChangedIn(models.TextChoices):
    """Where the applications of a client of the API are changed, once they have been sent (J6.4)."""

    HERE = "here", _("Only in this service")
    THERE = "there", _("Only in the housing system")
    BOTH = "both", _("In both")


class RepresentativeKind(models.TextChoices):
    """Who may confirm for somebody else, at the counter only (C6)."""

    GUARDIAN = "guardian", _("guardian")
    PROXY = "proxy", _("proxy with a power of attorney")

    @classmethod
    def describe(cls, kind: str, name: str) -> str:
        """Return who acts for somebody else in the language of the page: "Gun Gran (guardian)"; empty for nobody."""
        return gettext("%(name)s (%(kind)s)") % {"name": name, "kind": cls(kind).label} if kind else ""


class Act(models.TextChoices):
    """What an adviser records for the person before them, besides that they confirm."""

    RENEWED = "renewed", _("renewed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DECLINED = "declined", _("declined")


class CodeOnDocument(models.TextChoices):
    """Whether the document at a check bore the personal identity code of the slot (R4, C2)."""

    MATCHES = "matches", _("matches")
    ABSENT = "absent", _("is not on the document")
    LEARNED = "learned", _("was recorded: the person had none in the application")
    CHANGED = "changed", _("is another one: the code has changed")


class PendingReason(models.TextChoices):
    """Why a check has no effect yet."""

    DOUBT = "doubt", _("doubtful")
    TYPE = "type", _("needs a supervisor’s note")
    NO_CODE = "no_code", _("the document does not show the personal identity code")
    NEW_CODE = "new_code", _("the personal identity code is a new one")
    ANOTHER = "another", _("another check of this person is waiting")
    PAPER = "paper", _("entered from a paper form")


class PaperWish(models.TextChoices):
    """What a person signed on paper while the service was out of order (ADR 44)."""

    CONFIRMED = "confirmed", pgettext_lazy("on paper", "confirms the application")
    RENEWED = "renewed", pgettext_lazy("on paper", "renews the application")
    WITHDRAWN = "withdrawn", pgettext_lazy("on paper", "withdraws the application")


class CheckStatus(models.TextChoices):
    """What a check is worth."""

    SOUND = "sound", _("in force")
    WAITING = "waiting", _("is waiting for a second review")
    REJECTED = "rejected", pgettext_lazy("check", "rejected")
    SETTLED = "settled", _("settled by a later check")
    TOO_LATE = "too_late", _("was not decided within 30 days")
    UNDONE = "undone", pgettext_lazy("check", "undone")
