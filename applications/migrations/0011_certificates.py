import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import applications.references
import core.crypto
from records.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0010_means_of_identification"),
        ("records", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(default=applications.references.new, max_length=9, unique=True)),
                (
                    "language",
                    models.CharField(choices=[("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")], max_length=2),
                ),
                ("issued_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("awaiting", "Sent – waiting for confirmation"),
                            ("valid", "Valid"),
                            ("lapsed", "Lapsed – not confirmed in time"),
                            ("expired", "Expired"),
                            ("withdrawn", "Withdrawn"),
                            ("replaced", "Replaced by a new one"),
                        ],
                        max_length=9,
                    ),
                ),
                ("state_since", models.DateField()),
                ("valid_until", models.DateField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="applications.applicant",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CertificateDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lease", models.UUIDField(editable=False, null=True)),
                ("leased_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(db_default=0, verbose_name="tries")),
                (
                    "language",
                    models.CharField(choices=[("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")], max_length=2),
                ),
                ("asked_at", models.DateTimeField(db_index=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                (
                    "content",
                    core.crypto.EncryptedTextField(context="applications.certificatedocument.content", null=True),
                ),
                (
                    "certificate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pdf", to="applications.certificate"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("awaiting", "valid"))), name="certificate_of_what_is_open"
            ),
        ),
        migrations.AddIndex(
            model_name="certificatedocument",
            index=models.Index(
                models.F("asked_at"),
                condition=models.Q(("failed_at", None), ("made_at", None)),
                name="certificate_document_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificatedocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("content", None), ("made_at", None)),
                    models.Q(("content__isnull", False), ("failed_at", None), ("made_at__isnull", False)),
                    _connector="OR",
                ),
                name="certificate_document_made_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificatedocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease", None), ("leased_until", None)),
                    models.Q(
                        ("lease__isnull", False),
                        ("leased_until__isnull", False),
                        ("failed_at", None),
                        ("made_at", None),
                    ),
                    _connector="OR",
                ),
                name="certificate_document_leased_while_waiting",
            ),
        ),
        AppendOnly("Certificate"),
    ]
