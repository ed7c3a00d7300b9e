#!/bin/bash
# kubernetes-validate: a manifest with a misspelt key.
# Guess:   validating against the schema of a Kubernetes version finds `livenesProbe`.
# Happens: it passes; the container would run without the probe. Only --strict refuses unknown keys.
# So:      always --strict.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check kubernetes-validate==1.37.0 2>/dev/null
cat > "$folder/see.py" <<'PYTHON'
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

print("kubernetes-validate", version("kubernetes-validate"))
manifest = Path(__file__).with_name("web.yaml")
manifest.write_text("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web
          livenesProbe: {httpGet: {path: /healthz, port: 8000}}
""")
for options in ([], ["--strict"]):
    command = [str(Path(sys.executable).with_name("kubernetes-validate")), *options, str(manifest)]
    done = subprocess.run(command, capture_output=True)
    print(*(options or ["as it is"]), "passed" if done.returncode == 0 else "refused")
PYTHON
cat > "$folder/expected" <<'SEEN'
kubernetes-validate 1.37.0
as it is passed
--strict refused
SEEN
LANG=C.UTF-8 "$folder/venv/bin/python" "$folder/see.py" | tee "$folder/output"
diff "$folder/expected" "$folder/output" && echo "As found."
