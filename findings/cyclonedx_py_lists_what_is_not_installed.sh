#!/bin/bash
# cyclonedx-py: a bill of materials from a file of requirements with environment markers.
# Guess:   what the markers exclude, on this system and with this Python, is left out, as it is by pip.
# Happens: every line is a component of the product, the one for Windows and the one for Python 2 as well; the marker
#          stands in the description only. Whoever matches the list against known faults answers for packages that
#          were never installed.
# So:      cyclonedx-py environment, on the environment that is delivered.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

print("cyclonedx-bom", version("cyclonedx-bom"))
tool = Path(sys.executable).with_name("cyclonedx-py")
requirements = Path(__file__).with_name("requirements.txt")
requirements.write_text("""
sqlparse==0.6.1
colorama==0.4.6 ; sys_platform == "win32"
enum34==1.1.10 ; python_version < "3"
""")
pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run", "--no-deps"]
report = subprocess.run([*pip, "--report", "-", "-r", requirements], capture_output=True, text=True, check=True).stdout
installs = [item["metadata"]["name"] for item in json.loads(report)["install"]]
bill = subprocess.run([tool, "requirements", requirements], capture_output=True, text=True, check=True).stdout
print("pip installs:", *sorted(installs))
print("the bill says:", *sorted(component["name"] for component in json.loads(bill)["components"]))
PYTHON
cat > "$folder/expected" <<'SEEN'
cyclonedx-bom 7.5.0
pip installs: sqlparse
the bill says: colorama enum34 sqlparse
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
