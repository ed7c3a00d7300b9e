"""What the tests of the desk arrange, and how they read its pages."""

import datetime as dt
import html
import re

from django.urls import reverse
from django.utils import timezone, translation

from applications.models import Applicant, IdCheck
from counter import id_checks
from counter.desk import kept_results
from counter.desk.access import find_application
from records.models import Entry
from tests.counter.checks import end_of_code
from tests.staff import acting


def address(name, *arguments, language="en"):
    with translation.override(language):
        return reverse(f"admin:{name}", args=arguments)


def text_of(response):
    """Return what the page says, without its header and in one line."""
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL).group()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def controls(response):
    """Return the texts of the links and buttons in the content, in their order."""
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL).group()
    found = re.findall(r"<(a|button)\b[^>]*>(.*?)</\1>", main, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split()) for _, text in found]


def keep_results(client):
    """Let the session of a member of staff hold a search that found everybody; return the token of its page."""
    session = client.session
    slots = list(Applicant.objects.values_list("pk", flat=True))
    session[kept_results.KEPT] = [{"token": "kept", "event": "search_by_name", "slots": slots, "has_more": True}]
    session.save()
    return "kept"


def checked(sent, who, *, by="adviser", is_doubtful=False, **different):
    """Check the identity of somebody of the cast, with a passport unless told otherwise."""
    slot = next(a for a in find_application(sent.reference).applicants if a.first_names == who["first_names"])
    check = IdCheck(
        **{
            "document_type": "passport",
            "country": "FI",
            "document_valid_until": timezone.localdate() + dt.timedelta(days=365),
            "picture_matches": True,
            "name_matches": True,
            "note": "Compare again." if is_doubtful else "",
            **different,
        }
    )
    digest = slot.version.digest
    return id_checks.record(
        check, applicant=slot, digest=digest, code=end_of_code(slot), is_doubtful=is_doubtful, by=acting(by)
    )


def protect(who_slot):
    """Mark somebody as under non-disclosure."""
    Applicant.objects.filter(pk=who_slot.pk).update(protected=True)


def entries(event):
    """Return chain, subject and facts of what the trail holds of an event."""
    found = Entry.objects.filter(event=event).order_by("pk").select_related("chain")
    return [(entry.chain.name, entry.subject, entry.facts) for entry in found]
