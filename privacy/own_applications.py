"""What is held about somebody in their applications: their own slot in every version, and what they did there."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from applications import details
from applications.models import (
    Applicant,
    Application,
    Certificate,
    Confirmation,
    Invitation,
    RecordedAct,
    StateChange,
    Version,
)
from core.masking import mask_codes
from identity.models import Person
from privacy.report import Fact, Facts, Part

MEANS = _("Means of identification, as named by the identification service")


@dataclass(frozen=True)
class OwnSlots:
    """A person, and their slots in every version of every application, in the order in which they were sent."""

    person: Person

    @cached_property
    def slots(self) -> list[Applicant]:
        confirmations = Prefetch("confirmations", Confirmation.objects.select_related("terms").order_by("pk"))
        invitations = Prefetch("invitations", Invitation.objects.order_by("pk"))
        found = Applicant.objects.filter(hetu_index__in=self.person.hetu_indexes).select_related(
            "version__application"
        )
        return list(
            found.prefetch_related(confirmations, invitations, "error_reports").order_by("version__created_at")
        )

    @property
    def applications(self) -> dict[int, Application]:
        return {slot.version.application_id: slot.version.application for slot in self.slots}

    @cached_property
    def removals(self) -> dict[int, dt.datetime]:
        """When the person was removed, by the key of each application in which they apply no more."""
        last = {slot.version.application_id: slot.version for slot in self.slots}  # in the order of their versions
        gone = [key for key, version in last.items() if version.application.current_id != version.pk]
        later = Version.objects.filter(application__in=gone).order_by("-number")
        return {
            key: created_at
            for key, number, created_at in later.values_list("application_id", "number", "created_at")
            if number > last[key].number
        }


def applications_part(own: OwnSlots) -> Part:
    """Return each application, in all the versions in which the person applies or has applied."""
    parts = [
        Part(
            "application",
            application.number,
            facts=[
                number_of(application),
                Fact("sent_at", pgettext_lazy("application", "Sent"), application.sent_at),
                *_standing(application, removed_at=own.removals.get(application.pk)),
            ],
            parts=[_version(slot) for slot in own.slots if slot.version.application_id == application.pk],
        )
        for application in own.applications.values()
    ]
    return Part("applications", _("Applications in which you are an applicant"), parts=parts)


def _standing(application: Application, *, removed_at: dt.datetime | None) -> Facts:
    """Return how an application stands; to somebody who was removed, only that: the rest is the others' matter."""
    if removed_at:
        return [Fact("removed_at", _("You were removed"), removed_at)]
    return [
        Fact("status", _("Status"), application.status, application.status.label),
        Fact("valid_until", _("Valid until"), application.valid_until),
    ]


def _version(slot: Applicant) -> Part:
    """Return one version as this applicant may see it, with their own slot."""
    role = _("Main applicant") if slot.is_main else _("Co-applicant")
    sections = [
        Part(
            "section",
            section.title,
            facts=[Fact(str(row.label), row.label, mask_codes(row.value)) for row in section.rows],
        )
        for section in details.sections(slot.version, slot)
    ]
    return Part(
        "version",
        gettext("Version %(number)d") % {"number": slot.version.number},
        facts=[
            Fact("made_at", pgettext_lazy("application", "Sent"), slot.version.created_at),
            Fact("role", _("Role in the application"), "main" if slot.is_main else "co-applicant", role),
            Fact("digest", _("Digest"), slot.version.digest),
            Fact("protected", _("Non-disclosure for personal safety"), slot.protected),
            Fact("declined_at", _("Declined"), slot.declined_at),
        ],
        parts=sections,
    )


def acts_parts(own: OwnSlots) -> Iterator[Part]:
    """Yield what happened to these applications while the person applied in them, and what the person did there."""
    history = [
        [
            number_of(own.applications[change.application_id]),
            Fact("at", _("Time"), change.at),
            Fact("what", _("What happened"), change.transition, change.get_transition_display()),
            Fact("through", _("Through whom"), change.source, change.get_source_display()),
        ]
        for change in StateChange.objects.filter(application__in=own.applications).order_by("at", "pk")
        if change.at <= own.removals.get(change.application_id, change.at)
    ]
    yield Part("history", _("What has happened to these applications"), rows=history)
    invitations = [
        [
            number_of(slot.version.application),
            Fact("created_at", pgettext_lazy("application", "Sent"), invitation.created_at),
            Fact("opened_at", _("Opened"), invitation.opened_at),
            Fact("replaced_at", _("Replaced by a new one"), invitation.replaced_at),
        ]
        for slot in own.slots
        for invitation in slot.invitations.all()
    ]
    yield Part("invitations", _("Your invitations"), rows=invitations)
    yield Part("confirmations", _("Your confirmations"), rows=list(_confirmations(own)))
    yield Part("certificates", _("Certificates issued to you"), rows=list(_certificates(own)))
    yield Part("recorded", _("Recorded for you at customer service"), rows=list(_recorded_acts(own)))
    reports = [
        [
            number_of(slot.version.application),
            Fact("at", _("Time"), report.reported_at),
            Fact("text", _("Text"), mask_codes(report.text)),
        ]
        for slot in own.slots
        for report in slot.error_reports.all()
    ]
    yield Part("error_reports", _("Errors that you have reported"), rows=reports)


def _confirmations(own: OwnSlots) -> Iterator[Facts]:
    for slot in own.slots:
        for confirmation in slot.confirmations.all():
            yield [
                number_of(slot.version.application),
                Fact("version", _("Version"), slot.version.number),
                Fact("confirmed_at", _("Time"), confirmation.confirmed_at),
                Fact("method", _("Method"), confirmation.method, confirmation.get_method_display()),
                Fact("provider", _("Identification service used"), confirmation.provider),
                Fact("means", MEANS, confirmation.means),
                Fact("represented_by", _("Represented by"), confirmation.represented_by),
                Fact("level", _("Level of identification"), confirmation.level, confirmation.level_told),
                Fact("terms", _("Terms published"), confirmation.terms.published_at),
                Fact("receipt", _("Receipt number"), confirmation.receipt_number),
                Fact("undone_at", _("Undone"), confirmation.undone_at),
            ]


def _certificates(own: OwnSlots) -> Iterator[Facts]:
    """Yield what was certified to the person, without the others who applied."""
    numbers = {slot.pk: number_of(slot.version.application) for slot in own.slots}
    for certificate in Certificate.objects.filter(applicant__in=own.slots).order_by("pk"):
        yield [
            numbers[certificate.applicant_id],
            Fact("certificate", _("Certificate number"), str(certificate)),
            Fact("issued_at", _("Time"), certificate.issued_at),
            Fact(
                "language", _("Language of the certificate"), certificate.language, certificate.get_language_display()
            ),
            Fact("status", _("Status"), certificate.state, certificate.get_state_display()),
            Fact("state_since", _("Since"), certificate.state_since),
            Fact("valid_until", _("Valid until"), certificate.valid_until),
        ]


def _recorded_acts(own: OwnSlots) -> Iterator[Facts]:
    """Yield what staff recorded for the person after an ID check, and who acted for them (C6)."""
    found = RecordedAct.objects.filter(id_check__applicant__in=own.slots).select_related("id_check").order_by("pk")
    numbers = {slot.pk: number_of(slot.version.application) for slot in own.slots}
    for act in found:
        yield [
            numbers[act.id_check.applicant_id],
            Fact("at", _("Time"), act.at),
            Fact("what", _("What happened"), act.kind, act.get_kind_display()),
            Fact("represented_by", _("Represented by"), act.id_check.represented_by),
            Fact("undone_at", _("Undone"), act.undone_at),
        ]


def number_of(application: Application) -> Fact:
    """Return an application's number, by which the rows of all parts name it."""
    return Fact("number", _("Application number"), application.number)
