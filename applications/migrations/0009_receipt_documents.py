import django.db.models.deletion
from django.db import migrations, models

import core.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0008_receipts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReceiptDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "language",
                    models.CharField(choices=[("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")], max_length=2),
                ),
                ("asked_at", models.DateTimeField(db_index=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("held_until", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                (
                    "content",
                    core.crypto.EncryptedTextField(context="applications.receiptdocument.content", null=True),
                ),
                (
                    "confirmation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pdf", to="applications.confirmation"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("asked_at"),
                        condition=models.Q(("failed_at", None), ("made_at", None)),
                        name="receipt_document_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("content", None), ("made_at", None)),
                            models.Q(("content__isnull", False), ("failed_at", None), ("made_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="receipt_document_made_or_not",
                    )
                ],
            },
        ),
    ]
