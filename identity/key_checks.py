"""System checks of the keys for stored data and of former secret keys. records/checks.py has those of the trail."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from core.key_faults import SECRET_LENGTH, faults_of_list


@register(Tags.security)
def check_lists_of_keys(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with FIELD_ENCRYPTION_KEYS, FIELD_INDEX_KEYS and SECRET_KEY_FALLBACKS."""
    found = [
        message
        for name in ("FIELD_ENCRYPTION_KEYS", "FIELD_INDEX_KEYS")
        for message in faults_of_list(name, malformed="identity.E007", blank="identity.E031")
    ]
    every = [*settings.FIELD_ENCRYPTION_KEYS, *settings.FIELD_INDEX_KEYS]
    signing = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if len(set(every)) < len(every) or set(signing) & set(every):
        found.append(
            Error(
                "A key stands twice in FIELD_ENCRYPTION_KEYS and FIELD_INDEX_KEYS, or signs too.",
                hint="Each use needs a key of its own.",
                id="identity.E008",
            )
        )
    if len(set(signing)) < len(signing) or any(
        len(key) < SECRET_LENGTH or key != key.strip() for key in settings.SECRET_KEY_FALLBACKS
    ):
        found.append(
            Error(
                f"SECRET_KEY_FALLBACKS holds a key twice, SECRET_KEY itself, a key of fewer than {SECRET_LENGTH} "
                "characters, or a blank beside one.",
                hint="Write the former secret key, or the coming one, and nothing after it. Leave it out otherwise.",
                id="identity.E032",
            )
        )
    return found
