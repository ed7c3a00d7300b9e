"""The service's own settings, serving bare.py instead of its pages."""

import os

from heka_confirm.settings import *  # noqa: F403  # everything, on purpose
from heka_confirm.settings import TEMPLATES

ROOT_URLCONF = "bench.bare"
BARE_FOLDER = os.environ["BARE_FOLDER"]  # what record.py left
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], f"{BARE_FOLDER}/templates"]
