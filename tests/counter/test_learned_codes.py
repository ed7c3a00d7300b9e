"""Whoever gets a personal identity code, or another one, while an application waits or is valid (R3)."""

import pytest
from django.db import IntegrityError, transaction

from applications import changes, confirmation, learned_codes, present, terms
from applications.models import Applicant, Application, Confirmation, Draft, LearnedCode, Terms, TermsAcceptance
from applications.verification import FAULTS
from core import crypto
from counter import code_comparison, id_checks, search, undoing
from identity.enums import Language
from identity.models import Account, Person, User
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.factories import (
    actor,
    applicant,
    application,
    confirm,
    person,
    state,
)
from tests.counter.checks import (
    ETHAN,
    GUN,
    check,
    confirm_by_account,
    confirm_here,
    decide,
    doubtful,
    fresh,
    issue,
    slot,
    status,
    undo,
)
from tests.counter.learned import CODE, KNOWN_ETHAN, NEW_CODE, NEW_OLLI, NOTE, change_code, codes, learn, of_code, put

pytestmark = pytest.mark.django_db

OTHER_BIRTH_DATE = "040594V9030"


def faults():
    return {word: places for word, fault in FAULTS.items() if (places := list(fault.find()))}


def messages(name):
    return list(Letter.objects.filter(message=name).order_by("pk"))


# --- A newcomer gets a code ------------------------------------------------------------------------------


def test_newcomer_whose_document_bears_a_code_confirms_with_bank_codes_from_then_on():
    sent = application(cast.MAIJA, ETHAN)
    confirm(sent, cast.MAIJA)

    made = learn(sent)

    assert status(made) == "sound"
    assert codes(sent) == [cast.MAIJA["hetu"], CODE]
    confirm(sent, KNOWN_ETHAN)
    assert state(sent) == "valid"
    assert faults() == {}


def test_newcomer_is_told_by_email_without_the_code():
    """R17"""
    sent = application(cast.MAIJA, ETHAN)

    learn(sent)

    (letter,) = messages("code_learned")
    assert (letter.to, letter.language) == ("ethan@example.test", "fi")
    assert CODE not in str(letter.parameters)
    assert "only_at_counter" not in letter.parameters
    assert slot(sent, ETHAN).only_at_counter is False


def test_learned_code_is_in_the_trail_without_the_code():
    """R17, R19"""
    sent = application(cast.MAIJA, ETHAN)

    made = learn(sent)

    entry = Entry.objects.get(event="code_learned")
    assert (entry.chain.name, entry.subject) == (f"application {sent.pk}", f"applicant {slot(sent, ETHAN).pk}")
    assert entry.facts == {"id_check": made.pk}
    assert CODE not in str(list(Entry.objects.values()))


def test_what_the_others_and_the_newcomer_have_confirmed_stands():
    sent = application(cast.MAIJA, ETHAN)
    confirm(sent, cast.MAIJA)
    check(sent, ETHAN)
    confirm_here(sent, ETHAN)

    learn(sent)

    assert state(sent) == "valid"
    assert codes(sent) == [cast.MAIJA["hetu"], CODE]
    assert Application.objects.for_person(person(KNOWN_ETHAN)).get() == sent
    assert [str(each.applicant) for each in Confirmation.objects.all()] == ["Maija Liisa Meikäläinen", "Ethan Evans"]
    assert faults() == {}


def test_newcomer_is_the_same_person_in_former_versions():
    sent = application(cast.MAIJA, ETHAN)
    check(sent, ETHAN)
    confirm_here(sent, ETHAN)
    first = slot(sent, ETHAN)
    put(sent, cast.MAIJA, ETHAN, language="sv")

    learn(sent)

    assert [each.version.number for each in of_code(sent, CODE)] == [1, 2]
    assert Applicant.objects.same_person(slot(sent, ETHAN)).earliest("pk") == first
    read = Application.objects.with_people().get(pk=sent.pk)
    assert confirmation.confirmed_before(applicant(sent, KNOWN_ETHAN), read) == first.version.digest
    assert faults() == {}


def test_code_with_another_birth_date_is_not_recorded_and_counts_as_a_wrong_try():
    """C7: it would put another person into the application."""
    sent = application(cast.MAIJA, ETHAN)

    for _ in range(code_comparison.MOST_OF_PERSON):
        with pytest.raises(code_comparison.BirthDateDiffers):
            learn(sent, code=OTHER_BIRTH_DATE)
    with pytest.raises(code_comparison.TooManyTries):
        learn(sent)

    assert codes(sent) == [cast.MAIJA["hetu"], None]
    assert Entry.objects.filter(event="code_mismatched").count() == code_comparison.MOST_OF_PERSON


@pytest.mark.parametrize("typed", [CODE[-4:], "140390-9033", "140390-9O3T", "140390-903"])
def test_code_that_is_not_whole_or_has_a_wrong_check_character_is_not_recorded(typed):
    sent = application(cast.MAIJA, ETHAN)

    with pytest.raises(code_comparison.CodeNotWhole):
        learn(sent, code=typed)

    assert codes(sent) == [cast.MAIJA["hetu"], None]


def test_code_is_recorded_however_it_is_typed():
    sent = application(cast.MAIJA, ETHAN)

    learn(sent, code=" 140390–903t ")

    assert codes(sent)[1] == CODE


def test_code_of_somebody_else_in_the_application_is_not_recorded():
    other = {**cast.VERA, "hetu": CODE}
    sent = application(cast.MAIJA, ETHAN, other)

    with pytest.raises(learned_codes.TwiceInApplication):
        learn(sent)

    assert codes(sent) == [cast.MAIJA["hetu"], None, CODE]


def test_code_that_somebody_in_the_application_had_when_it_was_sent_is_not_recorded():
    """Undoing the check by which theirs changed would give it back to them."""
    other = {**cast.OLLI, "hetu": CODE}
    sent = application(cast.MAIJA, ETHAN, other)
    change_code(sent, who=other, code="140390-904U")

    with pytest.raises(learned_codes.TwiceInApplication):
        learn(sent)


def test_newcomer_whose_name_differs_waits_for_a_colleague():
    """Without a code the name is what tells who applies."""
    sent = application(cast.MAIJA, ETHAN)

    made = learn(sent, name_matches=False, name_reason="Married", note=NOTE)

    assert status(made) == "waiting"
    assert codes(sent) == [cast.MAIJA["hetu"], None]
    decide(made)
    assert codes(sent) == [cast.MAIJA["hetu"], CODE]


def test_code_of_a_doubtful_check_has_no_effect_before_a_colleague_accepts_it():
    """C4"""
    sent = application(cast.MAIJA, ETHAN)

    made = learn(sent, is_doubtful=True, note=NOTE)

    assert codes(sent) == [cast.MAIJA["hetu"], None]
    decide(made)
    assert codes(sent) == [cast.MAIJA["hetu"], CODE]


def test_code_of_a_rejected_check_is_forgotten():
    sent = application(cast.MAIJA, ETHAN)
    made = learn(sent, is_doubtful=True, note=NOTE)

    decide(made, accepted=False)

    assert codes(sent) == [cast.MAIJA["hetu"], None]
    assert LearnedCode.objects.count() == 0


def test_doubt_about_the_holder_of_the_code_elsewhere_is_not_passed_by():
    """C4"""
    known = {**KNOWN_ETHAN, "first_names": "Eetu", "last_name": "Eevanen"}
    known = {name: value for name, value in known.items() if name != "birth_date"}
    doubtful(application(known, reference="HS-2"), known)
    sent = application(cast.MAIJA, ETHAN)

    with pytest.raises(id_checks.NoteMissing):
        learn(sent)
    assert status(learn(sent, note=NOTE)) == "waiting"
    assert codes(sent) == [cast.MAIJA["hetu"], None]


def test_guardian_does_not_say_by_which_code_somebody_acts():
    """C6"""
    sent = application(cast.MAIJA, ETHAN)

    with pytest.raises(id_checks.CodeNeedsHolder):
        learn(sent, **GUN)


def test_code_is_recorded_after_a_check_of_the_same_day_that_did_not_see_it():
    sent = application(cast.MAIJA, ETHAN)
    check(sent, ETHAN)

    learn(sent)

    assert codes(sent) == [cast.MAIJA["hetu"], CODE]


def test_second_click_records_nothing_more():
    """R12"""
    sent = application(cast.MAIJA, ETHAN)
    learn(sent)

    with pytest.raises(id_checks.AlreadyChecked):
        learn(sent)

    assert LearnedCode.objects.count() == 1


def test_mark_of_non_disclosure_of_the_holder_holds_here_too():
    """R16"""
    elsewhere = {name: value for name, value in KNOWN_ETHAN.items() if name != "birth_date"}
    elsewhere = {**elsewhere, "last_name": "Eevanen", "first_names": "Eetu"}
    protected = application(elsewhere, reference="HS-2")
    Applicant.objects.filter(version__application=protected).update(protected=True)
    sent = application(cast.MAIJA, ETHAN)

    learn(sent)

    assert slot(sent, ETHAN).protected is True
    assert faults() == {}


def test_application_of_the_holder_elsewhere_is_a_rival_as_for_anybody():
    """R9"""
    elsewhere = {name: value for name, value in KNOWN_ETHAN.items() if name != "birth_date"}
    other = application(elsewhere, reference="HS-2")
    sent = application(cast.MAIJA, ETHAN)
    confirm(sent, cast.MAIJA)
    learn(sent)

    confirm(sent, KNOWN_ETHAN)

    assert (state(sent), state(other)) == ("valid", "replaced")


def test_two_applications_that_were_valid_before_it_was_known_stay_until_one_is_renewed():
    """R9"""
    elsewhere = {name: value for name, value in KNOWN_ETHAN.items() if name != "birth_date"}
    other = application(elsewhere, reference="HS-2")
    confirm(other, KNOWN_ETHAN)
    sent = application(cast.MAIJA, ETHAN)
    confirm(sent, cast.MAIJA)
    check(sent, ETHAN)
    confirm_here(sent, ETHAN)

    learn(sent)

    assert (state(sent), state(other), faults()) == ("valid", "valid", {})


# --- Later versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [ETHAN, {**ETHAN, "phone": "+358 40 1"}])
def test_change_by_a_system_that_does_not_know_the_code_keeps_it(named):
    sent = application(cast.MAIJA, ETHAN)
    learn(sent)

    put(sent, cast.MAIJA, named, language="sv")

    assert codes(sent) == [cast.MAIJA["hetu"], CODE]
    confirm(sent, cast.MAIJA)
    confirm(sent, KNOWN_ETHAN)
    assert state(sent) == "valid"
    assert faults() == {}


@pytest.mark.parametrize("who", [cast.MAIJA, KNOWN_ETHAN])
def test_change_by_one_of_the_applicants_keeps_the_code(who):
    """J6.2: a form begins with what was sent."""
    sent = application(cast.MAIJA, ETHAN)
    learn(sent)
    read = Application.objects.with_people().defer(None).get(pk=sent.pk)
    changed = present.document(read.version).model_copy(update={"language": Language.SWEDISH})

    changes.edit(read, changed, digest=read.version.digest, by=actor(who))

    assert codes(sent) == [cast.MAIJA["hetu"], CODE]
    assert messages("removed") == []
    assert faults() == {}


def test_change_that_brings_the_code_itself_ends_the_matter():
    sent = application(cast.MAIJA, ETHAN)
    made = learn(sent)
    known = {name: value for name, value in KNOWN_ETHAN.items() if name != "birth_date"}

    put(sent, cast.MAIJA, known)

    assert slot(sent, KNOWN_ETHAN).code_check is None
    undo(made)
    assert codes(sent) == [cast.MAIJA["hetu"], CODE]
    assert faults() == {}


def test_change_to_somebody_else_without_a_code_gives_them_none():
    sent = application(cast.MAIJA, ETHAN)
    learn(sent)

    put(sent, cast.MAIJA, {**ETHAN, "first_names": "Edgar"})

    assert codes(sent) == [cast.MAIJA["hetu"], None]


def test_change_with_two_of_one_name_and_birth_date_gives_one_of_them_the_code():
    sent = application(cast.MAIJA, ETHAN)
    learn(sent)

    put(sent, cast.MAIJA, ETHAN, ETHAN)

    assert codes(sent) == [cast.MAIJA["hetu"], CODE, None]


def test_contact_details_that_the_person_corrected_stay_with_the_code(time_machine):
    """J2.4"""
    sent = application(cast.MAIJA, ETHAN)
    learn(sent)
    Applicant.objects.filter(pk=slot(sent, ETHAN).pk).update(
        email="own@example.test", contact_corrected_at="2020-01-01T12:00:00Z"
    )

    put(sent, cast.MAIJA, ETHAN)

    assert slot(sent, ETHAN).email == "own@example.test"
    assert messages("removed") == []


def test_waiting_code_is_not_accepted_for_a_slot_that_has_another_by_now():
    sent = application(cast.MAIJA, ETHAN)
    first = learn(sent, is_doubtful=True, note=NOTE)
    second = learn(sent, code="140390-904U", note=NOTE, is_doubtful=True, by="supervisor")
    decide(second, by="adviser")

    assert codes(sent)[1] == "140390-904U"
    assert status(first) == "settled"
    with pytest.raises(id_checks.CheckNotWaiting):
        decide(first)


# --- Undoing ---------------------------------------------------------------------------------------------


def test_undoing_takes_the_code_away_and_what_was_confirmed_by_it():
    """C5"""
    sent = application(cast.MAIJA, ETHAN)
    confirm(sent, cast.MAIJA)
    made = learn(sent)
    confirm(sent, KNOWN_ETHAN)

    falls = undoing.what_falls(made)
    assert [(str(one.applicant), again) for one, _sent, again in falls.confirmations] == [("Ethan Evans", True)]
    assert [str(each) for each in falls.codes] == ["Ethan Evans"]
    waiting = undo(made)

    assert waiting == [sent]
    assert codes(sent) == [cast.MAIJA["hetu"], None]
    assert state(sent) == "awaiting"
    with pytest.raises(confirmation.NotAnApplicant):
        confirm(sent, KNOWN_ETHAN)
    assert Entry.objects.filter(event="code_taken_back").count() == 1
    assert faults() == {}


def test_undoing_leaves_what_was_confirmed_at_the_counter_before():
    sent = application(cast.MAIJA, ETHAN)
    confirm(sent, cast.MAIJA)
    check(sent, ETHAN)
    confirm_here(sent, ETHAN)
    made = learn(sent)

    undo(made)

    assert state(sent) == "valid"
    assert codes(sent) == [cast.MAIJA["hetu"], None]
    assert len(messages("check_rejected")) == 1  # or they would trust in their code
    assert faults() == {}


def test_undoing_closes_an_account_that_was_issued_to_the_holder_on_a_former_check():
    sent = application(cast.MAIJA, ETHAN)
    first = check(sent, ETHAN)
    made = learn(sent)
    account = issue(first)
    confirm_by_account(sent, KNOWN_ETHAN)

    undo(made)

    assert Account.objects.get(pk=account.pk).closed_at is not None
    assert Confirmation.objects.get().undone_at is not None
    assert faults() == {}


def test_undone_code_is_not_kept_in_later_versions():
    sent = application(cast.MAIJA, ETHAN)
    made = learn(sent)
    undo(made)

    put(sent, cast.MAIJA, ETHAN)

    assert codes(sent) == [cast.MAIJA["hetu"], None]


def test_undoing_takes_the_code_out_of_later_versions_too():
    sent = application(cast.MAIJA, ETHAN)
    made = learn(sent)
    put(sent, cast.MAIJA, ETHAN)

    undo(made)

    assert of_code(sent, CODE) == []
    assert faults() == {}


# --- A code changes --------------------------------------------------------------------------------------


def test_changed_code_waits_for_a_colleague():
    """It says who may act in the slot from now on."""
    sent = application(cast.MAIJA, cast.OLLI)

    made = change_code(sent, is_accepted=False)

    assert (status(made), fresh(made).pending_reason) == ("waiting", "new_code")
    assert codes(sent) == [cast.MAIJA["hetu"], cast.OLLI["hetu"]]
    with pytest.raises(id_checks.OwnCheck):
        decide(made, by="adviser")
    decide(made)
    assert codes(sent) == [cast.MAIJA["hetu"], NEW_CODE]
    assert faults() == {}


def test_adviser_finds_the_person_by_the_former_code_too():
    sent = application(cast.MAIJA, cast.OLLI)
    change_code(sent)

    hits = [search.search(code).hits for code in (cast.OLLI["hetu"], NEW_CODE)]

    assert [[str(hit.applicant) for hit in each] for each in hits] == [["Olli Öhman"], ["Olli Öhman"]]


def test_second_check_of_the_same_changed_code_is_accepted_and_changes_nothing_more():
    sent, other = application(cast.MAIJA, cast.OLLI), application(cast.OLLI, cast.VERA, reference="HS-2")
    first, second = change_code(sent, is_accepted=False), change_code(other, is_accepted=False)
    decide(second)

    assert status(first) == "settled"
    assert LearnedCode.objects.count() == 1
    assert faults() == {}


def test_code_that_a_change_of_the_application_brought_meanwhile_is_not_learned_twice():
    sent = application(cast.MAIJA, ETHAN)
    made = learn(sent, is_doubtful=True, note=NOTE)
    put(sent, cast.MAIJA, KNOWN_ETHAN)

    decide(made)

    assert [each.version.number for each in of_code(sent, CODE)] == [1, 2]
    assert (slot(sent, KNOWN_ETHAN).code_check, status(made)) == (None, "sound")
    assert faults() == {}


def test_changed_code_needs_a_note():
    sent = application(cast.MAIJA, cast.OLLI)

    with pytest.raises(id_checks.NoteMissing):
        check(sent, cast.OLLI, code=NEW_CODE, has_changed=True)


def test_another_code_is_refused_unless_the_adviser_says_that_it_has_changed():
    sent = application(cast.MAIJA, cast.OLLI)

    with pytest.raises(code_comparison.CodeDiffers):
        check(sent, cast.OLLI, code=NEW_CODE)


def test_changed_code_holds_in_all_applications_of_the_person_and_in_those_that_come_later():
    sent = application(cast.MAIJA, cast.OLLI)
    other = application(cast.OLLI, cast.VERA, reference="HS-2")

    change_code(sent)

    assert codes(other) == [NEW_CODE, cast.VERA["hetu"]]
    later = application(cast.OLLI, reference="HS-3")
    assert codes(later) == [NEW_CODE]
    put(sent, cast.MAIJA, cast.OLLI)
    assert codes(sent) == [cast.MAIJA["hetu"], NEW_CODE]
    confirm(later, NEW_OLLI)
    assert (state(sent), state(other), state(later)) == ("replaced", "replaced", "valid")
    assert faults() == {}


def test_known_person_keeps_account_terms_and_confirmations():
    olli = person(cast.OLLI)
    terms.accept(terms.current(), by=actor(cast.OLLI))
    sent = application(cast.MAIJA, cast.OLLI)
    account = issue(check(sent, cast.OLLI))
    confirm_by_account(sent, cast.OLLI)

    change_code(sent)

    olli.refresh_from_db()
    assert (olli.hetu, Person.objects.filter(last_name="Öhman").count()) == (NEW_CODE, 1)
    assert terms.current_with_acceptance(olli)[1] is True
    assert Account.objects.get(pk=account.pk).closed_at is None
    assert Application.objects.for_person(olli).get() == sent
    assert faults() == {}


def test_person_who_tried_the_new_code_before_is_one_person_and_loses_nothing():
    """They identified themselves with the new code, found nothing, and came to the counter."""
    olli = person(cast.OLLI)
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.OLLI)
    account = issue(check(application(cast.OLLI, reference="HS-2"), cast.OLLI))
    new = Person.objects.create(
        user=User.objects.create(username="new"),
        hetu=NEW_CODE,
        hetu_index=crypto.indexes(NEW_CODE)[0],
        first_names="Olli",
        last_name="Öhman",
        birth_date=olli.birth_date,
        language="fi",
        identified_at=olli.identified_at,
    )
    TermsAcceptance.objects.create(terms=Terms.objects.get(), person=new, accepted_at=olli.identified_at)
    draft = Draft.objects.create(
        data="{}",
        language="fi",
        person=new,
        nonce="n",
        token_hash="t",
        created_at=olli.identified_at,
        touched_at=olli.identified_at,
    )
    own = application(NEW_OLLI, cast.VERA, reference="HS-3")
    confirm(own, NEW_OLLI)
    session = new.user.get_session_auth_hash()

    change_code(sent)

    olli.refresh_from_db()
    new.refresh_from_db()
    assert (olli.hetu, new.hetu) == (NEW_CODE, cast.OLLI["hetu"])
    assert Account.objects.get(pk=account.pk).user == olli.user
    assert terms.current_with_acceptance(olli)[1] is True
    assert list(Draft.objects.of(olli)) == [draft]
    assert Application.objects.for_person(olli).count() == 3
    assert User.objects.get(pk=new.user_id).get_session_auth_hash() != session
    assert faults() == {}


def test_undoing_a_changed_code_gives_everybody_their_own_again():
    """C5"""
    olli = person(cast.OLLI)
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.OLLI)
    other = application(cast.OLLI, cast.VERA, reference="HS-2")
    made = change_code(sent)
    confirm(other, NEW_OLLI)
    session = User.objects.get(pk=olli.user_id).get_session_auth_hash()

    undo(made)

    olli.refresh_from_db()
    assert olli.hetu == cast.OLLI["hetu"]
    assert User.objects.get(pk=olli.user_id).get_session_auth_hash() != session
    assert (codes(sent)[1], codes(other)[0]) == (cast.OLLI["hetu"], cast.OLLI["hetu"])
    given = {each.applicant.version.application_id: each.undone_at for each in Confirmation.objects.all()}
    assert (given[sent.pk], given[other.pk] is None) == (None, False)
    assert faults() == {}


def test_undoing_gives_two_rows_of_one_person_their_own_codes_again():
    olli, new = person(cast.OLLI), person({**NEW_OLLI, "first_names": "Ollie"})
    made = change_code(application(cast.MAIJA, cast.OLLI))
    assert person(NEW_OLLI) == olli

    undo(made)

    assert (person(cast.OLLI), person(NEW_OLLI)) == (olli, new)


def test_row_with_the_open_account_stays_the_persons():
    olli, new = person(cast.OLLI), person({**NEW_OLLI, "first_names": "Ollie"})
    elsewhere = application({**NEW_OLLI, "first_names": "Ollie"}, reference="HS-2")
    account = issue(check(elsewhere, {**NEW_OLLI, "first_names": "Ollie"}))
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.OLLI)

    made = change_code(sent)

    assert person(NEW_OLLI) == new
    assert person(cast.OLLI) == olli
    assert Account.objects.get(pk=account.pk).closed_at is None
    assert faults() == {}
    undo(made)
    assert (person(cast.OLLI), person(NEW_OLLI)) == (olli, new)
    assert faults() == {}


def test_two_open_accounts_of_one_person_become_one():
    """R15: one person, one account."""
    olli, other = person(cast.OLLI), {**NEW_OLLI, "first_names": "Ollie"}
    sent = application(cast.MAIJA, cast.OLLI)
    account = issue(check(sent, cast.OLLI))
    second = issue(check(application(other, reference="HS-2"), other), email="second@example.test")

    change_code(sent)

    assert person(NEW_OLLI) == olli
    assert Account.objects.get(pk=account.pk).closed_at is None
    assert Account.objects.get(pk=second.pk).closed_at is not None
    assert Entry.objects.filter(event="account_closed").count() == 1
    assert faults() == {}


def test_whoever_wrote_another_persons_code_beside_her_own_name_does_not_take_it_over():
    """R4: her own document bears her own code, and both are born on one day."""
    victims = application(cast.MAIJA)
    hers = application({**cast.MAIJA, "first_names": "Iida", "last_name": "Impostor"}, reference="HS-2")

    with pytest.raises(learned_codes.HolderHasAnotherName):
        change_code(hers, who=cast.MAIJA, code="010594Y9021")

    assert codes(victims) == [cast.MAIJA["hetu"]]
    assert LearnedCode.objects.count() == 0


def test_name_that_the_bank_gave_with_the_former_code_is_looked_at_when_a_colleague_accepts():
    """R4"""
    hers = application({**cast.OLLI, "first_names": "Oskari", "last_name": "Öhrn"})
    made = change_code(hers, is_accepted=False)
    person(cast.OLLI)  # who has identified himself since

    with pytest.raises(learned_codes.HolderHasAnotherName):
        decide(made)

    assert codes(hers) == [cast.OLLI["hetu"]]


def test_code_with_a_corrected_birth_date_is_recorded_if_all_would_have_waited_for_the_same():
    """R2"""
    sent = application(cast.MAIJA, cast.OLLI)

    change_code(sent, code=OTHER_BIRTH_DATE)

    changed = Application.objects.with_people().get(pk=sent.pk).applicants[1]
    assert (changed.hetu, changed.birth_date.isoformat()) == (OTHER_BIRTH_DATE, "1994-05-04")
    confirm(sent, {**cast.OLLI, "hetu": OTHER_BIRTH_DATE})
    assert faults() == {}


def test_code_of_a_minor_is_not_recorded_for_an_adult():
    """R2"""
    sent = application(cast.MAIJA, cast.OLLI)

    with pytest.raises(learned_codes.AgeMatters):
        change_code(sent, code=cast.TEA["hetu"])


def test_code_that_was_learned_may_change_once_more():
    sent = application(cast.MAIJA, ETHAN)
    learn(sent)

    change_code(sent, who=KNOWN_ETHAN, code="140390-904U")

    assert codes(sent)[1] == "140390-904U"
    put(sent, cast.MAIJA, ETHAN)
    assert codes(sent)[1] == "140390-904U"
    confirm(sent, {**KNOWN_ETHAN, "hetu": "140390-904U"})
    assert faults() == {}


def test_code_that_changed_by_mistake_changes_back():
    sent = application(cast.MAIJA, cast.OLLI)
    change_code(sent)

    change_code(sent, who=NEW_OLLI, code=cast.OLLI["hetu"])

    assert codes(sent)[1] == cast.OLLI["hetu"]
    put(sent, cast.MAIJA, cast.OLLI)
    assert codes(sent)[1] == cast.OLLI["hetu"]
    confirm(sent, cast.OLLI)
    assert faults() == {}


# --- The database ----------------------------------------------------------------------------------------


def test_what_was_learned_is_kept_as_it_is():
    learn(application(cast.MAIJA, ETHAN))
    learned = LearnedCode.objects.get()

    for act in (lambda: LearnedCode.objects.update(took_effect_at=None), LearnedCode.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert LearnedCode.objects.get() == learned


@pytest.mark.parametrize(
    "wrong",
    [
        {"took_effect_at": None, "ended_at": "2026-01-01T12:00:00Z"},
        {"former_hetu": cast.OLLI["hetu"]},
        {"former_hetu": CODE, "former_hetu_index": crypto.indexes(CODE)[0]},
    ],
)
def test_half_a_learned_code_is_refused(wrong):
    made = check(application(cast.MAIJA, ETHAN), ETHAN)

    with pytest.raises(IntegrityError), transaction.atomic():
        LearnedCode.objects.create(**{"id_check": made, "hetu": CODE, "hetu_index": crypto.indexes(CODE)[0], **wrong})


def test_check_of_a_slot_without_code_bears_no_learned_code():
    sent = application(cast.MAIJA, ETHAN)
    made = check(sent, ETHAN)

    with pytest.raises(IntegrityError), transaction.atomic():
        Applicant.objects.filter(pk=slot(sent, ETHAN).pk).update(code_check=made)


def test_slot_that_somebody_gave_anothers_learned_code_is_not_confirmed():
    """R4"""
    sent = application(cast.MAIJA, ETHAN, {**ETHAN, "first_names": "Edgar"}, cast.OLLI)
    made = learn(sent)
    Applicant.objects.filter(pk=slot(sent, ETHAN).pk).update(hetu=None, hetu_index=None, code_check=None)
    Applicant.objects.filter(pk=slot(sent, cast.OLLI).pk).update(
        hetu=CODE, hetu_index=crypto.indexes(CODE)[0], birth_date="1990-03-14", code_check=made
    )

    with pytest.raises(confirmation.Spoiled):
        confirm(sent, KNOWN_ETHAN)
