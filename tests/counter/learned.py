"""What the tests arrange of codes that the counter learns from documents (R3)."""

from applications import changes, document
from applications.models import Applicant, Application
from core import crypto
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM
from tests.counter.checks import ETHAN, check, decide

CODE = "140390-903T"  # Ethan's, once he has one
KNOWN_ETHAN = {**ETHAN, "hetu": CODE, "birth_date": None}
NEW_CODE = "020594X902N"  # Olli's, once it has changed
NEW_OLLI = {**cast.OLLI, "hetu": NEW_CODE}
NOTE = "The decision of the register was shown"


def learn(sent, *, code=CODE, **more):
    """Check Ethan's identity by a document that bears his code."""
    return check(sent, ETHAN, code=code, **more)


def change_code(sent, *, who=cast.OLLI, code=NEW_CODE, by="adviser", is_accepted=True):
    """Check somebody by a document that bears another code than the application, and let a colleague accept it."""
    made = check(sent, who, code=code, has_changed=True, note=NOTE, by=by)
    if is_accepted:
        decide(made)
    return made


def codes(sent):
    """Return the codes of the current version, in the order of its slots."""
    return [each.hetu for each in Application.objects.with_people().get(pk=sent.pk).applicants]


def of_code(sent, code):
    """Return the slots of an application that bear a code, in all versions."""
    found = Applicant.objects.filter(version__application=sent, hetu_index=crypto.indexes(code)[0])
    return list(found.order_by("pk"))


def put(sent, *people, **more):
    """Let the housing system change an application."""
    read = Application.objects.with_people().get(pk=sent.pk)
    sent_now = document.parse(cast.changed(*people, **more))
    return changes.put(read, sent_now, tag=read.version.digest, by=HOUSING_SYSTEM)
