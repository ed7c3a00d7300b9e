"""The nightly commands: when each last came to its end, so that somebody hears when one no longer runs."""

from django.db.models.functions import Now

from records.models import CommandRun

NIGHTLY = ("purge", "verify_applications", "verify_records")


def record_run(command: str, *, faults: int = 0) -> None:
    """Write down that one of NIGHTLY has come to its end, and how many faults it found."""
    CommandRun.objects.update_or_create(command=command, defaults={"ended_at": Now(), "faults": faults})
