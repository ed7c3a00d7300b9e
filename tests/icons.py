"""The icons of the site's root, drawn from the mark in static/icon.svg: `make icons`."""

import io
import shutil
from pathlib import Path

from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
MARK, FOLDER = ROOT / "static" / "icon.svg", ROOT / "webroot"
TOUCH_ICON, TOUCH_SIZE = FOLDER / "apple-touch-icon.png", 180
FAVICON, FAVICON_SIZES = FOLDER / "favicon.ico", (16, 32, 48)


def draw(browser: Browser, size: int) -> Image.Image:
    """Return the mark as so many pixels high and wide."""
    page = browser.new_page(viewport={"width": size, "height": size})
    mark = MARK.read_text().replace("<svg ", f'<svg width="{size}" height="{size}" style="display: block" ', 1)
    page.set_content(f'<body style="margin: 0">{mark}')
    drawn = page.screenshot()
    page.close()
    return Image.open(io.BytesIO(drawn)).convert("RGB")


def favicon(size: int) -> Image.Image:
    """Return one of the pictures in favicon.ico as it is stored."""
    with Image.open(FAVICON, formats=["ICO"]) as stored:
        return stored.ico.getimage((size, size)).convert("RGB")  # type: ignore[attr-defined]


def touch_icon() -> Image.Image:
    with Image.open(TOUCH_ICON) as stored:
        return stored.convert("RGB")


def are_alike(one: Image.Image, other: Image.Image) -> bool:
    """Tell whether two pictures are the same, but for how a browser smooths edges."""
    return one.size == other.size and max(ImageStat.Stat(ImageChops.difference(one, other)).mean) < 2  # of 255


def main() -> None:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        draw(browser, TOUCH_SIZE).quantize().save(TOUCH_ICON, optimize=True)
        *smaller, largest = [draw(browser, size) for size in FAVICON_SIZES]
        largest.save(FAVICON, sizes=[(size, size) for size in FAVICON_SIZES], append_images=smaller)
        browser.close()


if __name__ == "__main__":
    main()
