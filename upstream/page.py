"""The page about the API for people: the description (OpenAPI) as a text to read, without scripts."""

import datetime as dt
import functools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from applications import dates
from upstream.description import ALLOWANCE
from upstream.meanings import EVENTS, LISTS
from upstream.problem_kinds import KINDS
from upstream.schemas import EVENT_TYPE

Part = dict[str, Any]

LANGUAGE = "en"  # of developers, as the description itself
MARKED = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")
FORMATS = {
    "date": "date, as 2026-11-20",
    "date-time": "time with its UTC offset, as 2026-11-20T10:00:00Z",
    "email": "email address",
    "hetu": "personal identity code",
    "uri-reference": "address",
}
LIMITS = {
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "at least {}",
    "maxItems": "at most {}",
}
PLACES = {"path": "address"}  # where a parameter stands; the others are said as OpenAPI does
TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
}


@require_safe
def for_people(request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    """Show the API's description as a page in English. It needs neither token nor cookie."""
    described = _written(api, settings.PUBLIC_URL, settings.API_CONTACT, dates.today())
    with translation.override(LANGUAGE):
        page = render(request, "upstream/api.html", {"described": described})
    page["Cache-Control"] = "no-cache"
    return page


@functools.lru_cache(maxsize=1)  # it takes a tenth of a second, and anybody may ask for it; the others it depends on
def _written(api: NinjaAPI, _address: str, _contact: str, _today: dt.date) -> SafeString:
    return render_to_string("upstream/_described.html", content_of(api.get_openapi_schema()))


def content_of(described: Part) -> Part:
    """Return what the page says of a description."""
    schemas = described["components"]["schemas"]
    received = described["webhooks"]
    any_event = next(iter(received.values()))["post"]
    return {
        **UNMOVED,
        "contact": described["info"].get("contact"),
        "address": settings.PUBLIC_URL,
        "about": list(worded(described["info"]["description"])),
        "token": next(worded(described["components"]["securitySchemes"]["BearerToken"]["description"])),
        "groups": [
            {
                **tag,
                "operations": [
                    _operation(path, method, operation)
                    for path, methods in described["paths"].items()
                    for method, operation in methods.items()
                    if tag["name"] in operation["tags"]
                ],
            }
            for tag in described["tags"]
        ],
        "forms": [_form(name, of) for name, of in sorted(schemas.items()) if "enum" not in of],
        "receiving": {
            "how": _inline(any_event["description"]),
            "headers": [(one["name"], _inline(one["description"])) for one in any_event["parameters"]],
            "answers": [(status, _inline(one["description"])) for status, one in any_event["responses"].items()],
            "example": _json(_example(received["applicationConfirmed"]["post"]["requestBody"])),
        },
    }


def worded(text: str) -> Iterator[SafeString]:
    """Yield the paragraphs and lists of a text of the description, with its `names` and its **weight**."""
    for block in filter(None, re.split(r"\n\s*\n", text.strip())):
        lines = block.split("\n")
        if all(line.startswith("* ") for line in lines):
            items = format_html_join("", "<li>{}</li>", ((_inline(line[2:]),) for line in lines))
            yield format_html("<ul>{}</ul>", items)
        else:
            yield format_html("<p>{}</p>", _inline(" ".join(line.strip() for line in lines)))


def _inline(text: str) -> SafeString:
    parts, end = [], 0
    for found in MARKED.finditer(text):
        parts.append(format_html("{}", text[end : found.start()]))
        parts.append(format_html("<code>{}</code>", found[1]) if found[1] else format_html("<b>{}</b>", found[2]))
        end = found.end()
    return format_html_join("", "{}", ((part,) for part in [*parts, text[end:]]))


def _operation(path: str, method: str, operation: Part) -> Part:
    body = operation.get("requestBody")
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "about": list(worded(operation["description"].removeprefix(f"{operation['summary']}."))),
        "parameters": [
            _member(
                one["name"],
                one["schema"],
                is_required=one["required"],
                about=one["description"],
                where=PLACES.get(one["in"], one["in"]),
            )
            for one in operation["parameters"]
        ],
        "body": body and {"kind": kind_in_words(_schema(body)), "example": _json(_example(body))},
        "answers": [
            {
                "status": status,
                "about": answer["description"],
                "kind": kind_in_words(_schema(answer)),
                "headers": [
                    (name, _inline(one["description"]))
                    for name, one in answer["headers"].items()
                    if name not in ALLOWANCE
                ],
                "example": _json(_example(answer)),
            }
            for status, answer in operation["responses"].items()
            if status < 400
        ],
        "problems": [
            {"status": kind.status, "key": kind.key, "title": kind.title}
            for kind in KINDS
            if kind.may_come_from(operation)
        ],
    }


def _form(name: str, of: Part) -> Part:
    required = of.get("required", ())
    return {
        "name": name,
        "about": list(worded(of["description"])) if "description" in of else [],
        "members": [
            _member(member, one, is_required=member in required, about=one.get("description", ""))
            for member, one in of.get("properties", {}).items()
        ],
    }


def _member(name: str, of: Part, *, is_required: bool, about: str, where: str = "") -> Part:
    kind = kind_in_words(of)
    return {"name": name, "where": where, "is_required": is_required, "kind": kind, "about": _inline(about)}


def kind_in_words(of: Part) -> SafeString:
    """Return what kind of value a schema wants, with links to the forms and words that it names."""
    if "$ref" in of:
        name = of["$ref"].rpartition("/")[2]
        return format_html('<a href="#{}">{}</a>', name, name)
    if "const" in of:
        return format_html("always <code>{}</code>", of["const"])
    if several := of.get("anyOf") or of.get("allOf"):
        kinds = _joined([kind_in_words(one) for one in several if one != {"type": "null"}], " or ")
        return format_html("{}, or null", kinds) if {"type": "null"} in several else kinds
    limits = [text.format(f"{of[name]:,}").replace(",", "\u00a0") for name, text in LIMITS.items() if name in of]
    if of.get("type") == "array":
        limits += ["each once"] if of.get("uniqueItems") else []
        items = kind_in_words(of["items"])
        return format_html("list of {} ({})", items, ", ".join(limits)) if limits else format_html("list of {}", items)
    kind = FORMATS.get(of.get("format", "")) or TYPES.get(of.get("type", ""), "any value")
    pattern = [format_html("of the form <code>{}</code>", of["pattern"])] if "pattern" in of else []
    return _joined([kind, *limits, *pattern], ", ")


def _joined(parts: Iterable[str], sign: str) -> SafeString:
    return format_html_join(sign, "{}", ((part,) for part in parts))


def _schema(part: Part) -> Part:
    found: Part = next(iter(part["content"].values()))["schema"]
    return found


def _example(part: Part) -> Any:
    return next(iter(part["content"].values())).get("example")


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


# What no installation and no operation changes.
UNMOVED: Part = {
    "words": [
        {
            "name": words.__name__,
            "about": about,
            "meanings": [(word, _inline(text)) for word, text in means.items()],
        }
        for words, (about, means) in LISTS.items()
    ],
    "problems": [
        {
            "kind": kind,
            "means": _inline(kind.means),
            "advice": _inline(kind.advice),
            "example": _json(kind.example),
        }
        for kind in KINDS
    ],
    "events": [(kind, _inline(means)) for kind, means in EVENTS.items()],
    "event_type": EVENT_TYPE,
    "allowance": [(name, _inline(one["description"])) for name, one in ALLOWANCE.items()],
}
