import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.crypto
from records.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0007_contact_corrected_at"),
        ("identity", "0004_account_rests_on_its_check"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LearnedCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hetu", core.crypto.EncryptedTextField(context="applications.learnedcode.hetu")),
                ("hetu_index", models.CharField(db_index=True, max_length=80)),
                (
                    "former_hetu",
                    core.crypto.EncryptedTextField(context="applications.learnedcode.former_hetu", null=True),
                ),
                ("former_hetu_index", models.CharField(db_index=True, max_length=80, null=True)),
                ("took_effect_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "holder",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.person"
                    ),
                ),
                (
                    "id_check",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="learned_code",
                        to="applications.idcheck",
                    ),
                ),
                (
                    "other_holder",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.person"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="applicant",
            name="code_check",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="slots_with_its_code",
                to="applications.idcheck",
            ),
        ),
        migrations.AlterField(
            model_name="idcheck",
            name="code_on_document",
            field=models.CharField(
                blank=True,
                choices=[
                    ("matches", "matches"),
                    ("absent", "is not on the document"),
                    ("learned", "was recorded: the person had none in the application"),
                    ("changed", "is another one: the code has changed"),
                ],
                db_default="",
                default="",
                max_length=7,
            ),
        ),
        migrations.AlterField(
            model_name="idcheck",
            name="pending_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("doubt", "doubtful"),
                    ("type", "needs a supervisor’s note"),
                    ("no_code", "the document does not show the personal identity code"),
                    ("new_code", "the personal identity code is a new one"),
                    ("another", "another check of this person is waiting"),
                ],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="applicant",
            constraint=models.CheckConstraint(
                condition=models.Q(("code_check", None), ("hetu_index__isnull", False), _connector="OR"),
                name="applicant_code_check_with_hetu",
            ),
        ),
        migrations.AddConstraint(
            model_name="idcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code_on_document", "changed"), _negated=True),
                    models.Q(("pending_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="id_check_of_a_changed_code_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="learnedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("former_hetu__isnull", True), ("former_hetu_index__isnull", True)),
                    models.Q(("former_hetu__isnull", False), ("former_hetu_index__isnull", False)),
                    _connector="OR",
                ),
                name="learned_code_former_with_index",
            ),
        ),
        migrations.AddConstraint(
            model_name="learnedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("former_hetu_index", None),
                    models.Q(("former_hetu_index", models.F("hetu_index")), _negated=True),
                    _connector="OR",
                ),
                name="learned_code_is_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="learnedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("took_effect_at__isnull", False),
                    models.Q(("ended_at", None), ("holder", None), ("other_holder", None)),
                    _connector="OR",
                ),
                name="learned_code_waits_or_took_effect",
            ),
        ),
        migrations.AddConstraint(
            model_name="learnedcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("former_hetu_index__isnull", False),
                    models.Q(("holder", None), ("other_holder", None)),
                    _connector="OR",
                ),
                name="learned_code_holders_of_two_codes",
            ),
        ),
        # By hand: nobody edits what was learned, and the guard of the checks fell with their table.
        AppendOnly(
            "LearnedCode",
            may_change=("hetu", "hetu_index", "former_hetu", "former_hetu_index"),
            may_be_set=("holder", "other_holder", "took_effect_at", "ended_at"),
        ),
        AppendOnly("IdCheck"),
    ]
