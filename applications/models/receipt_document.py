"""Receipts as PDF."""

from django.db import models
from django.db.models import Q

from applications.models.confirmation import Confirmation
from core import crypto
from identity.enums import Language


class ReceiptDocument(models.Model):
    """The PDF of a receipt: asked for by whoever confirmed, made by the worker, deleted after a day.

    The worker that is at it holds it until `held_until`; so long it waits for its second try if the first fails.
    """

    confirmation = models.OneToOneField(Confirmation, on_delete=models.CASCADE, related_name="pdf")
    language = models.CharField(max_length=2, choices=Language)
    asked_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    held_until = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    content = crypto.EncryptedTextField(context="applications.receiptdocument.content", null=True)  # base64

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at=None, content=None)
                | Q(made_at__isnull=False, content__isnull=False, failed_at=None),
                name="receipt_document_made_or_not",
            ),
        ]
        indexes = [
            models.Index("asked_at", condition=Q(made_at=None, failed_at=None), name="receipt_document_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.confirmation_id} {self.language}"
