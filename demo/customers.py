"""The eleven customers of the practice day: who comes, what they say and hold, and what should happen (C1–C6)."""

import datetime as dt
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from demo import practice_people as people
from demo.people import DemoPerson
from demo.practice_people import Document, Extract, Face, document_of
from demo.stories import Story, applies
from identity.enums import Language

STORY_PREFIX = "day-"
OTHERWISE = _("What was recorded is not what the customer showed. A supervisor can undo the check.")
RIGHT_ADDRESS = "tuula@example.test"


class Goal(Enum):
    """What is to stand in the database once the customer was served."""

    CONFIRMED = auto()
    ACCOUNT = auto()
    REJECTED = auto()
    SEARCHED = auto()
    UNDONE = auto()


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Somebody who comes. What they show is `documents`, the last of which is to be recorded.

    `position` is that of the slot that is to be checked. `at_desk` is who stands there, if the pictures do not show
    them. `presses` counts the buttons of the shortest way.
    """

    key: str
    name: str
    says: Promise
    should_happen: Promise
    rule: str
    rule_says: Promise
    presses: int
    documents: tuple[Document, ...]
    goal: Goal = Goal.CONFIRMED
    applicants: tuple[dict[str, Any], ...] = ()
    confirmed_by: DemoPerson | None = None
    namesake: DemoPerson | None = None
    position: int = 0
    has_slip: bool = False
    extract: Extract | None = None
    at_desk: Face | None = None
    is_protected: bool = False
    says_later: Promise | None = None
    went_wrong: Promise = OTHERWISE

    @property
    def story(self) -> str:
        return STORY_PREFIX + self.key

    @property
    def stories(self) -> list[Story]:
        """Their application, if there is one, and that of their namesake."""
        sent = [self.applicants] if self.applicants else []
        other = [(applies(self.namesake),)] if self.namesake else []
        keys = (self.story, f"{self.story}-other")
        return [
            Story(key=key, applicants=list(each), sent_days_ago=1)
            for key, each in zip(keys, [*sent, *other], strict=False)
        ]


CUSTOMERS = (
    Customer(
        key="slip",
        name=people.SEIJA.name,
        applicants=(applies(people.SEIJA),),
        has_slip=True,
        documents=(document_of(people.SEIJA, people.FAIR_LONG, days=1400),),
        says=_("Good morning. Here is the slip that I printed. I would like to confirm my application."),
        should_happen=_(
            "Scan the code of the slip, and the application opens. Compare the end of the code, the picture and the "
            "name with the passport. Enter the last day of validity and save the check. Let the customer read the "
            "application. Then record that she confirms it."
        ),
        rule="C2",
        rule_says=_(
            "A check compares the code, the picture and the name with the document. It holds no number of the "
            "document and no copy."
        ),
        presses=3,
    ),
    Customer(
        key="account",
        name=people.TUULA.name,
        goal=Goal.ACCOUNT,
        applicants=(applies(people.TUULA),),
        has_slip=True,
        documents=(document_of(people.TUULA, people.RED_BUN, kind="identity-card", days=900),),
        says=_(
            "I have no online banking codes. I would like to confirm the application at home. My email address is "
            "bounce.tuula@example.test."
        ),
        says_later=_("Oh, I said it wrong. It is tuula@example.test."),
        should_happen=_(
            "Check the identity, and create an account at the address that she gave. The email comes back within "
            "seconds, and the person’s page shows it. Ask again. Correct the address of the account, and send emails "
            "about the application there too. At home she creates a password and confirms the application."
        ),
        rule="J5",
        rule_says=_("An account rests on a check, and its link goes to the person’s own address."),
        presses=6,
    ),
    Customer(
        key="co-applicant",
        name=people.KERTTU.name,
        applicants=(applies(people.KAUKO), applies(people.KERTTU, email=None)),
        confirmed_by=people.KAUKO,
        position=1,
        has_slip=True,
        documents=(document_of(people.KERTTU, people.BROWN_LONG, kind="identity-card", days=420),),
        says=_(
            "My husband sent the application and has confirmed it. I do not use email. He printed this slip for me."
        ),
        should_happen=_(
            "There are two applicants. Open Kerttu, not Kauko, and check the identity card. When Kerttu confirms the "
            "application, it becomes valid. No email is needed: print the receipt for her."
        ),
        rule="R1",
        rule_says=_("An application is valid only when every adult in it has confirmed it."),
        presses=3,
    ),
    Customer(
        key="no-code",
        name="Harper Hill",
        applicants=(
            applies(people.HILLA),
            applies(people.HILLA, **people.HARPER, email="harper@example.test", language=Language.ENGLISH),
        ),
        confirmed_by=people.HILLA,
        position=1,
        has_slip=True,
        documents=(
            Document(
                kind="residence-permit-card",
                name="Harper Hill",
                born=dt.date(1990, 6, 21),
                face=people.BROWN_SHORT,
                days=300,
            ),
            Document(
                kind="passport",
                country="CA",
                name="Harper Hill",
                born=dt.date(1990, 6, 21),
                face=people.BROWN_SHORT,
                days=2100,
            ),
        ),
        says=_(
            "Hello. I moved here last month and do not have a Finnish personal identity code yet. Here are my "
            "residence permit card and my passport."
        ),
        should_happen=_(
            "Record the passport, and choose the country that issued it. The residence permit card is accepted only "
            "if the operator has switched it on. There is no code, so compare the name and the date of birth. No "
            "account can be created. Harper confirms the application here."
        ),
        rule="C3",
        rule_says=_("Passport and identity card are accepted. Other documents need a supervisor’s note."),
        presses=3,
    ),
    Customer(
        key="doubt",
        name=people.JERE.name,
        goal=Goal.REJECTED,
        applicants=(applies(people.JERE),),
        documents=(document_of(people.JERE, people.DARK_SHORT, kind="identity-card", days=700),),
        at_desk=people.FAIR_SHORT,
        says=_("Here is my identity card. I am in a bit of a hurry, so can we be quick?"),
        should_happen=_(
            "The picture shows somebody else. Leave the box for the picture empty, tick that you are in doubt, and "
            "write what differs. The application is not confirmed now. Then log in as the supervisor, do the second "
            "review, and reject the check with a reason."
        ),
        rule="C4",
        rule_says=_("A doubtful check has no effect until somebody else has decided on it."),
        presses=5,
        went_wrong=_("The check was accepted although the picture shows somebody else. A supervisor can undo it."),
    ),
    Customer(
        key="expired",
        name=people.EILA.name,
        applicants=(applies(people.EILA),),
        has_slip=True,
        documents=(
            document_of(people.EILA, people.GREY_BUN, days=-40),
            document_of(people.EILA, people.GREY_BUN, kind="identity-card", days=800),
        ),
        says=_("Here is my passport. Or would you like my identity card? I have both with me."),
        should_happen=_(
            "The passport has expired, and the service refuses it. Ask for the identity card, which is valid. Record "
            "it with its own last day of validity. Then the customer confirms the application."
        ),
        rule="C2",
        rule_says=_("A document whose last day of validity has passed is refused."),
        presses=4,
    ),
    Customer(
        key="guardian",
        name=people.VENLA.name,
        applicants=(applies(people.VAINO),),
        documents=(document_of(people.VENLA, people.FAIR_LONG, kind="identity-card", days=1000),),
        extract=Extract(ward=people.VAINO.name, code=people.VAINO.identity.hetu, guardian=people.VENLA.name, days=600),
        says=_(
            "I am here for my father, Väinö Vuori. I am his guardian. Here are my identity card and the extract from "
            "the register."
        ),
        should_happen=_(
            "Find Väinö by the code on the extract. Compare the picture with Venla, and record her identity card. "
            "Enter that a guardian is here, her name, the extract, and the last day of her right to act. Venla "
            "confirms the application for Väinö, and the receipt says so. No account can be created for him on the "
            "basis of this check."
        ),
        rule="C6",
        rule_says=_(
            "A guardian or proxy confirms the application only here, and is named wherever the confirmation is shown."
        ),
        presses=3,
    ),
    Customer(
        key="protected",
        name=people.IIDA.name,
        is_protected=True,
        applicants=(applies(people.IIDA, non_disclosure=True),),
        has_slip=True,
        documents=(document_of(people.IIDA, people.BROWN_LONG, days=1700),),
        says=_("I would like to confirm my application. Please do not say my address aloud."),
        should_happen=_(
            "Check the passport, and let the customer confirm the application like anybody else. Advisers do not see "
            "her contact details. If she wants to read them herself, a supervisor can show them. Nobody removes the "
            "non-disclosure."
        ),
        rule="R16",
        rule_says=_("Only staff with a separate right see where she lives, and each viewing is recorded."),
        presses=3,
        went_wrong=_("The non-disclosure is gone, or the check is wrong. Only a supervisor can put it right."),
    ),
    Customer(
        key="namesake",
        name=people.ONNI.name,
        applicants=(applies(people.ONNI),),
        namesake=people.OTHER_ONNI,
        documents=(document_of(people.ONNI, people.BALD, days=500),),
        says=_("I left the slip at home. My name is Onni Oravainen, I am sure you will find me."),
        should_happen=_(
            "Two people have this name. Compare the date of birth with the passport before you open either of them, "
            "or search by the code. A check of the wrong one is refused, as the code differs."
        ),
        rule="R4",
        rule_says=_("A check counts only for the person whose whole code is in the application."),
        presses=4,
        went_wrong=_("The check is of the other Onni, or does not match the passport. A supervisor can undo it."),
    ),
    Customer(
        key="not-found",
        name=people.PILVI.name,
        goal=Goal.SEARCHED,
        documents=(document_of(people.PILVI, people.RED_BUN, days=1200),),
        says=_("I wrote the number down at home. I think I sent the application last night."),
        should_happen=_(
            "The number has the right form, but there is no such application. Search by the code too: nothing is "
            "found. Say that the application has not been sent. A draft can be continued by its link. Without a "
            "draft she fills in a new application."
        ),
        rule="C1",
        rule_says=_("Each search is recorded, and so is each opening of a person’s data."),
        presses=2,
    ),
    Customer(
        key="undo",
        name=people.RISTO.name,
        goal=Goal.UNDONE,
        applicants=(applies(people.RISTO),),
        documents=(document_of(people.RISTO, people.BROWN_SHORT, days=1600),),
        says=_(
            "I got an email that says I confirmed an application here this morning. I have never been here before!"
        ),
        should_happen=_(
            "In the morning an adviser checked somebody else as Risto. Log in as the supervisor, find Risto, open the "
            "check, and undo it with a reason. The confirmation is undone with it, the application is waiting again, "
            "and Risto is told. After that his own passport can be checked."
        ),
        rule="C5",
        rule_says=_("A supervisor undoes a check with a reason. Everything that rests on it is undone with it."),
        presses=4,
    ),
)
