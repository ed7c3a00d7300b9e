"""The settings of the workers that scenarios start and kill: as in production, and less patient."""

import os

from heka_confirm.settings import *  # noqa: F403  # everything, on purpose

# Whoever is killed holds what it had in hand for so long. Longer than a letter takes when the machine is busy.
MAILING_LEASE = WEBHOOK_LEASE = float(os.environ.get("CHAOS_LEASE", "60"))
EMAIL_TIMEOUT = int(os.environ.get("CHAOS_TIMEOUT", "2"))  # seconds; four steps of sending fit into a lease
WEBHOOK_TIMEOUT = 2.0
MAILING_DELAYS = [0.2, 0.5, *[1.0] * 300]
WEBHOOK_DELAYS = [0.2, 0.5, 1.0]
WEBHOOK_PAUSE = MAILING_PROBE = 1
SILENCED_SYSTEM_CHECKS = ["identity.W001"]
