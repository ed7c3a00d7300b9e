from django.conf import settings
from django.db import migrations, models

from records.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0004_representatives_in_confirmations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="idcheck",
            name="code_on_document",
            field=models.CharField(
                blank=True,
                choices=[("matches", "matches"), ("absent", "is not on the document")],
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
                    ("another", "another check of this person is waiting"),
                ],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="idcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code_on_document", "absent"), _negated=True),
                    models.Q(("pending_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="id_check_without_the_code_waits",
            ),
        ),
        # By hand: the guard of the table knows the new column.
        AppendOnly("IdCheck"),
    ]
