#!/bin/bash
# django-ninja: imported by a web server, as it is wherever an interface is served.
# Guess:   it brings Django's requests and pydantic, and nothing of tests.
# Happens: ninja.conf takes one signal from django.test.signals, and with it comes the whole package: Django's test
#          client and test cases, unittest and its mocks, in every process that serves. Django has the same signal in
#          django.core.signals, which brings none of them.
# So:      the interface is imported with the first request for it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check django==5.2.19 django-ninja==1.7.1 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import sys
from importlib.metadata import version

import django
from django.conf import settings

OF_TESTS = ("django.test.client", "django.test.testcases", "unittest.case", "unittest.mock")
settings.configure(INSTALLED_APPS=[])
django.setup()
from django.core.signals import setting_changed

print(f"django {version('django')}, django-ninja {version('django-ninja')}")
print("before:", *(name for name in OF_TESTS if name in sys.modules))
import ninja.conf

print("after:", *(name for name in OF_TESTS if name in sys.modules))
print("the same signal:", ninja.conf.setting_changed is setting_changed)
PYTHON
cat > "$folder/expected" <<'SEEN'
django 5.2.19, django-ninja 1.7.1
before:
after: django.test.client django.test.testcases unittest.case unittest.mock
the same signal: True
SEEN
"$folder/venv/bin/python" "$folder/see.py" | sed 's/ *$//' | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
