from django.conf import settings
from django.db import migrations, models

from records.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0013_documents_without_end"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="idcheck",
            name="entered_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="idcheck",
            name="paper_wish",
            field=models.CharField(
                blank=True,
                choices=[
                    ("confirmed", "confirms the application"),
                    ("renewed", "renews the application"),
                    ("withdrawn", "withdraws the application"),
                ],
                db_default="",
                default="",
                max_length=9,
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
                    ("paper", "entered from a paper form"),
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
                    models.Q(("entered_at", None), ("paper_wish", "")),
                    models.Q(
                        ("entered_at__gte", models.F("checked_at")),
                        ("entered_at__isnull", False),
                        models.Q(("pending_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="id_check_on_paper_waits",
            ),
        ),
        AppendOnly("IdCheck"),
    ]
