from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

from records.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0002_further_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditSender",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lease", models.UUIDField(editable=False, null=True)),
                ("leased_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(db_default=0, verbose_name="tries")),
                ("due_at", models.DateTimeField(db_default=Now())),
                ("failing_since", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            Q(("lease", None), ("leased_until", None)),
                            Q(("lease__isnull", False), ("leased_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="audit_sender_lease",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="entry",
            name="sending",
            field=models.CharField(editable=False, max_length=8, null=True),
        ),
        AppendOnly("Entry", may_change=("sending",)),
    ]
