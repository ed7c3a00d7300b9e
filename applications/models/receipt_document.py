"""Receipts as PDF, and what every document that the worker makes has."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from applications.models.confirmation import Confirmation
from core import crypto
from core.leases import Leased, lease_constraint
from identity.enums import Language


class PdfDocument(Leased):
    """A document as PDF: its holder asks for it, the worker makes it, and it is deleted after a day.

    Each kind has its `content` besides, encrypted in a context of its own.
    """

    language = models.CharField(max_length=2, choices=Language)
    asked_at = models.DateTimeField(db_index=True)
    failed_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    content: ClassVar[crypto.EncryptedTextField]

    class Meta:
        abstract = True


def pdf_constraints(name: str) -> list[models.BaseConstraint]:
    """Return the constraints of a kind of document: it has its content once it is made, and is leased until then."""
    made = Q(made_at__isnull=False, content__isnull=False, failed_at=None)
    return [
        models.CheckConstraint(condition=Q(made_at=None, content=None) | made, name=f"{name}_made_or_not"),
        lease_constraint(Q(made_at=None, failed_at=None), name=f"{name}_leased_while_waiting"),
    ]


class ReceiptDocument(PdfDocument):
    """The PDF of a receipt."""

    confirmation = models.OneToOneField(Confirmation, on_delete=models.CASCADE, related_name="pdf")
    content = crypto.EncryptedTextField(context="applications.receiptdocument.content", null=True)  # base64

    class Meta:
        constraints = pdf_constraints("receipt_document")
        indexes = [
            models.Index("asked_at", condition=Q(made_at=None, failed_at=None), name="receipt_document_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.confirmation_id} {self.language}"
