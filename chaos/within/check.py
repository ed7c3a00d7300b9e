"""`python -m chaos.within.check SEEN`: where an invariant does not hold, as JSON, and what the two commands say.

SEEN is a file with the fields of invariants.Seen as JSON; `{}` where nothing was seen from outside.
"""

import io
import json
import sys
from pathlib import Path

import django
from django.core.management import CommandError, call_command

if __name__ == "__main__":
    django.setup()
    from chaos.within.invariants import Seen, losses

    found = losses(Seen(**json.loads(Path(sys.argv[1]).read_text())))
    for command in ("verify_applications", "verify_records"):
        try:
            call_command(command, stdout=io.StringIO())
        except CommandError as error:
            found.setdefault(command, [str(error)])
    print(json.dumps(found))
