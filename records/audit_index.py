"""One call to the City's audit log: entries go to `_bulk` of its Elasticsearch (AUDIT_LOG_ES_URL).

Nobody is asked by a redirect, and no proxy counts but EGRESS_PROXY. No word of what the server says is kept but the
kind of a refusal: its sentences repeat what was sent.
"""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from core.egress import BodyTooLarge, read_body, set_way_out
from records.export import audit_document
from records.models import Entry

CALL_SECONDS = 20.0  # for a whole call
CONNECT_SECONDS, READ_SECONDS = 3.05, 10.0  # for one step of it
LARGEST_ANSWER_BYTES = 4 * 1024 * 1024
TAKEN = {200, 201, 409}  # the last one: it was taken before
OF_ACCESS = {401, 403, 404, 429}  # not the entry's fault, as are faults of the server
OF_INDEX = {"index_closed_exception", "index_not_found_exception", "cluster_block_exception"}
KIND = re.compile("[a-z_]{1,60}")


class TooLarge(Exception):
    """The server does not take so much at once."""


class NotTaken(Exception):
    """Nothing was taken, as far as we know, and it is not the entries' fault; the word says why."""


@dataclass
class Answer:
    """What became of the entries of a call, by their keys. What is in neither is to be sent again because of `why`."""

    taken: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)  # for good, with the kind of refusal
    why: str = ""


def send(entries: Sequence[Entry]) -> Answer:
    """Send entries in their order, and return what became of them. Raises TooLarge and NotTaken."""
    lines: list[dict[str, Any]] = []
    for entry in entries:
        # An id of its own, by which a copy is known: the digest, so that the log can be compared with the trail.
        lines += [{"create": {"_id": entry.mac}}, audit_document(entry)]
    body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    try:
        items = json.loads(_answer(body))["items"]
        results = [item["create"] for item in items]
        said = [(int(result["status"]), str(result.get("error", {}).get("type", ""))) for result in results]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NotTaken("not understood") from None
    if len(said) != len(entries):
        raise NotTaken("not understood")
    answer = Answer()
    for entry, (status, kind) in zip(entries, said, strict=True):
        if status in TAKEN:
            answer.taken.append(entry.pk)
        elif status in OF_ACCESS or status >= 500 or kind in OF_INDEX:
            answer.why = f"status {status}"
        else:
            answer.refused[entry.pk] = kind if KIND.fullmatch(kind) else f"status {status}"
    return answer


def _answer(body: bytes) -> bytes:
    """Return what the index says to a body of `_bulk`. Raises TooLarge and NotTaken."""
    target, until = settings.AUDIT_LOG, time.monotonic() + CALL_SECONDS
    with requests.Session() as session:
        set_way_out(session)
        if target["ES_USERNAME"]:
            name_and_password = (target["ES_USERNAME"].encode(), target["ES_PASSWORD"].encode())
            session.auth = name_and_password  # type: ignore[assignment]  # texts would be sent as Latin-1
        try:
            with session.post(
                f"{target['ES_URL'].rstrip('/')}/{target['ES_INDEX']}/_bulk",
                params={"filter_path": "items.*.status,items.*.error.type"},
                data=body,
                headers={"Content-Type": "application/x-ndjson", "Accept-Encoding": "identity"},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code == 413:
                    raise TooLarge
                if response.status_code != 200:
                    raise NotTaken(f"status {response.status_code}")
                return read_body(response.raw, until=until, most=LARGEST_ANSWER_BYTES)
        except BodyTooLarge:
            raise NotTaken("not understood") from None
        except requests.exceptions.SSLError:
            raise NotTaken("certificate") from None
        except (requests.Timeout, TimeoutError):
            raise NotTaken("timeout") from None
        except (requests.RequestException, HTTPError, OSError):
            raise NotTaken("connection") from None
