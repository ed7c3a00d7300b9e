#!/bin/bash
# import-linter: a layers contract, and an import in a folder that has no __init__.py.
# Guess:   every module that Python can import from the package is looked at; Python, and Django's search for
#          management commands, need no __init__.py.
# Happens: the module is not among the files analysed, its import is not seen, and the contract is kept. With an empty
#          __init__.py the same import breaks it. Nothing warns of the folder.
# So:      a test that every folder with Python files has its __init__.py.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check import-linter==2.16 grimp==3.19 2>/dev/null
cd "$folder"
mkdir -p shop/upper shop/lower/commands
touch shop/__init__.py shop/upper/__init__.py shop/upper/api.py shop/lower/__init__.py
echo "from shop.upper import api" > shop/lower/commands/send.py
cat > .importlinter <<'INI'
[importlinter]
root_package = shop

[importlinter:contract:layers]
name = lower knows nothing of upper
type = layers
layers =
    shop.upper
    shop.lower
INI
look() {
    PYTHONPATH=. venv/bin/python -c "import shop.lower.commands.send; print('imported')"
    PYTHONPATH=. LANG=C.UTF-8 venv/bin/lint-imports --no-cache 2>&1 |
        grep -oE "Analyzed [0-9]+ files|Contracts: .*" || true
}
cat > expected <<'SEEN'
import-linter 2.16
imported
Analyzed 4 files
Contracts: 1 kept, 0 broken.
with __init__.py
imported
Analyzed 6 files
Contracts: 0 kept, 1 broken.
SEEN
{
    venv/bin/python -c "from importlib.metadata import version; print('import-linter', version('import-linter'))"
    look
    touch shop/lower/commands/__init__.py
    echo "with __init__.py"
    look
} | tee output
diff expected output && echo "As found."
