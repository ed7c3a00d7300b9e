"""Letters: stored with the change that owes them, delivered later, followed until delivered."""

import secrets
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.leases import FREE, Leased, lease_constraint
from core.transactions import TransactionTime
from mailing.enums import Failure, Fate, Rank, Status, kinds, languages, name_of

UNENDED = Q(sent_at=None, dead_at=None, dropped_at=None)
HELD = UNENDED & Q(held_at__isnull=False)
RESTORED = HELD & Q(restored_at__isnull=False)
LEAVING = UNENDED & Q(held_at=None)
UNDELIVERABLE = Q(dead_at__isnull=False) | Q(bounced_at__isnull=False)


def new_message_id() -> str:
    """Return a Message-ID (RFC 5322 § 3.6.4) that no other installation makes."""
    return f"<{secrets.token_hex(16)}@{urlsplit(settings.PUBLIC_URL).hostname}>"


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self) -> Self:
        """Return the letters that are due by the database's clock and that nobody has in hand.

        They are in the order in which they leave (ADR 51): by rank, and those that have been due for longest first.
        """
        return self.filter(LEAVING, FREE, due_at__lte=Now()).order_by("rank", "due_at", "pk")

    def held(self) -> Self:
        """Return the letters that wait until they are released (held.py)."""
        return self.filter(HELD, restored_at=None)

    def restored(self) -> Self:
        """Return the letters that a backup brought back, and that wait for the operator (restored_emails.py)."""
        return self.filter(RESTORED)

    def dead(self) -> Self:
        """Return the letters that were given up or refused before they left."""
        return self.filter(dead_at__isnull=False)

    def undeliverable(self) -> Self:
        """Return the letters that will never arrive: refused at once, or bounced later."""
        return self.filter(UNDELIVERABLE)


class Letter(Leased):
    """One letter that one event owes one person. Its text may hold tokens, so it is written at sending."""

    leaves = False  # at this moment, as an email; otherwise it is read on a page
    key = models.CharField(_("event"), max_length=120, unique=True)  # the event, so that it owes one letter only
    # The folder templates/mailing/<message>/
    message = models.CharField(_("kind of email"), max_length=40, choices=kinds)
    language = models.CharField(_("language"), max_length=2, choices=languages)
    to = models.EmailField(_("email address"), db_index=True)  # empty: it is never sent, but read and told
    # Whom it concerns, as the trail names them, such as "applicant 55".
    recipient = models.CharField(max_length=80, blank=True, db_default="")
    # To find it by: the reference of an application.
    about = models.CharField(_("about"), max_length=40, blank=True, db_default="")
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)  # never a code, never a token
    # The same on every try.
    message_id = models.CharField(_("identifier (Message-ID)"), max_length=300, unique=True, default=new_message_id)
    code_hash = models.CharField(max_length=80, null=True)  # of the code in its text (mailing/letter_codes.py)
    created_at = models.DateTimeField(pgettext_lazy("email", "created"), db_default=Now())
    # What one transaction stores is due at one moment, so that the letters of a household leave together.
    due_at = models.DateTimeField(_("to be sent"), db_default=TransactionTime())
    rank = models.SmallIntegerField(_("order of sending"), choices=Rank, default=Rank.NEWS, db_default=Rank.NEWS)

    # Since then it does not leave, until it is released.
    held_at = models.DateTimeField(_("held back"), null=True)
    released_at = models.DateTimeField(_("released"), null=True)
    # Since when a backup has brought it back as not yet sent, which it may have been; it is held as well.
    restored_at = models.DateTimeField(null=True)

    # Why it has not left, is delayed on its way, or came back, and since when that is known.
    failure = models.CharField(_("reason for failure"), max_length=20, choices=Failure, blank=True, db_default="")
    failed_at = models.DateTimeField(null=True)

    sent_at = models.DateTimeField(pgettext_lazy("email", "sent"), null=True)
    dead_at = models.DateTimeField(_("given up"), null=True)
    dropped_at = models.DateTimeField(_("no longer needed"), null=True)
    provider = models.CharField(max_length=40, blank=True, db_default="")
    provider_message_id = models.CharField(max_length=300, blank=True, db_default="")
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    bounced_at = models.DateTimeField(_("returned undeliverable"), null=True)
    complained_at = models.DateTimeField(_("marked as junk mail"), null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("email")
        verbose_name_plural = _("emails")
        indexes = [
            models.Index(fields=["rank", "due_at", "id"], condition=LEAVING, name="letter_next"),
            models.Index(fields=["created_at", "id"], condition=LEAVING, name="letter_waiting"),
            models.Index(fields=["held_at", "id"], condition=HELD, name="letter_held"),
            models.Index(fields=["created_at"], condition=UNDELIVERABLE, name="letter_undeliverable"),
            models.Index(fields=["created_at"], condition=Q(to=""), name="letter_unaddressed"),
            models.Index(fields=["created_at", "id"], name="letter_by_time"),
            models.Index(fields=["message"], name="letter_by_kind"),
            models.Index(fields=["language"], name="letter_by_language"),
            models.Index(fields=["about", "id"], name="letter_about"),
            models.Index(fields=["recipient", "id"], name="letter_recipient"),
            models.Index(fields=["code_hash"], name="letter_code"),
            models.Index(fields=["sent_at"], condition=Q(sent_at__isnull=False), name="letter_sent"),
            models.Index(fields=["failed_at"], condition=~Q(failure=""), name="letter_failed"),
            models.Index(
                fields=["provider", "provider_message_id"],
                condition=~Q(provider_message_id=""),
                name="letter_at_provider",
            ),
        ]
        constraints = [
            lease_constraint(UNENDED, name="letter_lease_whole_and_only_while_unended"),
            models.CheckConstraint(
                condition=Q(sent_at=None, dead_at=None)
                | Q(sent_at=None, dropped_at=None)
                | Q(dead_at=None, dropped_at=None),
                name="letter_ends_in_one_way",
            ),
            models.CheckConstraint(
                condition=Q(held_at=None) | Q(sent_at=None, released_at=None), name="letter_held_does_not_leave"
            ),
            models.CheckConstraint(
                condition=Q(restored_at=None) | Q(held_at__isnull=False), name="letter_restored_is_held"
            ),
            models.CheckConstraint(
                condition=Q(dead_at=None) | ~Q(failure=""),
                name="letter_dead_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | Q(delivered_at=None, bounced_at=None, complained_at=None),
                name="letter_followed_once_sent",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(bounced_at=None),
                name="letter_not_delivered_and_bounced",
            ),
        ]

    def __str__(self) -> str:
        return str(_("email %(number)s: %(kind)s") % {"number": self.pk, "kind": name_of(self.message)})

    @property
    def nonce(self) -> str:
        """What its code is computed from (core.links.MailedSecret)."""
        return self.message_id

    @property
    def status(self) -> Status:
        """What is known of this letter: what was heard last, unless its reader complains."""
        if not self.to:
            return Status.UNADDRESSED
        for moment, status in (
            (self.dropped_at, Status.DROPPED),
            (self.complained_at, Status.COMPLAINED),
            (self.delivered_at, Status.DELIVERED),
            (self.bounced_at or self.dead_at, Status.UNDELIVERABLE),
            (self.sent_at, Status.DELAYED if self.failure else Status.SENT),
            (self.held_at, Status.HELD),
        ):
            if moment:
                return status
        return Status.DELAYED if self.failure else Status.WAITING


class TrackingEvent(models.Model):
    """A report of a provider. If it comes before its letter is known as sent, it waits here."""

    provider = models.CharField(max_length=40)
    message_id = models.CharField(max_length=300)  # the provider's
    type = models.CharField(max_length=12, choices=Fate)
    recipient = models.CharField(max_length=254)
    bounce = models.CharField(max_length=20, choices=Failure, blank=True, default="", db_default="")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now(), db_index=True)
    letter = models.ForeignKey(Letter, null=True, on_delete=models.CASCADE, related_name="events")

    class Meta:
        indexes = [models.Index(fields=["received_at"], condition=~Q(bounce=""), name="report_of_a_failure")]
        constraints = [
            # Webhooks are repeated, by providers and by whoever recorded one.
            models.UniqueConstraint(
                fields=["provider", "message_id", "type", "recipient", "occurred_at"],
                name="tracking_event_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} by {self.provider}"


class Pace(models.Model):
    """The one row from which all workers take the turns in which emails leave (pace.py)."""

    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"next email at {self.next_at}"


class WorkerHeartbeat(models.Model):
    """A worker (manage.py deliver) that lives, or did until `seen_at` (heartbeat.py)."""

    name = models.CharField(max_length=100, unique=True)  # of its machine, and the number of the process there
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_default=Now())
    round_seconds = models.FloatField()  # of its longest round since the time before
    version = models.CharField(max_length=100, blank=True, db_default="")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
