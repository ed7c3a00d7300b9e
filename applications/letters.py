"""The letters about an application: who gets which, and when one is no longer due.

Each letter is queued in the transaction of the event that it tells of, under a key that names the event, so that no
event sends it twice (R20). Letters name people and dates; never a code, an address or anybody's income (R17).

Names may have been written by somebody unidentified, and go to addresses that they chose. So no name stands in a
subject, heading or greeting, and the text has names in quotes.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q
from django.utils import translation

from applications import reading
from applications.enums import State
from applications.models import (
    Applicant,
    Application,
    Confirmation,
    ErrorReport,
    IdCheck,
    Invitation,
    RecordedAct,
)
from mailing import outbox
from mailing.models import Letter
from mailing.outbox import Draft
from records.names import applicant_subject

# Templates take what is missing for false or empty. So that is not stored, but for what code reads by its name, and
# for a number that may be 0.
STATED = {"is_valid", "invitation", "position"}
INVITING = ("invitation", "reminder")  # what asks somebody to confirm
ASKING = Q(message__in=INVITING, dropped_at=None)  # of all letters


def arrived(application: Application) -> Iterator[Draft]:
    """Return what acknowledges receipt to the main applicant, of a changed application too (13/2003 § 12)."""
    main, *others = application.applicants
    version = application.version
    unreached = [a for a in others if a.must_confirm and not a.email]
    return _letters_to(
        "arrived",
        application,
        [main],
        about=version.pk,
        sent_at=version.created_at.isoformat(),
        is_changed=version.number > 1,
        without_address=[str(a) for a in unreached],
        reachable_online=[str(a) for a in unreached if not a.only_at_counter],
    )


def invited(
    invitations: Iterable[Invitation], application: Application, *, unreached: Iterable[Applicant] = ()
) -> Iterator[Draft]:
    """Return the links and codes of co-applicants; for those without an address the same without a link, to keep."""
    applicants = application.applicants
    version = application.version
    known: list[Applicant] = []
    if version.number > 1:
        former = Applicant.objects.filter(version__application=application, version__number__lt=version.number)
        known = list(former.select_related("version").defer("version__content", "hetu"))
    by_link: list[tuple[Applicant, object, dict[str, Any]]] = [
        (one.applicant, one.pk, {"invitation": one.pk}) for one in invitations
    ]
    for to, about, link in [*by_link, *((each, f"version.{version.pk}", {}) for each in unreached)]:
        yield from _letters_to(
            "invitation",
            application,
            [to],
            about=about,
            applicants=applicants,
            inviter=applicants[0].first_name,
            is_changed=any(to.is_same_person(slot) for slot in known),
            **link,
        )


def is_reminded(applicant: Applicant, application: Application) -> bool:
    """Tell whether somebody is to be reminded: to confirm, or as the main applicant of who is missing (R14)."""
    if application.status != State.AWAITING or not is_written_to(applicant):
        return False
    return applicant.is_awaited or (applicant.is_main and any(a.is_awaited for a in application.applicants))


def reminded(applicant: Applicant, application: Application, *, number: int) -> Iterator[Draft]:
    """Return what reminds somebody, for the n-th time since their invitation (R14)."""
    invitation = applicant.live_invitation.pk if applicant.live_invitation else 0
    about = f"{invitation}.{number}"
    return _letters_to(
        "reminder", application, [applicant], about=about, applicant=applicant.pk, invitation=invitation
    )


def confirmed(confirmation: Confirmation, application: Application, applicants: list[Applicant]) -> None:
    """Give the person their receipt, and tell the others who is still missing or that it is valid."""
    who = confirmation.applicant
    receipt: dict[str, Any] = {
        "confirmed_at": confirmation.confirmed_at.isoformat(),
        "method": confirmation.method,
        "receipt_number": confirmation.receipt_number,
        # In its groups: as one text, some codes look like a personal identity code, and would be masked.
        "check_code": confirmation.check_code.split(),
        "terms_of": confirmation.terms.published_at.isoformat(),
    }
    if signed_at := confirmation.signed_on_paper_at:
        receipt["signed_at"] = signed_at.isoformat()
    others = [a for a in _reached(applicants) if a != who]
    message = "valid" if application.state == State.VALID else "confirmed"
    shared: dict[str, Any] = {
        "about": confirmation.pk,
        "applicants": applicants,
        "representative": confirmation.representative,
        "representative_name": confirmation.representative_name,
    }
    outbox.queue_letters(
        *_letters_to("receipt", application, [who], **shared, **receipt),
        *_letters_to(message, application, others, **shared, who=who),
    )


def declined(applicant: Applicant, application: Application, *, check: IdCheck | None = None) -> None:
    """Tell the others that somebody does not apply (R10); with the check if it was recorded at the counter.

    After an undoing somebody may decline the same version once more, on another check.
    """
    others = [a for a in _reached(application.applicants) if a != applicant]
    about = f"{applicant.pk}.{check.pk}" if check else applicant.pk
    _queue_to("declined", application, others, about=about, who=applicant, **_recorded(check))


def undone(confirmation: Confirmation, application: Application, applicants: list[Applicant]) -> None:
    """Tell everybody, the person included, that a confirmation made at the counter no longer counts (C5)."""
    who, reached = confirmation.applicant, _reached(applicants)
    outbox.queue_letters(
        *_letters_to("undone", application, reached, about=confirmation.pk, applicants=applicants, who=who)
    )


def act_undone(act: RecordedAct, application: Application) -> None:
    """Tell everybody, the person included, what becomes of an act when the check that it rests on is undone (C5)."""
    who = act.id_check.applicant
    reached = _reached(application.applicants)
    _queue_to("act_undone", application, reached, about=act.pk, who=who, act=act.kind)


def second_look_taken(check: IdCheck, *, accepted: bool) -> None:
    """Tell the person what was decided about their check, and what to do next, while the application is open (C4)."""
    application = reading.application(check.applicant.version.application_id)
    slots = [slot for slot in application.applicants if check.applicant.is_same_person(slot)]
    if application.is_open:
        message = "check_accepted" if accepted else "check_rejected"
        _queue_to(message, application, slots, about=check.pk, is_unused=accepted and bool(check.paper_wish))


def code_learned(check: IdCheck, *, has_changed: bool) -> None:
    """Tell the person that the application is found by their code from now on, while it is open (R3)."""
    application = reading.application(check.applicant.version.application_id)
    own = Applicant.objects.select_related("version").defer("version__content").get(pk=check.applicant_id)
    slots = [slot for slot in application.applicants if own.is_same_person(slot)]
    if application.is_open:
        _queue_to("code_learned", application, slots, about=check.pk, has_changed=has_changed)


def error_reported(report: ErrorReport, application: Application) -> None:
    """Tell the main applicant what a co-applicant says is wrong."""
    main = application.applicants[:1]
    _queue_to("error_reported", application, main, about=report.pk, who=report.applicant, text=report.text)


def undeliverable(letter: Letter, applicant: Applicant, application: Application, *, about: str) -> None:
    """Tell the main applicant that a letter that asks this co-applicant to confirm came back."""
    lost = {"letter": letter.pk, "invitation": letter.parameters["invitation"]}
    _queue_to("undeliverable", application, application.applicants[:1], about=about, who=applicant, **lost)


def about_to_end(application: Application) -> Iterator[Draft]:
    """Return what warns everybody a week before the application lapses or expires (R5)."""
    message = "about_to_lapse" if application.state == State.AWAITING else "about_to_expire"
    return _letters_to(
        message, application, _reached(application.applicants), about=application.valid_until.isoformat()
    )


def renewed(who: Applicant, application: Application, *, check: IdCheck | None = None) -> None:
    """Give everybody a receipt of the renewal (R7); with the check if it was recorded at the counter."""
    about = application.valid_until.isoformat()
    _queue_to("renewed", application, _reached(application.applicants), about=about, who=who, **_recorded(check))


def ended(application: Application, *, who: Applicant | None = None, check: IdCheck | None = None) -> Iterator[Draft]:
    """Return what tells everybody that the application lapsed, expired, was replaced, or was withdrawn by `who`.

    Nobody who applies withdrew it if the housing system did. The check is that of a withdrawal at the counter.
    """
    reached = _reached(application.applicants)
    return _letters_to(application.state, application, reached, about=application.pk, who=who, **_recorded(check))


def removed(former: Sequence[Applicant], application: Application) -> None:
    """Tell the adults of the former version who apply in this one no more that they have been removed.

    The letter says nothing of those who stay.
    """
    gone = [a for a in _reached(former) if not any(a.is_same_person(slot) for slot in application.applicants)]
    version = application.version
    outbox.queue_letters(
        *[
            draft
            for applicant in gone
            for draft in _letters_to(
                "removed",
                application,
                [applicant],
                about=version.pk,
                applicants=[],
                removed_at=version.created_at.isoformat(),
                had_confirmed=applicant.confirmed is not None,
            )
        ]
    )


def became_adult(applicant: Applicant, application: Application) -> Iterator[Draft]:
    """Return what tells everybody, the person included, that the application now waits for one person more (R2)."""
    reached = _reached(application.applicants)
    return _letters_to("became_adult", application, reached, about=applicant.pk, who=applicant)


def letter_key(message: str, about: object, to: Applicant) -> str:
    """Return the key of the letter that an event owes somebody."""
    return f"{message}:{about}:{to.pk}"


def _recorded(check: IdCheck | None) -> dict[str, Any]:
    """Return what a letter says of an act that was recorded at the counter, and of who acted for the person (C6)."""
    if check is None:
        return {}
    return {
        "is_recorded": True,
        "representative": check.representative,
        "representative_name": check.representative_name,
    }


def _reached(applicants: Sequence[Applicant]) -> list[Applicant]:
    """Return the adults who still apply. Whoever said "this is not for me" may be a stranger at that address."""
    return [a for a in applicants if a.is_adult and not a.declined_at]


def is_written_to(applicant: Applicant) -> bool:
    """Tell whether emails to everybody reach this applicant."""
    return bool(_reached([applicant])) and applicant.can_be_emailed


def _queue_to(message: str, application: Application, to: Iterable[Applicant], **parameters: Any) -> None:
    outbox.queue_letters(*_letters_to(message, application, to, **parameters))


def _letters_to(
    message: str,
    application: Application,
    to: Iterable[Applicant],
    *,
    about: object,
    applicants: list[Applicant] | None = None,
    who: Applicant | None = None,
    **parameters: Any,
) -> Iterator[Draft]:
    """Return the letters of an event. They tell who of `applicants` is missing, which are all of the application."""
    told_of = application.applicants if applicants is None else applicants
    was_valid = application.state == State.AWAITING and application.was_valid
    for applicant in to:
        if applicant.held_at is None:  # without an address it is read on the page, and told by the counter
            told = {
                "reference": application.reference,
                "number": application.number,
                "valid_until": application.valid_until.isoformat(),
                "is_valid": application.state == State.VALID,
                "was_valid": was_valid,
                "recipient": str(applicant),
                "is_main": applicant.is_main,
                "only_at_counter": applicant.only_at_counter,
                **who_is_missing(applicant, told_of),
                **({"who": str(who), "is_me": who == applicant} if who else {}),
                **_edit_place(applicant, application),
                **parameters,
            }
            yield Draft(
                key=letter_key(message, about, applicant),
                message=message,
                to=applicant.email,
                language=applicant.language,
                about=application.reference,
                recipient=applicant_subject(applicant.pk),
                parameters={name: value for name, value in told.items() if value or name in STATED},
            )


def _edit_place(recipient: Applicant, application: Application) -> dict[str, str]:
    """Return where the main applicant, whom letters tell to edit the application, does so if not here (J6.4)."""
    elsewhere = application.edited_elsewhere
    if elsewhere is None or not recipient.is_main:
        return {}
    with translation.override(recipient.language):
        return {"edited_in": elsewhere.name, "edit_link": application.edit_link}


def who_is_missing(recipient: Applicant, applicants: list[Applicant]) -> dict[str, Any]:
    """Return who has not confirmed, in the form in which the recipient is told."""
    others = [a for a in applicants if a.is_awaited and a != recipient]
    return {
        "me_missing": recipient.is_awaited,
        "missing": [str(a) for a in others],
        "at_counter": [str(a) for a in others if a.only_at_counter],
        "declined": [str(a) for a in applicants if a.must_confirm and a.declined_at],
    }


def slip(applicant: Applicant, application: Application, *, asked: dt.datetime) -> None:
    """Send somebody the slip for the counter that they asked for: at most once a minute."""
    about = asked.isoformat(timespec="minutes")
    _queue_to("slip", application, [applicant], about=about, position=applicant.position)
