"""Versions and slots that are not what was sent (R4, R6, R16)."""

import hashlib
import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from applications import learned_codes
from applications.document import Stored
from applications.models import Applicant, IdCheck, Version
from applications.verification.faults import BATCH, Places, finds, opened, row_at
from core import crypto, hetu
from core.crypto import sealed
from identity.models import Person

CONTENT = Version._meta.get_field("content")
HETU = Applicant._meta.get_field("hetu")
PERSON_HETU = Person._meta.get_field("hetu")


@finds("digest", "A version cannot be decrypted, or its digest does not fit (R6).")
def _digests() -> Places:
    for version, content in _versions():
        if not _fits(version, content):
            yield row_at(Version, version.pk, version.application.reference)


@finds("slot", "The slots of a version are not those of the people whom its content names (R4).")
def _slots() -> Places:
    for version, content in _versions():
        if content is not None and _fits(version, content) and not _is_filled(version, json.loads(content)):
            yield row_at(Version, version.pk, version.application.reference)


def _versions() -> Iterator[tuple[Any, str | None]]:
    """Return every version and its slots, with what its content holds, or None where that cannot be decrypted."""
    slots = Applicant.objects.annotate(code=sealed("hetu")).defer("hetu").order_by("position")
    found = Version.objects.annotate(body=sealed("content")).defer("content").select_related("application")
    with_slots = found.prefetch_related(Prefetch("applicants", queryset=slots, to_attr="slots"))
    for version in with_slots.order_by("pk").iterator(chunk_size=BATCH):
        yield version, opened(version.body, CONTENT)


def _fits(version: Version, content: str | None) -> bool:
    # Written out once more: a fault where digests are made would otherwise make itself right here.
    return content is not None and hashlib.sha256(f"{version.salt}\n{content}".encode()).hexdigest() == version.digest


def _is_filled(version: Any, content: dict[str, Any]) -> bool:
    named = [content["main_applicant"], *content["co_applicants"]]
    slots = version.slots
    return [slot.position for slot in slots] == [*range(len(named))] and all(
        (slot.first_names, slot.last_name) == (one["first_names"] or "", one["last_name"] or "")
        and (slot.code_check_id is not None or _is_as_sent(slot, one))
        for slot, one in zip(slots, named, strict=True)
    )


def _is_as_sent(slot: Any, one: dict[str, Any]) -> bool:
    return (
        opened(slot.code, HETU) == one["hetu"]
        and slot.hetu_index in (crypto.indexes(one["hetu"]) if one["hetu"] else [None])
        and slot.birth_date.isoformat() == (one["birth_date"] or hetu.birth_date(one["hetu"]).isoformat())
    )


@finds("learned", "A slot bears a code that was not sent, and no sound ID check of its person brought it (R3, C5).")
def _learned() -> Places:
    sound = IdCheck.objects.sound().filter(pk=OuterRef("code_check"))
    slots = Applicant.objects.filter(code_check__isnull=False).annotate(is_sound=Exists(sound), code=sealed("hetu"))
    with_versions = slots.select_related("version__application").defer("hetu", "version__content")
    found: QuerySet[Any] = with_versions.order_by("pk")
    for slot in found.iterator(chunk_size=BATCH):
        code = opened(slot.code, HETU)
        if code is None or slot.hetu_index not in crypto.indexes(code) or not slot.is_sound or not _is_explained(slot):
            yield row_at(Applicant, slot.pk, slot.version.application.reference)


def _is_explained(slot: Applicant) -> bool:
    """Tell whether what was learned leads from what was sent to the slot. What cannot be read is another fault."""
    try:
        named = Stored.model_validate_json(slot.version.content or "").applicants
        return slot.position < len(named) and learned_codes.explains(slot, named[slot.position])
    except crypto.CannotDecrypt:
        return True


@finds("twice", "A person is stored twice (R4).")
def _doubled() -> Places:
    """Compare people who are born on one day, by their codes: each may be indexed under another key."""
    people = Person.objects.annotate(code=sealed("hetu")).order_by("birth_date", "pk")
    facts = people.values_list("birth_date", "pk", "code").iterator(chunk_size=BATCH)
    for _day, born in groupby(facts, key=lambda fact: fact[0]):
        known = set()
        for _birth_date, key, code in born:
            stored = opened(code, PERSON_HETU)
            if stored is not None and stored in known:
                yield row_at(Person, key)
            known.add(stored)


@finds("code", "A person is not found by the code that is stored of them (R4).")
def _people() -> Places:
    people = Person.objects.annotate(code=sealed("hetu")).order_by("pk").values_list("pk", "code", "hetu_index")
    for key, code, index in people.iterator(chunk_size=BATCH):
        stored = opened(code, PERSON_HETU)
        if stored is None or index not in crypto.indexes(stored):
            yield row_at(Person, key)
