"""System checks of the trail's keys."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  # Django's name

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


@register(Tags.security)
def check_audit_log(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with AUDIT_LOG_ES_URL and its neighbours."""
    given, found = settings.AUDIT_LOG, list[CheckMessage]()
    if not given:
        return found
    address = urlsplit(given["ES_URL"])
    if address.scheme not in {"http", "https"} or not address.hostname or address.query or "@" in address.netloc:
        found.append(
            Error(
                "AUDIT_LOG_ES_URL is not the address of an Elasticsearch: https://audit.example.fi:9200",
                hint="User and password go into AUDIT_LOG_ES_USERNAME and AUDIT_LOG_ES_PASSWORD.",
                id="records.E004",
            )
        )
    elif address.scheme == "http":
        hint = "Let AUDIT_LOG_ES_URL begin with https."
        found.append(Warning("The event log is sent on unencrypted.", hint=hint, id="records.W001"))
    missing = [name for name in ("ENV", "ES_INDEX") if not given[name]]
    if given["ES_PASSWORD"] and not given["ES_USERNAME"]:
        missing.append("ES_USERNAME")
    hint = "AUDIT_LOG_ES_URL sends the event log on, and needs it beside."
    return found + [Error(f"AUDIT_LOG_{name} is missing.", hint=hint, id="records.E005") for name in missing]
