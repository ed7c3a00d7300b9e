"""All that is held about one person, for them to read and take along (GDPR 15): their own values only.

Of the others who apply with them they see what the application's page shows, and no more (R16). Members of staff
are named by their role. Their own code is masked here too: it belongs in no file (R17).
"""

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import Draft, IdCheck, TermsAcceptance
from core.actors import Actor, Role
from core.masking import mask_codes, mask_hetu
from counter import countries
from counter.desk import messages, wording
from counter.models import DocumentType
from identity.models import Account, Person
from identity.proof import Proof
from mailing.models import Letter
from privacy import own_applications
from privacy.own_applications import OwnSlots, number_of
from privacy.report import Fact, Facts, Part
from records.enums import ACCESS_EVENTS, Event
from records.models import Chain, Entry
from records.names import applicant_subject, application_chain, person_chain, person_subject
from records.trail import append_event


def own_data_of(person: Person, *, proof: Proof) -> list[Part]:
    """Return everything, in a number of queries that does not grow with it."""
    own = OwnSlots(person, own_applications.own_slots(person))
    entries = _staff_entries(own)
    everything = [
        _person(person, proof),
        Part("terms", _("Terms of use that you have accepted"), rows=list(_terms(person))),
        _account(person),
        Part("drafts", _("Applications that you have not sent yet"), rows=list(_drafts(person))),
        own_applications.applications_part(own),
        Part("history", _("What has happened to these applications"), rows=list(own_applications.history(own))),
        Part("invitations", _("Your invitations"), rows=list(own_applications.invitations(own))),
        Part("confirmations", _("Your confirmations"), rows=list(own_applications.confirmations(own))),
        Part("error_reports", _("Errors that you have reported"), rows=list(own_applications.reports(own))),
        Part("id_checks", _("ID checks at the counter"), parts=list(_checks(own, entries))),
        Part("letters", _("Letters sent to you"), rows=list(_letters(own))),
        Part(
            "looks", _("Who has looked at your data"), rows=list(_acts(e for e in entries if e.event in ACCESS_EVENTS))
        ),
        Part(
            "changes", _("What staff have done"), rows=list(_acts(e for e in entries if e.event not in ACCESS_EVENTS))
        ),
    ]
    return [part for part in everything if not part.is_empty]


@transaction.atomic
def record_export(person: Person, *, by: Actor, as_file: bool) -> None:
    """Record in the trail that somebody got their own data, in a chain of the person's own."""
    append_event(Event.EXPORTED, chain=person_chain(person.pk), by=by, subject=person_subject(person.pk), file=as_file)


def _person(person: Person, proof: Proof) -> Part:
    return Part(
        "person",
        _("Who you are"),
        facts=[
            Fact("first_names", _("First names"), person.first_names),
            Fact("last_name", _("Last name"), person.last_name),
            Fact("personal_identity_code", _("Personal identity code"), mask_hetu(person.hetu or "")),
            Fact("birth_date", _("Date of birth"), person.birth_date),
            Fact("language", _("Language"), person.language, person.get_language_display()),
            Fact("known_since", _("Known to the service since"), person.created_at),
            Fact("identified_at", _("Last identified"), person.identified_at),
            Fact("method", _("How you identified yourself now"), proof.method, proof.method.label),
        ],
    )


def _terms(person: Person) -> Iterator[Facts]:
    for accepted in TermsAcceptance.objects.filter(person=person).select_related("terms").order_by("pk"):
        yield [
            Fact("published_at", _("Terms published"), accepted.terms.published_at),
            Fact("accepted_at", _("Accepted"), accepted.accepted_at),
        ]


def _account(person: Person) -> Part:
    account = _account_of(person)
    if account is None:
        return Part("account", _("Account"))
    facts = [
        Fact("email", _("Email address"), account.email),
        Fact("issued_at", _("Issued"), account.issued_at),
        Fact("verified_at", _("Address verified"), account.verified_at),
        Fact("closed_at", _("Closed"), account.closed_at),
    ]
    return Part("account", _("Account"), facts=facts)


def _drafts(person: Person) -> Iterator[Facts]:
    for draft in Draft.objects.of(person):
        yield [
            Fact("begun_at", _("Begun"), draft.created_at),
            Fact("touched_at", _("Last saved"), draft.touched_at),
            Fact("email", _("Link sent to"), draft.email),
        ]


def _checks(own: OwnSlots, entries: Iterable[Entry]) -> Iterator[Part]:
    """Each check as it was recorded (C2), whoever made it named by their role in the trail."""
    made_by = {e.facts["id_check"]: e for e in entries if e.event == Event.CHECK_RECORDED}
    numbers = {slot.pk: slot.version.application for slot in own.slots}
    names = DocumentType.objects.names()
    for check in IdCheck.objects.with_outcome().filter(applicant__in=own.slots).order_by("pk"):
        document = names.get(check.document_type, check.document_type)
        yield Part(
            "id_check",
            document,
            facts=[number_of(numbers[check.applicant_id]), *_check(check, document, made_by.get(check.pk))],
        )


def _check(check: IdCheck, document: str, recorded: Entry | None) -> Iterator[Fact]:
    role = Role(recorded.role) if recorded else Role.ADVISER
    yield Fact("checked_at", _("Checked"), check.checked_at)
    yield Fact("place", _("Place"), check.place)
    yield Fact("by", _("By whom"), role, role.label)
    yield Fact("outcome", _("Outcome"), check.status, check.status.label)
    yield Fact("document", _("Identity document"), check.document_type, document)
    yield Fact("country", _("Country that issued it"), check.country, countries.name(check.country))
    yield Fact("valid_until", _("Last day of validity"), check.document_valid_until)
    yield Fact("picture_matches", _("The picture matches"), check.picture_matches)
    yield Fact("name_matches", _("The name matches"), check.name_matches)
    yield Fact("name_reason", _("Why the name may differ"), mask_codes(check.name_reason))
    yield Fact("represented_by", _("Who is here instead"), check.representative_name)
    yield Fact("basis", _("Document that shows their right"), mask_codes(check.basis_document))
    yield Fact("basis_until", _("Their right ends"), check.basis_valid_until)
    yield Fact("note", _("Note"), mask_codes(check.note))
    if hasattr(check, "second_look"):
        yield Fact("second_look_at", _("Second look"), check.second_look.at)
        yield Fact("second_look", _("Reason given at the second look"), mask_codes(check.second_look.reason))
    if hasattr(check, "undoing"):
        yield Fact("undone_at", _("Undone"), check.undoing.at)
        yield Fact("undone_because", _("Why it was undone"), mask_codes(check.undoing.reason))


def _letters(own: OwnSlots) -> Iterator[Facts]:
    applications = {application.reference: application for application in own.applications.values()}
    mine = [applicant_subject(slot.pk) for slot in own.slots]
    for letter in Letter.objects.filter(recipient__in=mine).order_by("pk"):
        yield [number_of(applications[letter.about]), *_letter(letter)]
    account = _account_of(own.person)
    for sent in messages.of_account(account, is_restricted=False) if account else []:
        yield [Fact("number", _("Application number"), ""), *_letter(sent.letter)]


def _letter(letter: Letter) -> Facts:
    return [
        Fact("message", _("Letter"), letter.message, messages.name_of(letter)),
        Fact("to", _("Address"), letter.to),
        Fact("at", _("Time"), letter.created_at),
        Fact("status", _("Status"), letter.status, letter.status.label),
    ]


def _staff_entries(own: OwnSlots) -> list[Entry]:
    """What the trail holds of members of staff and this person, or the whole of an application of theirs."""
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
