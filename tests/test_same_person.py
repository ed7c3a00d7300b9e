"""Who is the same person in two slots: by the code under every live key, else by names and birth date (R3).

Twins without codes are two people, also where they have their last name and birth date in common. Somebody whose code
is stored under a former key and under the active one is one person. Both hold wherever slots are compared.
"""

import pytest
from django.utils import translation

from applications import changes, confirmation, details, document, invitation_links, protection, terms
from applications.models import Applicant, Application
from counter import counter_confirmation, search
from mailing.models import Letter
from privacy import erasure
from records.models import Entry
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, application, confirm
from tests.counter.checks import check, confirm_here
from tests.staff import acting

pytestmark = pytest.mark.django_db

BORN = {"hetu": None, "birth_date": "1990-03-14", "last_name": "Evans"}
ELLA, EMMA = {**BORN, "first_names": "Ella"}, {**BORN, "first_names": "Emma"}
RICH = {"income": {"monthly_gross": "9000", "benefits": "0", "assets": "0", "debts": "0"}}


def sent_with(*people):
    """Send an application of Maija and these people."""
    return application(cast.MAIJA, co_applicants=filled_in(people))


def filled_in(people):
    return [{**cast.applicant(who), **who} for who in people]


def change(sent, *people):
    """Make another version with these people besides Maija, and return its slots by first name."""
    read = Application.objects.get(pk=sent.pk)
    changed = document.parse(cast.changed(cast.MAIJA, co_applicants=filled_in(people)))
    changes.put(read, changed, tag=read.version.digest, by=HOUSING_SYSTEM)
    return slots(sent)


def slots(sent):
    people = Application.objects.with_people().get(pk=sent.pk).applicants
    return {each.first_names.split()[0]: each for each in people}


def read_before(slot, digest):
    """Return the sum that the person is shown as their income before a change."""
    with translation.override("en"):
        found = details.since(digest, slot.version.application, slot)
        return next(row.before for section in found for row in section.rows if row.label == "Gross income per month")


def is_changed(first_name):
    """Tell for each invitation to somebody whether it says that an application they know was changed."""
    letters = Letter.objects.filter(message="invitation", to=f"{first_name.lower()}@example.test").order_by("pk")
    return [letter.parameters.get("is_changed", False) for letter in letters]


def invitation_refused(slot):
    with pytest.raises(invitation_links.CannotUseInvitation) as refused:
        invitation_links.check_invitation(slot.invitations.latest("pk"))
    return type(refused.value)


def withdrawn(sent):
    changes.withdraw(Application.objects.get(pk=sent.pk), by=HOUSING_SYSTEM)
    return slots(sent)


def erase(slot):
    return erasure.erase_person(slot, reason="Asked for it", by=acting("supervisor"))


@pytest.fixture
def rotate(settings):
    """Store under one index key until this is called, and from then on under another one too."""
    settings.FIELD_INDEX_KEYS = ["o" * 64]

    def add_key():
        settings.FIELD_INDEX_KEYS = ["n" * 64, "o" * 64]

    return add_key


def test_twin_is_not_shown_the_others_income_as_before():
    sent = sent_with({**ELLA, **RICH}, EMMA)
    digest = sent.version.digest
    now = change(sent, EMMA, {**ELLA, **RICH})

    assert (read_before(now["Emma"], digest), read_before(now["Ella"], digest)) == ("2,450.50\xa0€", "9,000.00\xa0€")


def test_twin_who_joins_is_shown_nothing_as_before():
    sent = sent_with({**ELLA, **RICH})
    digest = sent.version.digest
    now = change(sent, ELLA, EMMA)

    assert read_before(now["Emma"], digest) is None


def test_twins_keep_their_own_invitations():
    sent = sent_with(ELLA, EMMA)
    former = slots(sent)
    change(sent, ELLA)

    assert invitation_refused(former["Ella"]) is invitation_links.InvitationReplaced
    assert invitation_refused(former["Emma"]) is invitation_links.InviteeRemoved


def test_twin_who_joins_is_not_told_of_a_change():
    change(sent_with(ELLA), ELLA, EMMA)

    assert (is_changed("Ella"), is_changed("Emma")) == ([False, True], [False])


def test_twins_keep_their_own_marks():
    sent = sent_with(ELLA, EMMA)
    protection.set_mark(slots(sent)["Ella"], protected=True, by=HOUSING_SYSTEM)
    now = change(sent, EMMA, ELLA)

    assert {name: slot.protected for name, slot in now.items()} == {"Maija": False, "Ella": True, "Emma": False}


def test_twins_keep_their_own_confirmations():
    sent = sent_with(ELLA, EMMA)
    check(sent, ELLA)
    confirm_here(sent, ELLA)
    digest, now = sent.version.digest, change(sent, EMMA, ELLA)

    before = {name: confirmation.confirmed_before(slot, slot.version.application) for name, slot in now.items()}

    assert before == {"Maija": "", "Ella": digest, "Emma": ""}


def test_twin_does_not_confirm_in_the_others_place():
    sent = sent_with(EMMA)
    check(sent, EMMA)
    seen = slots(sent)["Emma"]
    change(sent, ELLA)

    with pytest.raises(confirmation.NotAnApplicant):
        counter_confirmation.confirm_here(
            seen, terms_read=terms.current(), digest=seen.version.digest, by=acting("adviser")
        )


def test_erasing_one_twin_leaves_the_application_for_the_other():
    people = withdrawn(sent_with(ELLA, EMMA))
    erase(people["Maija"])
    kept = erase(people["Ella"])
    gone = erase(people["Emma"])

    assert (len(kept.emptied), len(kept.removed), len(gone.removed)) == (1, 0, 1)


def test_search_that_finds_twins_is_about_neither():
    sent_with(ELLA, EMMA)

    search.find_people("Evans", reason=search.SearchReason.HERE, by=acting("adviser"))

    assert Entry.objects.get(event="search_by_name").subject == ""


def test_what_changed_is_told_across_keys(rotate):
    sent = sent_with({**cast.OLLI, **RICH})
    digest = sent.version.digest
    rotate()
    now = change(sent, cast.OLLI)

    assert read_before(now["Olli"], digest) == "9,000.00\xa0€"


def test_invitation_and_its_letter_know_the_person_across_keys(rotate):
    sent = sent_with(cast.OLLI)
    former = slots(sent)
    rotate()
    change(sent, cast.OLLI)

    assert invitation_refused(former["Olli"]) is invitation_links.InvitationReplaced
    assert is_changed("Olli") == [False, True]


def test_mark_is_carried_over_across_keys(rotate):
    sent = sent_with(cast.OLLI)
    protection.set_mark(slots(sent)["Olli"], protected=True, by=HOUSING_SYSTEM)
    rotate()
    now = change(sent, cast.OLLI)
    protection.set_mark(now["Olli"], protected=False, by=HOUSING_SYSTEM)

    assert now["Olli"].protected
    assert not Applicant.objects.filter(protected=True).exists()


def test_confirmation_of_a_former_version_is_known_across_keys(rotate):
    sent = sent_with(cast.OLLI)
    confirm(sent, cast.OLLI)
    digest = sent.version.digest
    rotate()
    olli = change(sent, cast.OLLI)["Olli"]

    assert confirmation.confirmed_before(olli, olli.version.application) == digest


def test_confirming_at_the_counter_knows_the_person_across_keys(rotate):
    sent = sent_with(cast.OLLI)
    check(sent, cast.OLLI)
    seen = slots(sent)["Olli"]
    rotate()
    change(sent, cast.OLLI)

    with pytest.raises(confirmation.Changed):
        counter_confirmation.confirm_here(
            seen, terms_read=terms.current(), digest=seen.version.digest, by=acting("adviser")
        )


def test_erased_person_is_known_across_keys(rotate):
    sent = sent_with(cast.OLLI)
    rotate()
    change(sent, cast.OLLI)
    people = withdrawn(sent)
    erase(people["Olli"])

    assert len(erase(people["Maija"]).removed) == 1


def test_search_that_finds_one_person_across_keys_is_about_them(rotate):
    application(cast.OLLI)
    rotate()
    application(cast.OLLI, reference="HS-2")

    search.find_people("Öhman", reason=search.SearchReason.HERE, by=acting("adviser"))

    assert Entry.objects.get(event="search_by_name").subject.startswith("applicant ")
