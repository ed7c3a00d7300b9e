import uuid

import django.utils.timezone
from django.apps import apps as installed
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

import core.crypto

ROLES = ("operator", "supervisor")


def let_them_answer_feedback(apps, schema_editor):
    # Django makes permissions after the last migration; the roles need it now.
    create_permissions(installed.get_app_config("counter"), verbosity=0, apps=apps)
    permission = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="counter", codename="answer_feedback"
    )
    for name in ROLES:
        role, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        role.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("counter", "0004_e_service_and_tellings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="counter",
            options={
                "permissions": [
                    ("use_desk", "Serves people at the counter"),
                    ("issue_account", "Issues accounts"),
                    ("decide_check", "Takes a second look at doubtful checks"),
                    ("undo_check", "Undoes checks"),
                    ("see_protected", "Sees details under non-disclosure"),
                    ("set_protected", "Sets and removes non-disclosure"),
                    ("read_trail", "Reads who looked at what"),
                    ("read_statistics", "Reads the statistics"),
                    ("erase_person", "Erases what is held of a person"),
                    ("confirm_staff", "Confirms changes of staff"),
                    ("answer_feedback", "Answers feedback"),
                ],
                "verbose_name": "customer service",
                "verbose_name_plural": "customer service",
            },
        ),
        migrations.AddField(
            model_name="counter",
            name="feedback_email",
            field=models.EmailField(
                blank=True,
                db_default="",
                default="",
                help_text="Not shown to customers. If this is empty, these messages go to the email address above.",
                max_length=254,
                verbose_name="email address for messages about feedback",
            ),
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form_key", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("accessibility", "Accessibility: something does not work for me"),
                            ("other", "Something else"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("text", core.crypto.EncryptedTextField(context="counter.feedback.text")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "language",
                    models.CharField(
                        choices=[("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received")),
                ("due_on", models.DateField(verbose_name="last day to answer")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "feedback",
                "verbose_name_plural": "feedback",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at", None)), fields=["due_on", "id"], name="feedback_unanswered"
                    ),
                    models.Index(
                        condition=models.Q(("answered_at__isnull", False)),
                        fields=["answered_at"],
                        name="feedback_answered",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("answered_by", None)),
                            models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="feedback_answered_by_somebody",
                    )
                ],
            },
        ),
        migrations.RunPython(let_them_answer_feedback, migrations.RunPython.noop),
    ]
