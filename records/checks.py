"""System checks of the trail's keys."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

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
    return list(_faults_of_audit_log(settings.AUDIT_LOG)) if settings.AUDIT_LOG else []


def _faults_of_audit_log(given: dict[str, str]) -> Iterator[CheckMessage]:
    address = urlsplit(given["ES_URL"])
    if address.scheme not in {"http", "https"} or not address.hostname or address.query or "@" in address.netloc:
        yield Error(
            "AUDIT_LOG_ES_URL is not the address of an Elasticsearch: https://audit.example.fi:9200",
            hint="User and password go into AUDIT_LOG_ES_USERNAME and AUDIT_LOG_ES_PASSWORD.",
            id="records.E004",
        )
    elif address.scheme == "http":
        yield Warning(
            "The event log is sent on unencrypted.",
            hint="Let AUDIT_LOG_ES_URL begin with https.",
            id="records.W001",
        )
    missing = [name for name in ("ENV", "ES_INDEX") if not given[name]]
    if not given["ES_USERNAME"] and given["ES_PASSWORD"]:
        missing.append("ES_USERNAME")
    for name in missing:
        yield Error(
            f"AUDIT_LOG_{name} is missing.",
            hint="AUDIT_LOG_ES_URL sends the event log on, and needs it beside.",
            id="records.E005",
        )
