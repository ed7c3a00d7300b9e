"""Whether PDFs can be made here: the extra `pdf`, and the libraries of the system that it does not bring."""

import ctypes
from contextlib import suppress
from importlib.util import find_spec

from core.beside import find_beside

# As WeasyPrint opens them when it is imported; it then fails for want of one.
LIBRARIES = ("gobject-2.0", "pango-1.0", "harfbuzz", "fontconfig", "pangoft2-1.0")
FILES = ("lib{}.so.0", "lib{}.so.1", "lib{}.0.dylib", "lib{}.1.dylib", "lib{}.dylib")


def is_installed() -> bool:
    """Tell whether WeasyPrint is installed. It is not imported, which takes a second and memory."""
    return find_spec("weasyprint") is not None


def missing_libraries() -> list[str]:
    """Return the libraries that WeasyPrint would not find. Opened beside, as one never leaves a process again."""

    def opens(name: str) -> bool:
        for file in FILES:
            with suppress(OSError):
                ctypes.CDLL(file.format(name))
                return True
        return False

    return find_beside(lambda: [name for name in LIBRARIES if not opens(name)])


def can_make_pdfs() -> bool:
    """Tell whether pages may offer PDFs."""
    return is_installed() and not missing_libraries()
