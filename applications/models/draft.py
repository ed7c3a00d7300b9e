"""What somebody has typed of an application, before it is sent."""

from typing import Self

from django.db import models
from django.db.models import Q

from applications.models.application import Application
from applications.models.learned_code import belongs_to
from core import crypto
from identity.enums import Language
from identity.models import Person


class DraftQuerySet(models.QuerySet["Draft"]):
    def unsent(self) -> Self:
        return self.filter(sent=None)

    def of(self, person: Person | int) -> Self:
        """The drafts that a person can continue, the latest first; what was typed in them is not fetched."""
        return (
            self.unsent()
            .filter(belongs_to(person))
            .select_related("application__origin")
            .defer("data")
            .order_by("-touched_at")
        )


class Draft(models.Model):
    """What somebody has typed so far of an application. Deleted after 30 days in which nothing is saved.

    Sending empties the draft; its row then leads people who come back to the application. The draft of a change
    names the application, and the version from which the change started.
    """

    data = crypto.EncryptedTextField(context="applications.draft.data", null=True)  # JSON, see form/data.py
    language = models.CharField(max_length=2, choices=Language)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="drafts")
    email = models.EmailField(blank=True, default="", db_default="")  # where its link was sent last
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField(db_index=True)
    warned_at = models.DateTimeField(null=True)
    sent = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, related_name="sent_drafts")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, related_name="change_drafts")
    base_digest = models.CharField(max_length=64, blank=True, default="", db_default="")

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent=None, data__isnull=False) | Q(sent__isnull=False, data=None),
                name="draft_emptied_on_sending",
            ),
            models.CheckConstraint(
                condition=Q(application=None, base_digest="") | (Q(application__isnull=False) & ~Q(base_digest="")),
                name="draft_of_a_change_knows_its_base",
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    def is_open_to(self, person: Person) -> bool:
        """Whether it is nobody's yet, or this person's."""
        if self.person_id in {None, person.pk}:
            return True
        return Draft.objects.filter(belongs_to(person), pk=self.pk).exists()
