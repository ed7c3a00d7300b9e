"""Every kind of email before a spam filter, and as text against HTML, in each language."""

import html
import os
import re
import shutil
import subprocess

import pytest
from django.utils import translation
from django.utils.translation import gettext

from counter.models import Counter
from tests.applications.test_letters import ABOUT_NO_APPLICATION
from tests.conftest import must_not_skip
from tests.pages.collected import LANGUAGES
from tests.pages.test_html import MESSAGES

pytestmark = pytest.mark.django_db
# What every email without a journey has: HTML beside the text, and no server that passed it on.
HARMLESS = {"HTML_MESSAGE", "NO_RECEIVED", "NO_RELAYS"}
IS_FILTER_HERE = shutil.which("spamassassin") or must_not_skip()
BETWEEN = "From sender@example.fi Sat Jan  1 00:00:00 2000"  # of two emails in a mailbox of the form mbox
LINK = re.compile(r"https?://\S+")


def judged(emails, folder):
    """Return score and rules of each email, in order, by SpamAssassin without the network."""
    box = "".join(f"{BETWEEN}\n{email.message.message().as_string()}\n\n" for email in emails)
    told = subprocess.run(
        ["spamassassin", "--local", "--nocreate-prefs", "--cf=report_safe 0", "--mbox"],
        input=box.encode(),
        env={**os.environ, "HOME": str(folder), "LC_ALL": "C"},
        capture_output=True,
        check=True,
    ).stdout.decode(errors="replace")
    found = re.findall(r"(?m)^X-Spam-Status: \w+, score=(\S+) required=\S+ tests=([\w,\s]+?)\s+autolearn=", told)
    return [(float(score), set(re.split(r",\s*", rules)) - {"none"}) for score, rules in found]


@pytest.mark.skipif(not IS_FILTER_HERE, reason="SpamAssassin is not installed")
def test_no_email_has_anything_that_a_spam_filter_counts(emails, tmp_path):
    of_each_kind = {(email.kind, email.language): email for email in emails}
    found = judged(of_each_kind.values(), tmp_path)

    assert of_each_kind.keys() == {(kind, language) for kind in MESSAGES for language in LANGUAGES}
    assert len(found) == len(of_each_kind)
    counted = {
        name: (score, rules - HARMLESS)
        for name, (score, rules) in zip(of_each_kind, found, strict=True)
        if score > 0 or rules - HARMLESS
    }
    assert counted == {}


@pytest.mark.skipif(not IS_FILTER_HERE, reason="SpamAssassin is not installed")
def test_spam_is_found(emails, tmp_path):
    email = emails[0]
    whole = email.message.subject
    email.message.subject = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
    [(score, _rules)] = judged([email], tmp_path)
    email.message.subject = whole

    assert score >= 1000


def words_of(text):
    return re.findall(r"\w+", html.unescape(text))


def text_of(page):
    """Return the words of the HTML part, which says the subject as its heading."""
    return words_of(re.sub(r"(?s)<style.*?</style>|<title.*?</title>|<[^>]+>", " ", page))


def test_text_says_what_the_html_says(emails):
    """As sets of words. The number of the application begins the text as it begins the subject, without a label."""
    different = {}
    for email in emails:
        with translation.override(email.language):
            label = set(words_of(gettext("Application number")))
        text, page = set(words_of(email.message.body)), set(text_of(email.html))
        if text - page or page - text - label:
            different[email.kind, email.language] = (text - page, page - text)

    assert different == {}


def test_links_stand_on_lines_of_their_own(emails):
    lines = {line for email in emails for line in email.message.body.splitlines() if LINK.search(line)}

    assert [line for line in lines if not LINK.fullmatch(line)] == []


def test_emails_about_no_application_name_nobody(emails):
    """They go to those who may be under non-disclosure, too (R16)."""
    names = re.compile(r"\b(Maija|Liisa|Meikäläinen)\b")
    found = {email.kind for email in emails if names.search(email.message.body) or names.search(email.html)}

    assert [kind for kind in found if kind.startswith(ABOUT_NO_APPLICATION)] == []


def test_each_email_says_where_to_go(emails):
    counter = Counter.objects.get()
    for email in emails:
        with translation.override(email.language):
            place = words_of(f"{counter.name}, {counter.street}, {counter.postal_code} {counter.city}")
        for part in (words_of(email.message.body), text_of(email.html)):
            assert any(part[start:][: len(place)] == place for start in range(len(part))), (email.kind, part)
