"""The nightly commands: when each last came to its end, so that somebody hears when one no longer runs."""

import logging

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models.functions import Now

from records.models import CommandRun

logger = logging.getLogger(__name__)

NIGHTLY = ("purge", "verify_applications", "verify_records")


def record_run(command: str, *, faults: int = 0) -> None:
    """Write down that one of NIGHTLY has come to its end, and how many faults it found.

    Where nothing may be written, as on a copy of the database, that is a warning: what the command said stands.
    """
    try:
        with transaction.atomic():
            CommandRun.objects.update_or_create(command=command, defaults={"ended_at": Now(), "faults": faults})
    except DatabaseError as error:
        logger.warning("the end of %s could not be written down: %s", command, type(error).__name__)
