"""Everything that is held about one person, for them to read and take along (GDPR, article 15).

They see their own values only. About the others who apply with them they see what the application's page shows, and
no more (R16). Members of staff are named by their role. The personal identity code is masked here too, since it
belongs in no file (R17).
"""

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications import email_words
from applications.letter_names import name_of
from applications.models import Draft, IdCheck, TermsAcceptance, belongs_to
from core.actors import Actor, Role
from core.addresses import shown_address
from core.masking import mask_codes, mask_hetu
from counter import countries
from counter.desk import messages, wording
from counter.models import Counter, DocumentType, Feedback
from identity.models import Account, Person
from identity.proof import Proof
from mailing.models import Letter
from privacy import own_applications
from privacy.own_applications import MEANS, OwnSlots, number_of
from privacy.report import Fact, Facts, Part
from records.enums import ACCESS_EVENTS, Event
from records.models import Chain, Entry
from records.names import applicant_subject, application_chain, person_chain, person_subject
from records.trail import append_event


def export_own_data(person: Person, *, proof: Proof, by: Actor, as_file: bool) -> list[Part]:
    """Return everything that is held about a person, and record in the trail that they got it.

    The entry goes into a chain of the person's own. The number of queries does not grow with the data.
    """
    with transaction.atomic():
        chain, subject = person_chain(person.pk), person_subject(person.pk)
        append_event(Event.EXPORTED, chain=chain, by=by, subject=subject, file=as_file)
    own = OwnSlots(person)
    entries = _staff_entries(own)
    everything = [
        _identity_part(person, proof),
        Part("terms", _("Terms of use that you have accepted"), rows=list(_accepted_terms(person))),
        _account(person),
        Part("drafts", _("Applications that you have not sent yet"), rows=list(_draft_rows(person))),
        own_applications.applications_part(own),
        *own_applications.acts_parts(own),
        Part("id_checks", _("ID checks at customer service"), parts=list(_check_parts(own, entries))),
        Part("letters", _("Emails sent to you"), rows=list(_letters(own))),
        Part("feedback", _("Your feedback"), rows=list(_feedback(person))),
        Part(
            "looks", _("Who has looked at your data"), rows=list(_acts(e for e in entries if e.event in ACCESS_EVENTS))
        ),
        Part(
            "changes", _("What staff have done"), rows=list(_acts(e for e in entries if e.event not in ACCESS_EVENTS))
        ),
    ]
    return [part for part in everything if not part.is_empty]


def _identity_part(person: Person, proof: Proof) -> Part:
    return Part(
        "person",
        _("Who you are"),
        facts=[
            Fact("first_names", _("First names"), person.first_names),
            Fact("last_name", _("Last name"), person.last_name),
            Fact("personal_identity_code", _("Personal identity code"), mask_hetu(person.hetu or "")),
            Fact("birth_date", _("Date of birth"), person.birth_date),
            Fact("language", _("Language"), person.language, person.get_language_display()),
            Fact("known_since", _("Your data first saved"), person.created_at),
            Fact("identified_at", _("Last identified"), person.identified_at),
            Fact("method", _("How you identified yourself now"), proof.method, proof.method.label),
            Fact("means", MEANS, proof.means),
        ],
    )


def _accepted_terms(person: Person) -> Iterator[Facts]:
    for accepted in TermsAcceptance.objects.filter(belongs_to(person)).select_related("terms").order_by("pk"):
        yield [
            Fact("published_at", _("Terms published"), accepted.terms.published_at),
            Fact("accepted_at", pgettext_lazy("terms", "Accepted"), accepted.accepted_at),
        ]


def _account(person: Person) -> Part:
    account = _account_of(person)
    if account is None:
        return Part("account", _("Account"))
    facts = [
        Fact("email", _("Email address"), shown_address(account.email)),
        Fact("issued_at", _("Issued"), account.issued_at),
        Fact("verified_at", _("Address verified"), account.verified_at),
        Fact("closed_at", _("Closed"), account.closed_at),
    ]
    return Part("account", _("Account"), facts=facts)


def _draft_rows(person: Person) -> Iterator[Facts]:
    for draft in Draft.objects.of(person):
        yield [
            Fact("begun_at", _("Started"), draft.created_at),
            Fact("touched_at", _("Last saved"), draft.touched_at),
            Fact("email", _("Link sent to"), shown_address(draft.email)),
        ]


def _check_parts(own: OwnSlots, entries: Iterable[Entry]) -> Iterator[Part]:
    """Yield each check as it was recorded (C2); the adviser is named by their role in the trail."""
    made_by = {e.facts["id_check"]: e for e in entries if e.event == Event.CHECK_RECORDED}
    numbers = {slot.pk: slot.version.application for slot in own.slots}
    names, counter = DocumentType.objects.names(), Counter.only()
    for check in IdCheck.objects.with_outcome().filter(applicant__in=own.slots).order_by("pk"):
        document = names.get(check.document_type, check.document_type)
        role = Role(made_by[check.pk].role) if check.pk in made_by else Role.ADVISER
        facts = [
            number_of(numbers[check.applicant_id]),
            Fact("checked_at", _("Checked"), check.checked_at),
            Fact("place", _("Place"), check.place, counter.place_of_check(check.place)),
            Fact("by", _("By whom"), role, role.label),
            Fact("outcome", _("Outcome"), check.status, check.status.label),
            Fact("document", _("Identity document"), check.document_type, document),
            Fact("country", _("Country that issued it"), check.country, countries.name(check.country)),
            Fact("valid_until", _("Last day of validity"), check.document_valid_until),
            Fact("has_no_end", _("The document has no end date"), check.document_has_no_end or None),
            Fact(
                "code_on_document",
                _("Personal identity code on the document"),
                check.code_on_document,
                check.get_code_on_document_display(),
            ),
            Fact("picture_matches", _("The picture matches"), check.picture_matches),
            Fact("name_matches", _("The name matches"), check.name_matches),
            Fact("name_reason", _("Why the name differs"), mask_codes(check.name_reason)),
            Fact("represented_by", _("Who is here instead"), check.represented_by),
            Fact("basis", _("Document that shows their right"), mask_codes(check.basis_document)),
            Fact("basis_until", _("Last day of their right to act"), check.basis_valid_until),
            Fact("basis_has_no_end", _("Their right has no end date"), check.basis_has_no_end or None),
            Fact("note", _("Note"), mask_codes(check.note)),
        ]
        yield Part("id_check", document, facts=[*facts, *_later_facts(check)])


def _later_facts(check: IdCheck) -> Iterator[Fact]:
    """Yield what was added to a check: that it came from paper (ADR 44), and what was decided about it (C3–C5)."""
    yield Fact("entered_at", _("Entered from a paper form"), check.entered_at)
    yield Fact("signed", _("Signed on paper"), check.paper_wish, check.get_paper_wish_display())
    if hasattr(check, "second_look"):
        yield Fact("second_look_at", _("Second review"), check.second_look.at)
        yield Fact("second_look", _("Reason given at the second review"), mask_codes(check.second_look.reason))
    if hasattr(check, "undoing"):
        yield Fact("undone_at", _("Undone"), check.undoing.at)
        yield Fact("undone_because", _("Why it was undone"), mask_codes(check.undoing.reason))


def _letters(own: OwnSlots) -> Iterator[Facts]:
    applications = {application.reference: application for application in own.applications.values()}
    mine = [applicant_subject(slot.pk) for slot in own.slots]
    for letter in Letter.objects.filter(recipient__in=mine).select_related("telling").order_by("pk"):
        told_at = letter.telling.at if hasattr(letter, "telling") else None  # ADR 34
        yield [number_of(applications[letter.about]), *_letter(letter), Fact("told_at", _("Told"), told_at)]
    account = _account_of(own.person)
    for sent in messages.of_account(account) if account else []:
        yield [Fact("number", _("Application number"), ""), *_letter(sent.letter), Fact("told_at", _("Told"), None)]


def _letter(letter: Letter) -> Facts:
    return [
        Fact("message", _("Email"), letter.message, name_of(letter)),
        Fact("to", _("Address"), shown_address(letter.to)),
        Fact("at", _("Time"), letter.created_at),
        Fact("what_became", _("What became of it"), email_words.what_became(letter)),
    ]


def _feedback(person: Person) -> Iterator[Facts]:
    """Yield feedback given with the address of the account, which its holder has shown to be theirs.

    Other addresses are whatever somebody typed, so they show nobody's feedback.
    """
    account = _account_of(person)
    own = account.email if account and account.verified_at else ""
    for given in Feedback.objects.given_from(own):
        yield [
            Fact("given_at", _("Time"), given.given_at),
            Fact("kind", _("What it is about"), given.kind, given.get_kind_display()),
            Fact("text", _("Your feedback"), given.text),
            Fact("answered_at", _("Answered"), given.answered_at),
        ]


def _staff_entries(own: OwnSlots) -> list[Entry]:
    """Return what staff did about this person, or about a whole application of theirs, from the trail."""
    names = [application_chain(application.pk) for application in own.applications.values()]
    chains = list(Chain.objects.filter(name__in=names).values_list("pk", flat=True))
    about_person = Q(subject__in=[applicant_subject(slot.pk) for slot in own.slots])
    about_application = Q(chain__in=chains, subject="")
    found = Entry.objects.filter(about_person | about_application, role__in=wording.STAFF).select_related("chain")
    return list(found.order_by("-at", "-pk"))


def _acts(entries: Iterable[Entry]) -> Iterator[Facts]:
    for entry in entries:
        yield [
            Fact("at", _("Time"), entry.at),
            Fact("what", _("What happened"), entry.event, entry.get_event_display()),
            Fact("by", _("By whom"), entry.role, entry.get_role_display()),
        ]


def _account_of(person: Person) -> Account | None:
    return Account.objects.filter(user=person.user_id).first()
