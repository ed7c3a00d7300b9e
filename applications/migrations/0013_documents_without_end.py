from django.db import migrations, models

from records.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("applications", "0012_found_by_contact_details")]

    operations = [
        migrations.AddField(
            model_name="idcheck",
            name="document_has_no_end",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(model_name="idcheck", name="document_valid_until", field=models.DateField(null=True)),
        migrations.AddConstraint(
            model_name="idcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("document_has_no_end", False), ("document_valid_until__isnull", False)),
                    models.Q(
                        ("document_has_no_end", True),
                        ("document_valid_until", None),
                        models.Q(("note", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="id_check_end_of_document_or_a_note",
            ),
        ),
        # By hand: the guard of the table knows the new column.
        AppendOnly("IdCheck"),
    ]
