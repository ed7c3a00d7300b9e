"""Take away indexes that no query uses: others begin with the same column, or nothing is looked for by it."""

import django.db.models.deletion
from django.db import migrations, models

from core.indexes import take_away


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("applications", "0019_role_of_directory")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                take_away(
                    "applications_applicant_version_id_6eaa9e73",
                    "applications_confirmation_terms_id_a75e47db",
                    "applications_recordedact_id_check_id_f9c6e823",
                    "applications_termsacceptance_terms_id_901f31de",
                    "applications_version_application_id_98bbc24d",
                    "invitation_by_time",
                )
            ],
            state_operations=[
                migrations.RemoveIndex(model_name="invitation", name="invitation_by_time"),
                migrations.AlterField(
                    model_name="applicant",
                    name="version",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applicants",
                        to="applications.version",
                    ),
                ),
                migrations.AlterField(
                    model_name="confirmation",
                    name="terms",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.terms",
                    ),
                ),
                migrations.AlterField(
                    model_name="termsacceptance",
                    name="terms",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="applications.terms",
                    ),
                ),
                migrations.AlterField(
                    model_name="version",
                    name="application",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="applications.application",
                    ),
                ),
                migrations.AlterField(
                    model_name="recordedact",
                    name="id_check",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="applications.idcheck",
                    ),
                ),
            ],
        ),
    ]
