"""The catalogues: every text is there in Finnish and Swedish, compiled, and none is left over."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

from tests.conftest import must_not_skip

ROOT = Path(settings.BASE_DIR)
TRANSLATED = ["fi", "sv"]  # the texts in the code are English
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|</?[a-z]+[^>]*>")


def catalogue(language, folder=ROOT):
    return polib.pofile(str(folder / "locale" / language / "LC_MESSAGES" / "django.po"))


def key(entry):
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def texts(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_has_nothing_untranslated_unsure_or_left_over(language):
    entries = catalogue(language)

    assert [entry.msgid for entry in entries.untranslated_entries()] == []
    assert [entry.msgid for entry in entries.fuzzy_entries()] == []
    assert [entry.msgid for entry in entries.obsolete_entries()] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translation_has_the_placeholders_and_tags_of_its_text(language):
    wrong = [
        (entry.msgid, text)
        for entry in catalogue(language)
        for text in texts(entry)
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    ]

    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translation_ends_as_its_text_does(language):
    wrong = [
        (entry.msgid, text)
        for entry in catalogue(language)
        for text in texts(entry)
        if (text[-1:] in ".:?!") != (entry.msgid[-1:] in ".:?!") or text != text.strip()
    ]

    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_compiled_catalogue_matches_its_source(language):
    source = catalogue(language)
    compiled = polib.mofile(source.fpath.removesuffix("po") + "mo")

    assert {key(entry): texts(entry) for entry in compiled} == {key(entry): texts(entry) for entry in source}


@pytest.mark.skipif(not shutil.which("xgettext") and not must_not_skip(), reason="gettext is not installed")
def test_catalogues_hold_every_text_and_nothing_else(tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(
        ROOT,
        folder,
        ignore=shutil.ignore_patterns(".*", "var", "node_modules", "__pycache__", "tests", "bench", "chaos"),
    )
    wanted = [word for language in TRANSLATED for word in ("--locale", language)]

    subprocess.run(
        [sys.executable, "manage.py", "makemessages", *wanted, "--no-location"],
        cwd=folder,
        env={
            **os.environ,
            "DEBUG": "true",
            "DEMO": "true",
            "DJANGO_SETTINGS_MODULE": "heka_confirm.settings",
        },
        check=True,
        capture_output=True,
    )

    for language in TRANSLATED:
        found = {key(entry) for entry in catalogue(language, folder) if not entry.obsolete}
        kept = {key(entry) for entry in catalogue(language)}
        assert (sorted(map(str, found - kept)), sorted(map(str, kept - found))) == ([], [])
