"""docs/email.md says what the code does."""

import re
from pathlib import Path

import anymail.backends
from anymail.urls import urlpatterns

from mailing.enums import Failure
from mailing.providers import FORMER_NAMES, PROVIDERS, provider_named, provider_of
from mailing.reasons import OF_ADDRESS, OURS, REFUSES_US
from mailing.report_words import PHRASES, WORDS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "email.md").read_text()
SHARED = {"__init__", "base", "base_requests", "console", "test"}


def rows(first):
    """Return the cells of the rows that follow a table's head."""
    table = PAGE.split(f"\n| {first} |", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table.splitlines()[2:]]


def test_every_provider_of_anymail_has_a_row():
    known = {path.stem for path in Path(anymail.backends.__file__).parent.glob("*.py")} - SHARED

    assert known == {*PROVIDERS, *FORMER_NAMES}


def test_provider_reports_if_anymail_has_a_webhook_for_it():
    served = {str(each.pattern).split("/")[0] for each in urlpatterns if "inbound" not in str(each.pattern)}

    assert {key for key, provider in PROVIDERS.items() if provider.reports} == served - set(FORMER_NAMES)


def test_provider_is_found_by_each_of_its_names():
    for key, provider in PROVIDERS.items():
        assert provider_of(f"anymail.backends.{key}.EmailBackend") == provider_named(provider.name) == provider
    assert (
        provider_of("anymail.backends.sendinblue.EmailBackend") == provider_named("SendinBlue") == PROVIDERS["brevo"]
    )
    assert provider_of("django.core.mail.backends.smtp.EmailBackend") is None


def test_every_provider_that_reports_has_words():
    reporting = {provider.name for provider in PROVIDERS.values() if provider.reports} | {"SendinBlue"}

    assert set(WORDS) == set(PHRASES) == reporting


def test_documented_provider_is_the_one_of_the_code():
    def word(is_so):
        return "yes" if is_so else "no"

    assert rows("provider") == [
        [
            f"`{key}` {provider.name}",
            provider.message_id,
            word(provider.takes_headers),
            word(provider.names_letter),
            "email" if provider.switches_tracking else "account",
            word(provider.reports),
            f"`{provider.setting_of_reports}`" if provider.setting_of_reports else "–",
            f"[{provider.page.split('/')[2]}]({provider.page})",
        ]
        for key, provider in PROVIDERS.items()
    ]


def test_documented_reason_is_the_one_of_the_code():
    fault = dict.fromkeys(OURS, "ours") | dict.fromkeys(OF_ADDRESS, "the address's")

    documented = {name.strip("`"): (whose, what) for name, whose, what in rows("reason")}

    assert {name: whose for name, (whose, _) in documented.items()} == {
        failure.value: fault.get(failure, "nobody's") for failure in Failure
    }
    assert {name for name, (_, what) in documented.items() if "error in the log" in what} == set(REFUSES_US)


def test_documented_version_is_the_one_that_is_required():
    [required] = re.findall(r'"django-anymail~=([\d.]+)"', (ROOT / "pyproject.toml").read_text())

    assert f"django-anymail {required} " in PAGE
