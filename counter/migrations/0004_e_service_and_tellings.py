import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The name of the house stands above its door, and only the Finnish address had it.
PLACES = {
    "place_sv": ("Fiskehamnen", "Stadsmiljöhuset, Fiskehamnen"),
    "place_en": ("Kalasatama", "Urban Environment House, Kalasatama"),
}


def name_the_house(apps, schema_editor):
    """Name it where the operator has written nothing else."""
    counters = apps.get_model("counter", "Counter").objects
    for field, (former, named) in PLACES.items():
        counters.filter(**{field: former}).update(**{field: named})


class Migration(migrations.Migration):
    dependencies = [
        ("counter", "0003_superseded_second_looks"),
        ("mailing", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="counter",
            name="e_service_url_en",
            field=models.URLField(
                blank=True, db_default="", default="", verbose_name="address of the e-service in English"
            ),
        ),
        migrations.AddField(
            model_name="counter",
            name="e_service_url_fi",
            field=models.URLField(
                blank=True,
                db_default="",
                default="",
                help_text="Where people log in to the City’s e-service. The link is shown when an address has been "
                "entered",
                verbose_name="address of the e-service in Finnish",
            ),
        ),
        migrations.AddField(
            model_name="counter",
            name="e_service_url_sv",
            field=models.URLField(
                blank=True, db_default="", default="", verbose_name="address of the e-service in Swedish"
            ),
        ),
        migrations.AlterField(
            model_name="counter",
            name="place_en",
            field=models.CharField(
                blank=True,
                default="Urban Environment House, Kalasatama",
                max_length=100,
                verbose_name="place in English",
            ),
        ),
        migrations.AlterField(
            model_name="counter",
            name="place_sv",
            field=models.CharField(
                blank=True, default="Stadsmiljöhuset, Fiskehamnen", max_length=100, verbose_name="place in Swedish"
            ),
        ),
        migrations.RunPython(name_the_house, migrations.RunPython.noop, elidable=True),
        migrations.CreateModel(
            name="Telling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(choices=[("phone", "by phone"), ("paper", "by post")], max_length=5),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "letter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="telling", to="mailing.letter"
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
    ]
