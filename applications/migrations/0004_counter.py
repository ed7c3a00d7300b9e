import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0003_invitations"),
        ("identity", "0002_accounts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="terms",
            options={
                "get_latest_by": "published_at",
                "verbose_name": "terms of use",
                "verbose_name_plural": "terms of use",
            },
        ),
        migrations.CreateModel(
            name="NamePart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.BinaryField(max_length=40)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="statechange",
            name="state_change_person_with_source",
        ),
        migrations.AddField(
            model_name="confirmation",
            name="id_check",
            field=models.PositiveBigIntegerField(db_index=True, null=True),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="staff",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="undone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="statechange",
            name="staff",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="confirmation",
            name="applicant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="confirmations", to="applications.applicant"
            ),
        ),
        migrations.AlterField(
            model_name="confirmation",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="confirmations",
                to="identity.person",
            ),
        ),
        migrations.AlterField(
            model_name="statechange",
            name="source",
            field=models.CharField(
                choices=[
                    ("person", "an applicant"),
                    ("counter", "the counter"),
                    ("housing_system", "the housing system"),
                    ("clock", "the passing of time"),
                ],
                max_length=14,
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(models.F("state"), models.F("valid_until"), name="application_by_state"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(models.F("sent_at"), name="application_by_time"),
        ),
        migrations.AddIndex(
            model_name="confirmation",
            index=models.Index(models.F("confirmed_at"), name="confirmation_by_time"),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(models.F("created_at"), name="invitation_by_time"),
        ),
        migrations.AddIndex(
            model_name="statechange",
            index=models.Index(models.F("move"), models.F("at"), name="state_change_by_time"),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.UniqueConstraint(
                models.F("applicant"), condition=models.Q(("undone_at", None)), name="confirmation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("id_check__isnull", False), ("method", "counter"), ("staff__isnull", False)),
                    models.Q(
                        ("id_check__isnull", False), ("method", "account"), ("person__isnull", False), ("staff", None)
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
        ),
        migrations.AddConstraint(
            model_name="statechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("person__isnull", False), ("source", "person"), ("staff", None)),
                    models.Q(("person", None), ("source", "counter"), ("staff__isnull", False)),
                    models.Q(
                        models.Q(("source__in", ["person", "counter"]), _negated=True),
                        ("person", None),
                        ("staff", None),
                    ),
                    _connector="OR",
                ),
                name="state_change_by_whom",
            ),
        ),
        migrations.AddField(
            model_name="namepart",
            name="applicant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="name_parts", to="applications.applicant"
            ),
        ),
        migrations.AddIndex(
            model_name="namepart",
            index=models.Index(fields=["part", "applicant"], name="name_part"),
        ),
    ]
