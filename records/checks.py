"""System checks of the trail's keys."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from core.key_faults import faults_of_list


@register(Tags.security)
def check_record_keys(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with RECORD_KEYS."""
    keys = settings.RECORD_KEYS
    found = [*faults_of_list("RECORD_KEYS", malformed="records.E001", blank="records.E003")]
    signing = {settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS}
    others = {*settings.FIELD_ENCRYPTION_KEYS, *settings.FIELD_INDEX_KEYS, *signing}
    if len(set(keys)) < len(keys) or others & set(keys):
        found.append(
            Error(
                "A key of RECORD_KEYS stands there twice, or serves another use too.",
                hint="Each use needs a key of its own.",
                id="records.E002",
            )
        )
    return found
