"""Receipts as PDF."""

from django.db import models
from django.db.models import Q

from applications.models.confirmation import Confirmation
from core import crypto
from core.leases import Leased, lease_constraint
from identity.enums import Language


class ReceiptDocument(Leased):
    """The PDF of a receipt: its holder asks for it, the worker makes it, and it is deleted after a day."""

    confirmation = models.OneToOneField(Confirmation, on_delete=models.CASCADE, related_name="pdf")
    language = models.CharField(max_length=2, choices=Language)
    asked_at = models.DateTimeField(db_index=True)
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
            lease_constraint(Q(made_at=None, failed_at=None), name="receipt_document_leased_while_waiting"),
        ]
        indexes = [
            models.Index("asked_at", condition=Q(made_at=None, failed_at=None), name="receipt_document_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.confirmation_id} {self.language}"
