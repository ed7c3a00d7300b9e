"""What each word of the interface means, for whoever reads its description and nothing else.

A test holds this complete: every word of every list in the description stands here.
"""

from django.db.models import TextChoices

from applications.enums import (
    Condition,
    Dwelling,
    Feature,
    FlatType,
    Happened,
    Purpose,
    Reason,
    RepresentativeKind,
    State,
    Tenure,
)
from core.actors import Source
from identity.enums import Language, Method
from upstream.schemas import InvitationState, Progress

Meanings = dict[str, str]

# What happened, by the last word of an event's `type`.
EVENTS: Meanings = {
    Happened.SENT: "The application has come in and waits for its adults.",
    Happened.CONFIRMED: "The last adult has confirmed it: it is valid. `position` is theirs.",
    Happened.CHANGED: "Its content was changed, here or by you: it has a new version, for all to confirm. `changed` "
    "says where it differs.",
    Happened.UNDONE: "Customer service undid a confirmation: the application waits for that person again.",
    Happened.RENEWED: "An applicant renewed it as it is: `valid_until` is later, and confirmations stay.",
    Happened.LAPSED: "Not all had confirmed it in time: it has ended.",
    Happened.EXPIRED: "Its period of validity is over: it has ended.",
    Happened.WITHDRAWN: "An applicant, customer service or you withdrew it: it has ended.",
    Happened.REPLACED: "Another application of one of its adults became valid: this one has ended.",
    Happened.PERSON_CONFIRMED: "One of several adults has confirmed it; it waits for the others.",
    Happened.PERSON_DECLINED: "An applicant has declined: it cannot become valid until somebody changes it.",
    Happened.DECLINING_UNDONE: "Declining was undone: it waits for that person again.",
    Happened.ERROR_REPORTED: "A co-applicant has told the main applicant of an error in it. Nothing else has changed.",
    Happened.INVITATION_OPENED: "Somebody has gone on from the link of a co-applicant’s invitation.",
    Happened.INVITATION_UNDELIVERABLE: "The email with an invitation could not be delivered: the address is wrong, or "
    "its mailbox takes nothing. Nobody has been invited.",
    Happened.CONTACT_DETAILS_CHANGED: "An email address, a telephone number or a language was changed: corrected "
    "by an applicant or customer service, or sent by you without other content; `by` tells. Read the document for "
    "them; the version stays.",
    Happened.CODE_LEARNED: "Customer service has seen the Finnish personal identity code of somebody who had none, or "
    "another one, in the application. Read the document for it; the version stays.",
    Happened.CODE_TAKEN_BACK: "Such a code was recorded by mistake, and was taken back.",
}

# Of each list what it is about, and what its words mean.
LISTS: dict[type[TextChoices], tuple[str, Meanings]] = {
    State: (
        "How an application stands.",
        {
            State.AWAITING: "Waits until every adult applicant has confirmed its present version. `valid_until` is "
            "the last day to do so.",
            State.VALID: "Every adult applicant has confirmed it: it counts. `valid_until` is its last valid day.",
            State.LAPSED: "Has ended: not all had confirmed it by `valid_until`. A new application is needed.",
            State.EXPIRED: "Has ended: it was valid, and nobody renewed it by `valid_until`. A new one is needed.",
            State.WITHDRAWN: "Has ended: an applicant, customer service or you withdrew it.",
            State.REPLACED: "Has ended: another application of one of its adults became valid.",
        },
    ),
    Progress: (
        "How one applicant stands to the present version. In an application that has ended nothing is awaited: then "
        "it says how they stood to the last one.",
        {
            Progress.CONFIRMED: "Has confirmed the present version.",
            Progress.WAITING: "Is an adult and has not confirmed yet; can do so online or at customer service.",
            Progress.COUNTER_ONLY: "Is an adult and has not confirmed yet; has no Finnish personal identity code, so "
            "only a visit to customer service with a passport or identity card helps.",
            Progress.DECLINED: "Has declined: the application waits until it is changed, or until this is undone.",
            Progress.NOT_NEEDED: "Is under 18 and need not confirm. In an application that waits this becomes "
            "`waiting` on their 18th birthday.",
        },
    ),
    Method: (
        "How an applicant proved who they are when they confirmed.",
        {
            Method.BANK: "Online banking codes.",
            Method.MOBILE: "A mobile certificate.",
            Method.ID_CARD: "The certificate on a Finnish identity card.",
            Method.WALLET: "A digital identity wallet.",
            Method.STRONG: "Strong electronic identification, of which the identification service tells no more.",
            Method.COUNTER: "A passport or identity card, shown at customer service, where they confirmed too.",
            Method.ACCOUNT: "An email address and a password, given after a passport or identity card was checked at "
            "customer service.",
        },
    ),
    RepresentativeKind: (
        "Who confirmed for somebody else. This is possible at customer service only.",
        {
            RepresentativeKind.GUARDIAN: "A guardian, by the decision that appoints them.",
            RepresentativeKind.PROXY: "A proxy, by a power of attorney.",
        },
    ),
    Language: (
        "A language in which we write to people.",
        {Language.FINNISH: "Finnish.", Language.SWEDISH: "Swedish.", Language.ENGLISH: "English."},
    ),
    Dwelling: (
        "What kind of home the household lives in now.",
        {
            Dwelling.FLAT: "A flat in a block of flats.",
            Dwelling.TERRACED: "A terraced house.",
            Dwelling.DETACHED: "A detached or semi-detached house.",
            Dwelling.SHARED: "A shared flat, or a room in one.",
            Dwelling.HOMELESS: "None: homeless.",
            Dwelling.OTHER: "Something else.",
        },
    ),
    Tenure: (
        "By what right the household lives there.",
        {
            Tenure.RENTED: "Rents it from its owner.",
            Tenure.SUBLET: "Rents it from its tenant.",
            Tenure.OWNED: "Owns it.",
            Tenure.RIGHT_OF_OCCUPANCY: "Has a right of occupancy (asumisoikeus, bostadsrätt).",
            Tenure.EMPLOYER: "Has it from an employer, with the work.",
            Tenure.STAYING: "Stays with family or friends.",
        },
    ),
    Condition: (
        "In which condition the present home is, as the household sees it.",
        {
            Condition.GOOD: "Nothing needs repair.",
            Condition.FAIR: "Worn, and fit to live in.",
            Condition.POOR: "Needs repair, or is bad for health.",
        },
    ),
    Reason: (
        "Why a home is needed.",
        {
            Reason.HOMELESS: "Has no home. Say since when in `homeless_since`.",
            Reason.MUST_MOVE: "Must move out. Say by when and why in `must_move_by` and `must_move_because`.",
            Reason.TOO_SMALL: "The present home is too small.",
            Reason.TOO_EXPENSIVE: "The present rent is too high.",
            Reason.CONDITION: "The condition of the present home.",
            Reason.OWN_HOME: "Moves from somebody else’s home into one of their own.",
            Reason.FAMILY: "The family changes: a marriage, a divorce, a child.",
            Reason.HEALTH: "Health, or a home that can be entered and used.",
            Reason.WORK: "Work or studies.",
            Reason.OTHER: "Another reason; `more` may tell it.",
        },
    ),
    FlatType: (
        "How many rooms the household would take, without the kitchen.",
        {
            FlatType.ONE_ROOM: "One room.",
            FlatType.TWO_ROOMS: "Two rooms.",
            FlatType.THREE_ROOMS: "Three rooms.",
            FlatType.FOUR_ROOMS: "Four rooms.",
            FlatType.FIVE_ROOMS: "Five rooms or more.",
        },
    ),
    Feature: (
        "What the household wishes for besides.",
        {
            Feature.LIFT: "A lift in the building.",
            Feature.BALCONY: "A balcony.",
            Feature.ACCESSIBLE: "A flat that can be used with a wheelchair.",
            Feature.SMOKE_FREE: "A building where nobody may smoke.",
            Feature.CAR_FREE: "A building for people without a car.",
            Feature.PUU_KAPYLA: "The wooden houses of Puu-Käpylä.",
            Feature.PUU_VALLILA: "The wooden houses of Puu-Vallila.",
            Feature.ARTIST: "A flat with a studio, for artists.",
            Feature.SENIOR: "A flat for older people.",
        },
    ),
    Purpose: (
        "What is applied for.",
        {
            Purpose.NEW: "A flat.",
            Purpose.EXCHANGE: "Another flat of Heka in exchange for the present one, which is given up.",
        },
    ),
    Happened: ("What happened to an application.", EVENTS),
    InvitationState: (
        "How far an invitation has come.",
        {
            InvitationState.HELD: "It came with an import, and its email is held until our operator releases it.",
            InvitationState.SENT: "It was sent, or is about to be. Nobody has gone on from it, as far as we know.",
            InvitationState.OPENED: "Somebody has gone on from its link.",
            InvitationState.UNDELIVERABLE: "Its email could not be delivered. Correct the address, in a change.",
        },
    ),
    Source: (
        "Through which channel somebody acted.",
        {
            Source.PERSON: "An applicant, who had proved who they are.",
            Source.COUNTER: "Customer service.",
            Source.HOUSING_SYSTEM: "You.",
            Source.CLOCK: "Nobody: time passed.",
            Source.FORM: "Somebody who had not proved who they are, by the form here or by an invitation’s link.",
        },
    ),
}
