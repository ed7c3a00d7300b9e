"""The service's own settings, with the broker of bench.mixed, which is a server on this machine."""

import json
import os

from heka_confirm.settings import *  # noqa: F403  # everything, on purpose

IDENTITY_PROVIDERS = [json.loads(os.environ["BENCH_BROKER"])]
