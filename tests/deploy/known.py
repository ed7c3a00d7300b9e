"""What the tests of deploy/ share: which settings and commands exist."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCUMENTED = set(re.findall(r"^\| *`([A-Z_]+)`", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE))
OF_PYTHON = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def is_setting(name):
    """Tell whether a variable, or the file of one, means anything."""
    return name in DOCUMENTED or name.removesuffix("_FILE") in DOCUMENTED or name in OF_PYTHON


def our_command(words):
    """Return the command of manage.py among the words of a command line, "" for the web server's."""
    words = words if isinstance(words, list) else shlex.split(words)
    if words[0].endswith("gunicorn"):
        return ""
    assert [Path(words[0]).name, words[1]] == ["python", "manage.py"]
    return words[2]
