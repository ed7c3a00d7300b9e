import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from counter.migrations._first_rows import make_document_types, make_roles, make_the_counter
from records.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("applications", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("identity", "0001_initial"),
        ("mailing", "0001_initial"),
        ("records", "0001_initial"),
        ("upstream", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "name_fi",
                    models.CharField(
                        default="Vuokra-asunnon haun neuvonta", max_length=100, verbose_name="name in Finnish"
                    ),
                ),
                (
                    "name_sv",
                    models.CharField(
                        default="Rådgivningen om ansökan om hyresbostad",
                        max_length=100,
                        verbose_name="name in Swedish",
                    ),
                ),
                (
                    "name_en",
                    models.CharField(
                        default="Rental apartment search advisory service",
                        max_length=100,
                        verbose_name="name in English",
                    ),
                ),
                (
                    "street_fi",
                    models.CharField(default="Työpajankatu 8", max_length=100, verbose_name="street in Finnish"),
                ),
                (
                    "street_sv",
                    models.CharField(default="Verkstadsgatan 8", max_length=100, verbose_name="street in Swedish"),
                ),
                ("postal_code", models.CharField(default="00580", max_length=5, verbose_name="postal code")),
                ("city_fi", models.CharField(default="Helsinki", max_length=50, verbose_name="city in Finnish")),
                ("city_sv", models.CharField(default="Helsingfors", max_length=50, verbose_name="city in Swedish")),
                (
                    "place_fi",
                    models.CharField(
                        blank=True,
                        default="Kaupunkiympäristötalo, Kalasatama",
                        max_length=100,
                        verbose_name="place in Finnish",
                    ),
                ),
                (
                    "place_sv",
                    models.CharField(
                        blank=True, default="Fiskehamnen", max_length=100, verbose_name="place in Swedish"
                    ),
                ),
                (
                    "place_en",
                    models.CharField(
                        blank=True, default="Kalasatama", max_length=100, verbose_name="place in English"
                    ),
                ),
                (
                    "phone",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=50, verbose_name="phone number"
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, db_default="", default="", max_length=254, verbose_name="email address"
                    ),
                ),
                (
                    "map_url",
                    models.URLField(
                        blank=True,
                        default="https://www.openstreetmap.org/search?query=Ty%C3%B6pajankatu%208%2C%2000580%20Helsinki",
                        verbose_name="web address of the map",
                    ),
                ),
                (
                    "page_url",
                    models.URLField(
                        default="https://www.hel.fi/fi/asuminen/vuokra-asunnon-haun-neuvonta-0",
                        help_text="The City’s own page about customer service",
                        verbose_name="address of the City’s page",
                    ),
                ),
                (
                    "note_fi",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Shown with the contact details",
                        verbose_name="note in Finnish",
                    ),
                ),
                ("note_sv", models.TextField(blank=True, db_default="", default="", verbose_name="note in Swedish")),
                ("note_en", models.TextField(blank=True, db_default="", default="", verbose_name="note in English")),
            ],
            options={
                "verbose_name": "customer service",
                "verbose_name_plural": "customer service",
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
                ],
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="counter_only_one")],
            },
        ),
        migrations.CreateModel(
            name="WeeklyHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "counter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="weekly_hours", to="counter.counter"
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        verbose_name="weekday",
                    ),
                ),
                ("opens", models.TimeField(verbose_name="opening time")),
                ("closes", models.TimeField(verbose_name="closing time")),
            ],
            options={
                "verbose_name": "opening hours of a weekday",
                "verbose_name_plural": "opening hours",
                "ordering": ["weekday", "opens"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("closes__gt", models.F("opens"))),
                        name="weekly_hours_in_order",
                        violation_error_message="The closing time must be later than the opening time.",
                    ),
                    models.CheckConstraint(condition=models.Q(("weekday__lte", 6)), name="weekly_hours_weekday"),
                    models.UniqueConstraint(
                        models.F("counter"), models.F("weekday"), models.F("opens"), name="weekly_hours_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExceptionalHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "counter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="exceptions", to="counter.counter"
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                (
                    "opens",
                    models.TimeField(
                        blank=True,
                        help_text="Leave both times empty if customer service is closed",
                        null=True,
                        verbose_name="opening time",
                    ),
                ),
                ("closes", models.TimeField(blank=True, null=True, verbose_name="closing time")),
                (
                    "reason_fi",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=200, verbose_name="reason in Finnish"
                    ),
                ),
                (
                    "reason_sv",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=200, verbose_name="reason in Swedish"
                    ),
                ),
                (
                    "reason_en",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=200, verbose_name="reason in English"
                    ),
                ),
            ],
            options={
                "verbose_name": "exceptional day",
                "verbose_name_plural": "exceptional days",
                "ordering": ["date"],
                "constraints": [
                    models.UniqueConstraint(models.F("counter"), models.F("date"), name="exceptional_hours_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closes__isnull", True), ("opens__isnull", True)),
                            models.Q(
                                ("closes__gt", models.F("opens")),
                                ("closes__isnull", False),
                                ("opens__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="exceptional_hours_in_order",
                        violation_error_message="Enter both times, the later one last, or leave both empty.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name_fi", models.CharField(max_length=60, verbose_name="name in Finnish")),
                ("name_sv", models.CharField(max_length=60, verbose_name="name in Swedish")),
                ("name_en", models.CharField(max_length=60, verbose_name="name in English")),
                ("is_on", models.BooleanField(db_default=False, default=False, verbose_name="accepted")),
                (
                    "needs_note",
                    models.BooleanField(db_default=True, default=True, verbose_name="needs a supervisor’s note"),
                ),
                ("position", models.PositiveSmallIntegerField(db_default=100, default=100, verbose_name="position")),
            ],
            options={
                "verbose_name": "document type",
                "verbose_name_plural": "document types",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SecondLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "check_made",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="second_look",
                        to="applications.idcheck",
                    ),
                ),
                ("accepted", models.BooleanField()),
                ("reason", models.CharField(max_length=500)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="second_look_with_reason"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Undoing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "check_made",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="undoing", to="applications.idcheck"
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="undoing_with_reason"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RemovedFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("figure", models.CharField(max_length=20)),
                ("value", models.CharField(blank=True, db_default="", max_length=20)),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        models.F("month"), models.F("figure"), models.F("value"), name="removed_figure_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text_fi", models.CharField(max_length=500, verbose_name="text in Finnish")),
                ("text_sv", models.CharField(max_length=500, verbose_name="text in Swedish")),
                ("text_en", models.CharField(max_length=500, verbose_name="text in English")),
                (
                    "shown_from",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        verbose_name="shown from",
                    ),
                ),
                ("shown_until", models.DateTimeField(db_index=True, verbose_name="shown until")),
                (
                    "is_disturbance",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Shown as a warning: something does not work.",
                        verbose_name="disruption",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("shown_until__gt", models.F("shown_from"))),
                        name="notice_in_order",
                        violation_error_message="The notice must end later than it begins. Check both times.",
                    )
                ],
            },
        ),
        # By hand: what the models do not tell.
        migrations.RunPython(make_the_counter, migrations.RunPython.noop),
        migrations.RunPython(make_document_types, migrations.RunPython.noop),
        migrations.RunPython(make_roles, migrations.RunPython.noop),
        AppendOnly("SecondLook"),
        AppendOnly("Undoing"),
    ]
