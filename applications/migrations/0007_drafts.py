import django.db.models.deletion
from django.db import migrations, models

import core.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0006_kept"),
        ("identity", "0002_accounts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="statechange",
            name="source",
            field=models.CharField(
                choices=[
                    ("person", "an applicant"),
                    ("counter", "the counter"),
                    ("housing_system", "the housing system"),
                    ("clock", "the passing of time"),
                    ("form", "the form, without identification"),
                ],
                max_length=14,
            ),
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("data", core.crypto.EncryptedTextField(context="applications.draft.data", null=True)),
                (
                    "language",
                    models.CharField(choices=[("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")], max_length=2),
                ),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("nonce", models.CharField(max_length=32)),
                ("token_hash", models.CharField(max_length=80, unique=True)),
                ("created_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField(db_index=True)),
                ("warned_at", models.DateTimeField(null=True)),
                ("base_digest", models.CharField(blank=True, max_length=64)),
                (
                    "application",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="change_drafts",
                        to="applications.application",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="identity.person",
                    ),
                ),
                (
                    "sent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sent_drafts",
                        to="applications.application",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("data__isnull", False), ("sent", None)),
                            models.Q(("data", None), ("sent__isnull", False)),
                            _connector="OR",
                        ),
                        name="draft_emptied_on_sending",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("application", None), ("base_digest", "")),
                            models.Q(("application__isnull", False), models.Q(("base_digest", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="draft_of_a_change_knows_its_base",
                    ),
                ],
            },
        ),
    ]
