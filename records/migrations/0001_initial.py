import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from records.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Chain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("length", models.PositiveIntegerField()),
                ("head", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("key_id", models.CharField(max_length=8)),
                ("seal", models.CharField(max_length=64)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "chain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="records.chain",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("sent", "Application sent"),
                            ("confirmed", "Application confirmed by all applicants"),
                            ("changed", "Application edited"),
                            ("undone", "Application waiting again because a confirmation was undone"),
                            ("renewed", "Application renewed"),
                            ("lapsed", "Application lapsed"),
                            ("expired", "Application expired"),
                            ("withdrawn", "Application withdrawn"),
                            ("replaced", "Application replaced by another one"),
                            ("person_confirmed", "Application confirmed by an applicant"),
                            ("person_declined", "Application declined by an applicant"),
                            ("confirmation_undone", "Confirmation undone"),
                            ("contact_details_changed", "Contact details changed"),
                            ("error_reported", "Error reported"),
                            ("invitation_sent", "Invitation sent"),
                            ("address_changed", "Address of an invitation changed"),
                            ("search_by_number", "Searched by application number"),
                            ("search_by_code", "Searched by personal identity code"),
                            ("search_by_name", "Searched by name"),
                            ("application_opened", "Application opened"),
                            ("applicant_opened", "Applicant’s details opened"),
                            ("code_shown", "Personal identity code shown"),
                            ("protected_details_shown", "Protected contact details shown"),
                            ("trail_read", "Event log read"),
                            ("letters_opened", "Messages opened"),
                            ("check_recorded", "ID check recorded"),
                            ("check_accepted", "ID check accepted in a second review"),
                            ("check_rejected", "ID check rejected in a second review"),
                            ("check_undone", "ID check undone"),
                            ("account_issued", "Account created"),
                            ("account_address_changed", "Address of an account changed"),
                            ("account_link_sent", "Link for creating a password sent"),
                            ("account_password_set", "Password of an account created"),
                            ("account_closed", "Account closed"),
                            ("protection_set", "Non-disclosure set"),
                            ("protection_removed", "Non-disclosure removed"),
                            ("letter_sent_again", "Message sent again"),
                            (
                                "staff_changed",
                                "Member of staff added, or their role, password or second factor changed",
                            ),
                            ("exported", "Data exported"),
                            ("purged", "Data erased after its retention time"),
                            ("erased", "A person’s data erased"),
                        ],
                        max_length=40,
                    ),
                ),
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
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(blank=True, db_default="", max_length=200)),
                ("subject", models.CharField(blank=True, db_default="", max_length=80)),
                ("facts", models.JSONField(default=dict)),
                ("previous", models.CharField(blank=True, db_default="", max_length=64)),
                ("key_id", models.CharField(max_length=8)),
                ("mac", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "entry of the event log",
                "verbose_name_plural": "entries of the event log",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["user", "at"], name="entry_by_user"),
                    models.Index(fields=["subject", "at"], name="entry_by_subject"),
                    models.Index(fields=["event", "at"], name="entry_by_event"),
                ],
                "constraints": [models.UniqueConstraint(fields=("chain", "number"), name="entry_once_in_its_place")],
            },
        ),
        migrations.CreateModel(
            name="Permit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        # By hand: what the models do not tell.
        AppendOnly("Entry"),
        AppendOnly("Chain", may_change=("length", "head", "key_id", "seal")),
    ]
