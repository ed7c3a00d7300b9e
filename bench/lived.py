"""`python …/bench/lived.py SIZE`, in the folder of a build: print the bytes of one application in its database.

One application of two adults comes in, both confirm it, and it is copied with all that was written down of it.
"""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

sys.path[0] = os.getcwd()  # as in asked.py

import django  # noqa: E402

django.setup()

from django.apps import apps  # noqa: E402
from django.db import connection  # noqa: E402

from tests import cast  # noqa: E402
from tests.applications import factories  # noqa: E402


def main(size: int) -> None:
    application = factories.application(cast.MAIJA, cast.OLLI)
    for who in (cast.MAIJA, cast.OLLI):
        factories.confirm(application, who)
    cloning = _cloning()
    cloning.fill(size)
    tables = [model._meta.db_table for model in cloning.copied_models()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname = ANY(%s)", [tables])
        print(cursor.fetchone()[0] / size)


def _cloning() -> Any:
    """Return the cloning.py beside this file, for the tables that this build has."""
    spec = spec_from_file_location("cloning", Path(__file__).with_name("cloning.py"))
    assert spec
    assert spec.loader
    cloning = module_from_spec(spec)
    spec.loader.exec_module(cloning)
    known = {
        label: " ".join(name for name in names.split() if name in apps.all_models[label])
        for label, names in cloning.COPIED.items()
    }
    cloning.COPIED.update(known)
    return cloning


if __name__ == "__main__":
    main(int(sys.argv[1]))
