from django.db import migrations

from applications.names import parts

BATCH = 2000


def write_name_parts(apps, schema_editor):
    """Let the desk find those who are stored already."""
    applicants = apps.get_model("applications", "Applicant").objects.only("first_names", "last_name")
    part_of = apps.get_model("applications", "NamePart")
    part_of.objects.bulk_create(
        (
            part_of(applicant=applicant, part=part)
            for applicant in applicants.iterator(BATCH)
            for part in parts(f"{applicant.first_names} {applicant.last_name}")
        ),
        batch_size=BATCH,
    )


class Migration(migrations.Migration):
    dependencies = [("applications", "0004_counter")]
    operations = [migrations.RunPython(write_name_parts, migrations.RunPython.noop)]
