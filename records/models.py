"""The trail: entries that nobody edits, in chains that show if somebody did (R19)."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.actors import Role
from core.leases import Leased, lease_constraint
from records.enums import Event, Sending


class Chain(models.Model):
    """One thread of the trail, such as "application 17". Its seal fixes its length and its last entry."""

    name = models.CharField(max_length=80, unique=True)
    length = models.PositiveIntegerField()
    head = models.CharField(max_length=64, blank=True, default="", db_default="")  # the digest of the last entry
    key_id = models.CharField(max_length=8)
    seal = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    def sealed(self) -> list[Any]:
        """Return the values from which the seal is made."""
        return ["chain", self.name, self.length, self.head, self.key_id]


class Entry(models.Model):
    """What happened: when, by whom, about whom. Written by trail.append_events alone, and never changed."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="entries", db_index=False)
    number = models.PositiveIntegerField()  # 1, 2, 3 … within the chain
    at = models.DateTimeField()
    event = models.CharField(max_length=40, choices=Event)
    role = models.CharField(max_length=20, choices=Role)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    name = models.CharField(max_length=200, blank=True, db_default="")  # of a housing system, which has no user
    subject = models.CharField(max_length=80, blank=True, db_default="")  # whom it is about, such as "applicant 55"
    facts = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True, db_default="")  # the digest of the entry before
    key_id = models.CharField(max_length=8)
    mac = models.CharField(max_length=64)
    # Whether the City's audit log has it (enums.Sending): alone not part of what is told, and changed.
    sending = models.CharField(max_length=8, null=True, editable=False)

    class Meta:
        default_permissions = ()
        verbose_name = _("entry of the event log")
        verbose_name_plural = _("entries of the event log")
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="entry_once_in_its_place")]
        indexes = [
            models.Index(fields=["user", "at"], name="entry_by_user"),
            models.Index(fields=["subject", "at"], name="entry_by_subject"),
            models.Index(fields=["event", "at"], name="entry_by_event"),
            models.Index(fields=["id"], condition=Q(sending=None), name="entry_to_send"),
            models.Index(fields=["id"], condition=Q(sending=Sending.REFUSED.value), name="entry_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.event}"

    def digested(self, chain: str) -> list[Any]:
        """Return the values from which the digest is made. `chain` is the name of the entry's chain."""
        at = self.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
        who = [self.role, self.user_id, self.name]
        what = [self.event, self.subject, self.facts]
        return ["entry", chain, self.number, at, *who, *what, self.previous, self.key_id]


class AuditSender(Leased):
    """The one row whose lease says which worker sends entries on to the audit log, and when the next try is due."""

    due_at = models.DateTimeField(db_default=Now())
    failing_since = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [lease_constraint(Q(), name="audit_sender_lease")]

    def __str__(self) -> str:
        return str(self.due_at)


class Permit(models.Model):
    """A transaction that sees a row of these may delete append-only rows. None is committed (append_only.permit)."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class CommandRun(models.Model):
    """When a command that is to be run every night last came to its end, and how many faults it found (runs.py)."""

    command = models.CharField(max_length=40, unique=True)
    ended_at = models.DateTimeField()
    faults = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.command
