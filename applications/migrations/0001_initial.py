import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import applications.references
import core.crypto
from applications.migrations._first_terms import publish_first_terms
from records.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(default=applications.references.new, max_length=9, unique=True)),
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
                (
                    "language",
                    models.CharField(choices=[("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")], max_length=2),
                ),
                ("sent_at", models.DateTimeField()),
                ("valid_until", models.DateField()),
                ("due_at", models.DateTimeField(null=True)),
                ("ticked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("due_at"), condition=models.Q(("due_at__isnull", False)), name="application_due"
                    ),
                    models.Index(models.F("state"), models.F("valid_until"), name="application_by_state"),
                    models.Index(models.F("sent_at"), name="application_by_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="applications.application",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("content", core.crypto.EncryptedTextField(context="applications.version.content")),
                ("salt", models.CharField(max_length=32)),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("application"), models.F("number"), name="version_number_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="application",
            name="current",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="current_of",
                to="applications.version",
            ),
        ),
        migrations.CreateModel(
            name="Applicant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applicants",
                        to="applications.version",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("first_names", models.CharField(max_length=200)),
                ("last_name", models.CharField(max_length=200)),
                ("hetu", core.crypto.EncryptedTextField(context="applications.applicant.hetu", null=True)),
                ("hetu_index", models.CharField(db_index=True, max_length=80, null=True)),
                ("birth_date", models.DateField()),
                ("email", models.EmailField(blank=True, db_default="", default="", max_length=254)),
                ("phone", models.CharField(blank=True, db_default="", default="", max_length=50)),
                (
                    "language",
                    models.CharField(choices=[("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")], max_length=2),
                ),
                ("protected", models.BooleanField(db_default=False, default=False)),
                ("declined_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("version"), models.F("position"), name="applicant_position_once"),
                    models.UniqueConstraint(
                        models.F("version"), models.F("hetu_index"), name="applicant_once_in_version"
                    ),
                    models.CheckConstraint(condition=models.Q(("position__lt", 4)), name="applicant_at_most_four"),
                    models.CheckConstraint(
                        condition=models.Q(("position__gt", 0), ("hetu_index__isnull", False), _connector="OR"),
                        name="main_applicant_has_hetu",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hetu__isnull", True), ("hetu_index__isnull", True)),
                            models.Q(("hetu__isnull", False), ("hetu_index__isnull", False)),
                            _connector="OR",
                        ),
                        name="applicant_hetu_with_index",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NamePart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="name_parts",
                        to="applications.applicant",
                    ),
                ),
                ("part", models.BinaryField(max_length=40)),
            ],
            options={
                "indexes": [models.Index(fields=["part", "applicant"], name="name_part")],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="applications.applicant",
                    ),
                ),
                ("nonce", models.CharField(max_length=32)),
                ("token_hash", models.CharField(max_length=80, unique=True)),
                ("code_hash", models.CharField(max_length=80, unique=True)),
                ("created_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(models.F("created_at"), name="invitation_by_time")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("applicant"),
                        condition=models.Q(("replaced_at__isnull", True)),
                        name="invitation_one_live",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="id_checks",
                        to="applications.applicant",
                    ),
                ),
                ("document_type", models.CharField(max_length=30)),
                ("country", models.CharField(max_length=2)),
                ("document_valid_until", models.DateField()),
                ("picture_matches", models.BooleanField()),
                ("name_matches", models.BooleanField()),
                ("name_reason", models.CharField(blank=True, db_default="", default="", max_length=200)),
                (
                    "representative",
                    models.CharField(
                        blank=True,
                        choices=[("guardian", "guardian"), ("proxy", "proxy with a power of attorney")],
                        db_default="",
                        default="",
                        max_length=8,
                    ),
                ),
                ("representative_name", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("basis_document", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("basis_valid_until", models.DateField(null=True)),
                (
                    "pending_reason",
                    models.CharField(
                        blank=True,
                        choices=[("doubt", "doubtful"), ("type", "needs a supervisor’s note")],
                        db_default="",
                        default="",
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "adviser",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("place", models.CharField(max_length=100)),
                ("checked_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "ID check",
                "verbose_name_plural": "ID checks",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("picture_matches", True), ("pending_reason", "doubt"), _connector="OR"),
                        name="id_check_picture_or_doubt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name_matches", True), ("name_reason", "")),
                            models.Q(("name_matches", False), models.Q(("name_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="id_check_reason_for_another_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("basis_document", ""),
                                ("basis_valid_until", None),
                                ("representative", ""),
                                ("representative_name", ""),
                            ),
                            models.Q(
                                models.Q(("representative", ""), _negated=True),
                                models.Q(("representative_name", ""), _negated=True),
                                models.Q(("basis_document", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="id_check_basis_of_representative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pending_reason", ""), models.Q(("note", ""), _negated=True), _connector="OR"
                        ),
                        name="id_check_pending_with_a_note",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Terms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("published_at", models.DateTimeField(unique=True, verbose_name="published")),
                ("text_fi", models.TextField(verbose_name="text in Finnish")),
                ("text_sv", models.TextField(verbose_name="text in Swedish")),
                ("text_en", models.TextField(verbose_name="text in English")),
            ],
            options={
                "verbose_name": "terms of use",
                "verbose_name_plural": "terms of use",
                "get_latest_by": "published_at",
            },
        ),
        migrations.CreateModel(
            name="TermsAcceptance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "terms",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="applications.terms",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms_accepted",
                        to="identity.person",
                    ),
                ),
                ("accepted_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("terms"), models.F("person"), name="terms_accepted_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(default=applications.references.new, max_length=9, unique=True)),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="applications.applicant",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="identity.person",
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                (
                    "terms",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.terms"
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("bank", "online banking codes"),
                            ("mobile", "mobile certificate"),
                            ("id_card", "certificate card"),
                            ("counter", "at customer service"),
                            ("account", "email address and password"),
                        ],
                        max_length=8,
                    ),
                ),
                ("provider", models.CharField(max_length=40)),
                ("level", models.CharField(max_length=200)),
                ("confirmed_at", models.DateTimeField()),
                (
                    "id_check",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="applications.idcheck",
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
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(models.F("confirmed_at"), name="confirmation_by_time")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("applicant"), condition=models.Q(("undone_at", None)), name="confirmation_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("id_check__isnull", False), ("method", "counter"), ("staff__isnull", False)),
                            models.Q(
                                ("id_check__isnull", False),
                                ("method", "account"),
                                ("person__isnull", False),
                                ("staff", None),
                            ),
                            models.Q(
                                models.Q(("method__in", ["counter", "account"]), _negated=True),
                                ("id_check", None),
                                ("person__isnull", False),
                                ("staff", None),
                            ),
                            _connector="OR",
                        ),
                        name="confirmation_rests_on_its_method",
                    ),
                ],
            },
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
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="identity.person",
                    ),
                ),
                ("email", models.EmailField(blank=True, db_default="", default="", max_length=254)),
                ("nonce", models.CharField(max_length=32)),
                ("token_hash", models.CharField(max_length=80, unique=True)),
                ("created_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField(db_index=True)),
                ("warned_at", models.DateTimeField(null=True)),
                (
                    "sent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sent_drafts",
                        to="applications.application",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="change_drafts",
                        to="applications.application",
                    ),
                ),
                ("base_digest", models.CharField(blank=True, db_default="", default="", max_length=64)),
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
        migrations.CreateModel(
            name="ErrorReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="error_reports",
                        to="applications.applicant",
                    ),
                ),
                ("text", models.CharField(max_length=1000)),
                ("reported_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="StateChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="applications.application",
                    ),
                ),
                (
                    "transition",
                    models.CharField(
                        choices=[
                            ("sent", "sent"),
                            ("confirmed", "confirmed by all"),
                            ("changed", "changed"),
                            ("undone", "a confirmation was undone"),
                            ("renewed", "renewed"),
                            ("lapsed", "not confirmed in time"),
                            ("expired", "period of validity ended"),
                            ("withdrawn", "withdrawn"),
                            ("replaced", "replaced by another application"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "from_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("awaiting", "Sent – waiting for confirmation"),
                            ("valid", "Valid"),
                            ("lapsed", "Lapsed – not confirmed in time"),
                            ("expired", "Expired"),
                            ("withdrawn", "Withdrawn"),
                            ("replaced", "Replaced by a new one"),
                        ],
                        db_default="",
                        max_length=9,
                    ),
                ),
                (
                    "to_state",
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
                ("at", models.DateTimeField()),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("applicant", "Applicant"),
                            ("adviser", "Adviser"),
                            ("supervisor", "Supervisor"),
                            ("operator", "Operator"),
                            ("housing_system", "Housing system"),
                            ("clock", "The end of a time limit"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("person", "an applicant"),
                            ("counter", "customer service"),
                            ("housing_system", "the housing system"),
                            ("clock", "the end of a time limit"),
                            ("form", "the form, without identification"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(blank=True, db_default="", max_length=200)),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("bank", "online banking codes"),
                            ("mobile", "mobile certificate"),
                            ("id_card", "certificate card"),
                            ("counter", "at customer service"),
                            ("account", "email address and password"),
                        ],
                        db_default="",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("transition"), models.F("at"), name="state_change_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), ("source__in", ["person", "counter"]), ("user__isnull", False)),
                            models.Q(
                                ("source", "housing_system"), ("user", None), models.Q(("name", ""), _negated=True)
                            ),
                            models.Q(("name", ""), ("source__in", ["clock", "form"]), ("user", None)),
                            _connector="OR",
                        ),
                        name="state_change_by_whom",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "confirmation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pdf", to="applications.confirmation"
                    ),
                ),
                (
                    "language",
                    models.CharField(choices=[("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")], max_length=2),
                ),
                ("asked_at", models.DateTimeField(db_index=True)),
                ("lease", models.UUIDField(editable=False, null=True)),
                ("leased_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(db_default=0, verbose_name="tries")),
                ("failed_at", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                ("content", core.crypto.EncryptedTextField(context="applications.receiptdocument.content", null=True)),
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
                    ),
                    models.CheckConstraint(
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
                        name="receipt_document_leased_while_waiting",
                    ),
                ],
            },
        ),
        # By hand: what the models do not tell.
        migrations.RunPython(publish_first_terms, migrations.RunPython.noop),
        AppendOnly("Confirmation", may_be_set=("undone_at",)),
        AppendOnly("IdCheck"),
        AppendOnly("StateChange"),
    ]
