"""Machines with one font: the pages must hold in whatever stands in for Arial there."""

from functools import cache
from pathlib import Path

import pytest

# The regular face of each. Debian has them in fonts-liberation, fonts-dejavu-core and fonts-noto-core.
FACES = {"Liberation Sans": "LiberationSans-Regular", "DejaVu Sans": "DejaVuSans", "Noto Sans": "NotoSans-Regular"}
FOLDER = Path("/usr/share/fonts")

in_each_font = pytest.mark.parametrize("browser", FACES, indirect=True)


def asked_by(item: pytest.Item) -> str | None:
    """Return the font in which a test runs; None for that of this machine."""
    return item.callspec.params.get("browser") if hasattr(item, "callspec") else None


@cache
def regular_face(font: str) -> Path | None:
    """Return the file of a font's regular face; None where it is not installed."""
    return next(FOLDER.rglob(f"{FACES[font]}.ttf"), None)


def only(font: str, folder: Path) -> dict[str, str]:
    """Return the environment of a program that finds this font and no other; `folder` must be empty."""
    regular = regular_face(font)
    assert regular, f"{font} is not installed"
    fonts = folder / "fonts"
    fonts.mkdir()
    family = regular.stem.removesuffix("-Regular")
    for face in (regular, regular.with_name(f"{family}-Bold.ttf")):
        (fonts / face.name).symlink_to(face)
    configuration = folder / "fonts.conf"
    configuration.write_text(
        f"<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'>"
        f"<fontconfig><dir>{fonts}</dir><cachedir>{folder / 'cache'}</cachedir></fontconfig>"
    )
    return {"FONTCONFIG_FILE": str(configuration)}
