import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0004_counter"),
        ("counter", "0002_the_counter"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name_fi", models.CharField(max_length=60, verbose_name="name in Finnish")),
                ("name_sv", models.CharField(max_length=60, verbose_name="name in Swedish")),
                ("name_en", models.CharField(max_length=60, verbose_name="name in English")),
                ("is_on", models.BooleanField(default=False, verbose_name="accepted")),
                ("needs_note", models.BooleanField(default=True, verbose_name="needs a supervisor's note")),
                ("position", models.PositiveSmallIntegerField(default=100, verbose_name="position")),
            ],
            options={
                "verbose_name": "document type",
                "verbose_name_plural": "document types",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.AlterModelOptions(
            name="counter",
            options={"verbose_name": "counter", "verbose_name_plural": "counter"},
        ),
        migrations.AlterModelOptions(
            name="exceptionalhours",
            options={
                "ordering": ["date"],
                "verbose_name": "exceptional day",
                "verbose_name_plural": "exceptional days",
            },
        ),
        migrations.AlterModelOptions(
            name="weeklyhours",
            options={
                "ordering": ["weekday", "opens"],
                "verbose_name": "opening hours of a weekday",
                "verbose_name_plural": "opening hours",
            },
        ),
        migrations.AlterField(
            model_name="counter",
            name="city_fi",
            field=models.CharField(default="Helsinki", max_length=50, verbose_name="city in Finnish"),
        ),
        migrations.AlterField(
            model_name="counter",
            name="city_sv",
            field=models.CharField(default="Helsingfors", max_length=50, verbose_name="city in Swedish"),
        ),
        migrations.AlterField(
            model_name="counter",
            name="email",
            field=models.EmailField(blank=True, max_length=254, verbose_name="email address"),
        ),
        migrations.AlterField(
            model_name="counter",
            name="map_url",
            field=models.URLField(
                blank=True,
                default="https://www.openstreetmap.org/search?query=Ty%C3%B6pajankatu%208%2C%2000580%20Helsinki",
                verbose_name="address of a map",
            ),
        ),
        migrations.AlterField(
            model_name="counter",
            name="name_en",
            field=models.CharField(
                default="Rental apartment search advisory service", max_length=100, verbose_name="name in English"
            ),
        ),
        migrations.AlterField(
            model_name="counter",
            name="name_fi",
            field=models.CharField(
                default="Vuokra-asunnon haun neuvonta", max_length=100, verbose_name="name in Finnish"
            ),
        ),
        migrations.AlterField(
            model_name="counter",
            name="name_sv",
            field=models.CharField(
                default="Rådgivningen om ansökan om hyresbostad", max_length=100, verbose_name="name in Swedish"
            ),
        ),
        migrations.AlterField(
            model_name="counter",
            name="note_en",
            field=models.TextField(blank=True, verbose_name="note in English"),
        ),
        migrations.AlterField(
            model_name="counter",
            name="note_fi",
            field=models.TextField(
                blank=True, help_text="Shown with the contact details", verbose_name="note in Finnish"
            ),
        ),
        migrations.AlterField(
            model_name="counter",
            name="note_sv",
            field=models.TextField(blank=True, verbose_name="note in Swedish"),
        ),
        migrations.AlterField(
            model_name="counter",
            name="page_url",
            field=models.URLField(
                default="https://www.hel.fi/fi/asuminen/vuokra-asunnon-haun-neuvonta-0",
                help_text="The City's own page about the counter",
                verbose_name="address of the City's page",
            ),
        ),
        migrations.AlterField(
            model_name="counter",
            name="phone",
            field=models.CharField(blank=True, max_length=50, verbose_name="phone number"),
        ),
        migrations.AlterField(
            model_name="counter",
            name="place_en",
            field=models.CharField(blank=True, default="Kalasatama", max_length=100, verbose_name="place in English"),
        ),
        migrations.AlterField(
            model_name="counter",
            name="place_fi",
            field=models.CharField(
                blank=True,
                default="Kaupunkiympäristötalo, Kalasatama",
                max_length=100,
                verbose_name="place in Finnish",
            ),
        ),
        migrations.AlterField(
            model_name="counter",
            name="place_sv",
            field=models.CharField(blank=True, default="Fiskehamnen", max_length=100, verbose_name="place in Swedish"),
        ),
        migrations.AlterField(
            model_name="counter",
            name="postal_code",
            field=models.CharField(default="00580", max_length=5, verbose_name="postal code"),
        ),
        migrations.AlterField(
            model_name="counter",
            name="street_fi",
            field=models.CharField(default="Työpajankatu 8", max_length=100, verbose_name="street in Finnish"),
        ),
        migrations.AlterField(
            model_name="counter",
            name="street_sv",
            field=models.CharField(default="Verkstadsgatan 8", max_length=100, verbose_name="street in Swedish"),
        ),
        migrations.AlterField(
            model_name="exceptionalhours",
            name="closes",
            field=models.TimeField(blank=True, null=True, verbose_name="closes"),
        ),
        migrations.AlterField(
            model_name="exceptionalhours",
            name="date",
            field=models.DateField(verbose_name="date"),
        ),
        migrations.AlterField(
            model_name="exceptionalhours",
            name="opens",
            field=models.TimeField(
                blank=True, help_text="Leave both times empty if closed", null=True, verbose_name="opens"
            ),
        ),
        migrations.AlterField(
            model_name="exceptionalhours",
            name="reason_en",
            field=models.CharField(blank=True, max_length=200, verbose_name="reason in English"),
        ),
        migrations.AlterField(
            model_name="exceptionalhours",
            name="reason_fi",
            field=models.CharField(blank=True, max_length=200, verbose_name="reason in Finnish"),
        ),
        migrations.AlterField(
            model_name="exceptionalhours",
            name="reason_sv",
            field=models.CharField(blank=True, max_length=200, verbose_name="reason in Swedish"),
        ),
        migrations.AlterField(
            model_name="weeklyhours",
            name="closes",
            field=models.TimeField(verbose_name="closes"),
        ),
        migrations.AlterField(
            model_name="weeklyhours",
            name="opens",
            field=models.TimeField(verbose_name="opens"),
        ),
        migrations.AlterField(
            model_name="weeklyhours",
            name="weekday",
            field=models.PositiveSmallIntegerField(
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
        migrations.CreateModel(
            name="IdCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country", models.CharField(max_length=2)),
                ("document_valid_until", models.DateField()),
                ("picture_matches", models.BooleanField()),
                ("name_matches", models.BooleanField()),
                ("name_reason", models.CharField(blank=True, max_length=200)),
                (
                    "representative",
                    models.CharField(
                        blank=True,
                        choices=[("guardian", "guardian"), ("proxy", "proxy with a power of attorney")],
                        max_length=8,
                    ),
                ),
                ("representative_name", models.CharField(blank=True, max_length=200)),
                ("basis_document", models.CharField(blank=True, max_length=200)),
                ("basis_valid_until", models.DateField(null=True)),
                (
                    "waits",
                    models.CharField(
                        blank=True,
                        choices=[("doubt", "doubtful"), ("type", "needs a supervisor's note")],
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500)),
                ("place", models.CharField(max_length=100)),
                ("checked_at", models.DateTimeField(db_index=True)),
                (
                    "adviser",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="id_checks",
                        to="applications.applicant",
                    ),
                ),
                (
                    "document_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="counter.documenttype"
                    ),
                ),
            ],
            options={
                "verbose_name": "ID check",
                "verbose_name_plural": "ID checks",
                "permissions": [
                    ("use_desk", "Serves people at the counter"),
                    ("issue_account", "Issues accounts"),
                    ("decide_check", "Takes a second look at doubtful checks"),
                    ("undo_check", "Undoes checks"),
                    ("see_protected", "Sees details under non-disclosure"),
                    ("set_protected", "Sets and removes non-disclosure"),
                    ("read_trail", "Reads who looked at what"),
                    ("read_statistics", "Reads the statistics"),
                ],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text_fi", models.CharField(max_length=500, verbose_name="text in Finnish")),
                ("text_sv", models.CharField(max_length=500, verbose_name="text in Swedish")),
                ("text_en", models.CharField(max_length=500, verbose_name="text in English")),
                ("shown_from", models.DateTimeField(default=django.utils.timezone.now, verbose_name="shown from")),
                ("shown_until", models.DateTimeField(db_index=True, verbose_name="shown until")),
                (
                    "is_disturbance",
                    models.BooleanField(
                        default=False,
                        help_text="Shown as a warning: something does not work.",
                        verbose_name="disturbance",
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
                        violation_error_message="The notice must end later than it begins.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SecondLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("accepted", models.BooleanField()),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "check_made",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="second_look", to="counter.idcheck"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Undoing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "check_made",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="undoing", to="counter.idcheck"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="idcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("picture_matches", True), ("waits", "doubt"), _connector="OR"),
                name="id_check_picture_or_doubt",
            ),
        ),
        migrations.AddConstraint(
            model_name="idcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name_matches", True), ("name_reason", "")),
                    models.Q(("name_matches", False), models.Q(("name_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="id_check_reason_for_another_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="idcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("basis_document", ""),
                        ("basis_valid_until", None),
                        ("representative", ""),
                        ("representative_name", ""),
                    ),
                    models.Q(
                        models.Q(("representative", ""), _negated=True),
                        models.Q(("representative_name", ""), _negated=True),
                        models.Q(("basis_document", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="id_check_basis_of_representative",
            ),
        ),
        migrations.AddConstraint(
            model_name="idcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("waits", ""), models.Q(("note", ""), _negated=True), _connector="OR"),
                name="id_check_waits_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="secondlook",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="second_look_with_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="undoing",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="undoing_with_reason"
            ),
        ),
    ]
