"""System checks of the trail's keys."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

SECRET_LENGTH = 32  # characters; docs/configuration.md makes keys of 64 hexadecimal ones


@register(Tags.security)
def check_record_keys(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with RECORD_KEYS."""
    found: list[CheckMessage] = []
    keys = settings.RECORD_KEYS
    if not keys or any(len(key) < SECRET_LENGTH for key in keys):
        found.append(
            Error(
                f"RECORD_KEYS needs keys of at least {SECRET_LENGTH} characters.",
                hint="Make one with: python -c 'import secrets; print(secrets.token_hex(32))'",
                id="records.E001",
            )
        )
    others = {*settings.FIELD_ENCRYPTION_KEYS, *settings.FIELD_INDEX_KEYS, settings.SECRET_KEY}
    if len(set(keys)) < len(keys) or others & set(keys):
        found.append(
            Error(
                "A key of RECORD_KEYS stands there twice, or serves another use too.",
                hint="Each use needs a key of its own.",
                id="records.E002",
            )
        )
    return found
