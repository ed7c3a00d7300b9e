#!/bin/bash
# schemathesis with pytest: tests of an API whose description comes from a fixture, as its guide shows it.
# Guess:   the two current releases of a tool and of the runner that it is a plug-in of work together.
# Happens: with pytest 9.2 the test ends with an AttributeError before any request is made: a private attribute of
#          pytest's items has gone. With pytest 9.0.3 the same file passes. Nothing in the metadata of the package
#          excludes the newer pytest, so an installation of today gets the two together.
# So:      load the description when the module is imported (schemathesis.openapi.from_dict), or hold pytest back.
#          tests/upstream/test_openapi.py walks the operations itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cat > "$folder/test_api.py" <<'PYTHON'
import pytest
import schemathesis

DESCRIPTION = {
    "openapi": "3.0.3",
    "info": {"title": "Greetings", "version": "1"},
    "paths": {"/greeting": {"get": {"responses": {"200": {"description": "A greeting"}}}}},
}


@pytest.fixture
def described():
    return schemathesis.openapi.from_dict(DESCRIPTION)


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
def test_greeting(case):
    assert case.path == "/greeting"
PYTHON
cd "$folder"
for runner in 9.0.3 9.2.0; do
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==4.32.5" "pytest==$runner" 2>/dev/null
    echo "schemathesis 4.32.5, pytest $runner"
    LANG=C.UTF-8 "$folder/venv/bin/python" -m pytest -q -p no:cacheprovider test_api.py 2>&1 |
        grep -oE "has no attribute '_nodeid'|^[0-9]+ (passed|failed)" | sort -u || true
done | tee output
cat > expected <<'SEEN'
schemathesis 4.32.5, pytest 9.0.3
1 passed
schemathesis 4.32.5, pytest 9.2.0
1 failed
has no attribute '_nodeid'
SEEN
diff expected output && echo "As found."
