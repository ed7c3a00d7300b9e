from django.conf import settings
from django.db import migrations, models

from records.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0003_held_emails"),
        ("identity", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="idcheck",
            name="id_check_basis_of_representative",
        ),
        migrations.AddField(
            model_name="confirmation",
            name="representative",
            field=models.CharField(
                blank=True,
                choices=[("guardian", "guardian"), ("proxy", "proxy with a power of attorney")],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="representative_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="idcheck",
            name="account_key",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name="idcheck",
            name="basis_has_no_end",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("representative", ""), ("representative_name", "")),
                    models.Q(
                        ("method", "counter"),
                        models.Q(("representative", ""), _negated=True),
                        models.Q(("representative_name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="confirmation_by_representative_at_the_counter",
            ),
        ),
        migrations.AddConstraint(
            model_name="idcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("basis_document", ""),
                        ("basis_has_no_end", False),
                        ("basis_valid_until", None),
                        ("representative", ""),
                        ("representative_name", ""),
                    ),
                    models.Q(
                        models.Q(("representative", ""), _negated=True),
                        models.Q(("representative_name", ""), _negated=True),
                        models.Q(("basis_document", ""), _negated=True),
                        models.Q(
                            models.Q(("basis_has_no_end", False), ("basis_valid_until__isnull", False)),
                            models.Q(("basis_has_no_end", True), ("basis_valid_until", None)),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="id_check_basis_of_representative",
            ),
        ),
        migrations.AddConstraint(
            model_name="idcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("representative", ""), ("account_key", None), _connector="OR"),
                name="id_check_of_representative_without_account",
            ),
        ),
        # By hand: the guards of both tables know the new columns.
        AppendOnly("Confirmation", may_be_set=("undone_at",)),
        AppendOnly("IdCheck"),
    ]
