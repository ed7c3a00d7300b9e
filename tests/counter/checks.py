"""ID checks of the fixed cast at the counter, and what rests on them."""

import datetime as dt

from applications import confirmation, terms
from applications.models import Application, IdCheck
from counter import account_issue, counter_acts, counter_confirmation, id_checks
from identity.enums import Method
from identity.proof import Proof
from tests import cast
from tests.applications.factories import actor, applicant, person
from tests.staff import NAMES, acting, staff

# Ethan has no Finnish personal identity code: he confirms at the counter only (R3).
ETHAN = cast.applicant({"first_names": "Ethan", "last_name": "Evans", "hetu": None}, birth_date="1990-03-14")
EMAIL = "maija.own@example.test"
GUN = {  # who may act for anybody of the cast
    "representative": "guardian",
    "representative_name": "Gun Gran",
    "basis_document": "Register extract",
    "basis_valid_until": dt.date(2100, 1, 1),
}


def passport(**more):
    """Return a check as an adviser fills it in, not stored."""
    return IdCheck(
        **{
            "document_type": "passport",
            "country": "FI",
            "document_valid_until": dt.date(2036, 1, 31),
            "picture_matches": True,
            "name_matches": True,
            **more,
        }
    )


def slot(sent, who):
    """Return somebody's slot in the current version, found by name for whoever has no code."""
    if who["hetu"]:
        return applicant(sent, who)
    people = Application.objects.with_people().get(pk=sent.pk).applicants
    return next(each for each in people if each.first_names == who["first_names"])


def check(sent, who, *, by="adviser", digest=None, code=None, is_doubtful=False, has_changed=False, **more):
    """Record a check of somebody of the cast, of the current version and their code unless told otherwise."""
    mine = slot(sent, who)
    read = digest if digest is not None else mine.version.digest
    typed = end_of_code(mine) if code is None else code
    return id_checks.record(
        passport(**more),
        applicant=mine,
        digest=read,
        code=typed,
        is_doubtful=is_doubtful,
        has_changed=has_changed,
        by=acting(by),
    )


def end_of_code(mine):
    """Return the last four characters of somebody's code, as an adviser reads them from the document."""
    return mine.hetu[-4:] if mine.hetu else ""


def doubtful(sent, who, *, by="adviser", **more):
    return check(sent, who, by=by, is_doubtful=True, note="The picture is old", **more)


def decide(made, *, accepted=True, by="supervisor"):
    return id_checks.decide(made, accepted=accepted, reason="Compared with the register", by=acting(by))


def confirm_here(sent, who, *, by="adviser", digest=None):
    """Let somebody of the cast confirm before an adviser."""
    mine = slot(sent, who)
    read = digest if digest is not None else mine.version.digest
    return counter_confirmation.confirm_here(mine, terms_read=terms.current(), digest=read, by=acting(by))


def renew_here(sent, who, *, by="adviser", digest=None):
    """Let somebody of the cast renew before an adviser."""
    act_here(counter_acts.renew_here, sent, who, by=by, digest=digest)


def withdraw_here(sent, who, *, by="adviser", digest=None):
    act_here(counter_acts.withdraw_here, sent, who, by=by, digest=digest)


def decline_here(sent, who, *, by="adviser", digest=None):
    act_here(counter_acts.decline_here, sent, who, by=by, digest=digest)


def act_here(record, sent, who, *, by="adviser", digest=None):
    mine = slot(sent, who)
    record(mine, digest=mine.version.digest if digest is None else digest, by=acting(by))


def issue(made, *, email=EMAIL, by="adviser"):
    return account_issue.issue_account(made, email=email, by=acting(by))


def confirm_by_account(sent, who):
    """Let somebody confirm whose session comes from the password of their account."""
    proof = Proof(method=Method.ACCOUNT, provider="account", level="", at="2027-01-04T12:00:00+00:00")
    read = Application.objects.with_people().get(pk=sent.pk)
    return confirmation.confirm(read, by=actor(who), proof=proof, terms=terms.current(), digest=read.version.digest)


def undo(made, *, by="supervisor", reason="It was somebody else's passport"):
    return id_checks.undo(made, reason=reason, by=acting(by))


def fresh(made):
    return IdCheck.objects.with_outcome().get(pk=made.pk)


def status(made):
    return fresh(made).status


def people_before():
    """Make the people and staff who act in several threads, whom no thread is to make."""
    for who in (cast.MAIJA, cast.OLLI):
        person(who)
    for role in NAMES:
        staff(role)
