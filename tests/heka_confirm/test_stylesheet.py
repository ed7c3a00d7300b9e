"""The one stylesheet: small, our own, and known to the templates."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin

from applications.pdf_documents import STYLE

STYLESHEET = (settings.BASE_DIR / "static" / "heka.css").read_text()
RULES = re.sub(r"/\*.*?\*/", "", STYLESHEET, flags=re.DOTALL)
PAGES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
SHEETS = [*(settings.BASE_DIR / "static").glob("*.css"), *Path(admin.__file__).parent.glob("static/admin/css/*.css")]
EMAILS = (settings.BASE_DIR / "templates" / "mailing" / "base.html").read_text()
STYLES = [*(sheet.read_text() for sheet in SHEETS), STYLE, *re.findall(r"(?s)<style>(.*?)</style>", EMAILS)]
CLASSES = {name for style in STYLES for name in re.findall(r"\.([a-z][a-z0-9-]*)", style)}
TEMPLATES = [page for page in PAGES if '{% extends "admin/' not in page.read_text()]  # the admin has its own


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def token(name):
    return re.search(rf"--{name}: (#[0-9a-f]{{6}});", RULES)[1]


def test_stylesheet_is_small():
    assert len(gzip.compress(STYLESHEET.encode())) <= 5_500


def test_stylesheet_takes_nothing_from_anywhere():
    assert re.findall(r"url\(|@import|https?:", RULES) == []


def test_font_faces_are_those_of_the_machine_and_the_same_in_the_admin():
    faces, *others = [
        re.findall(r"@font-face.*", (settings.BASE_DIR / "static" / name).read_text())
        for name in ("heka.css", "admin.css")
    ]

    assert all("src: local(" in face for face in faces)
    assert others == [faces]


def test_stylesheet_keeps_to_what_old_phones_understand():
    assert re.findall(r"display: grid|:has\(|:is\(|:where\(|&|\bgap:|:focus-visible", RULES) == []


def test_stylesheet_uses_only_tokens_that_it_has():
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", RULES)) - set(re.findall(r"--([a-z0-9-]+):", RULES)) == set()


def test_stylesheet_never_takes_the_focus_away():
    hidden = re.findall(r"([^{}]+)\{[^}]*outline: (?:0|none)", RULES)

    assert [selector.strip() for selector in hidden] == ["main:focus", ".top:focus"]  # where links within a page lead


@pytest.mark.parametrize("query", ["print", "forced-colors: active", "prefers-reduced-motion: no-preference"])
def test_stylesheet_serves_those_who_need_it_otherwise(query):
    assert re.search(rf"@media \(?{query}\)? {{", RULES)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink-2", "grey"),
        ("bus", "grey"),
        ("bus-dark", "bus-light"),
        ("error", "error-light"),
        ("bus", "alert-light"),
        ("bus", "error-light"),
    ],
)
def test_text_stands_out_from_its_ground(text, ground):
    assert contrast(token(text), token(ground)) >= 4.5


@pytest.mark.parametrize("ground", ["bus-light", "info-light", "success-light", "alert-light", "error-light"])
def test_focus_ring_stands_out_from_its_ground(ground):
    assert contrast(token("focus"), token(ground)) >= 3


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_template_uses_only_classes_that_some_stylesheet_has(template):
    values = re.findall(r'class="([^"]*)"', template.read_text())
    used = {name for value in values for name in re.sub(r"{[{%].*?[%}]}", " ", value).split()}

    assert used - CLASSES == set()


def test_clock_of_the_stylesheet_warns_when_the_session_ends_soon():
    warned_after = (settings.IDLE_MINUTES - settings.IDLE_WARNING_MINUTES) * 60

    assert re.findall(r"animation: ending 1s (\d+)s forwards", RULES) == [str(warned_after)]
