#!/bin/bash
# openapi-python-client: a list of words that begin with a digit, such as numbers of rooms "1", "2", "3", "4", "5+".
# Guess:   VALUE_2 is "2", as it is 2 in a list of numbers.
# Happens: words are counted from 0, so VALUE_2 is "3", and becomes "2" once a word is put before the others. The
#          client compiles, sends, and is wrong by one room.
# So:      name them in the description: "x-enum-varnames" (upstream/description.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openapi-python-client==0.29.1 2>/dev/null
export PATH="$folder/venv/bin:$PATH" LANG=C.UTF-8
cd "$folder"
cat > see.py <<'PYTHON'
import importlib
import json
import subprocess
from importlib.metadata import version

print("openapi-python-client", version("openapi-python-client"))
ROOMS = ["1", "2", "3", "4", "5+"]
SCHEMAS = {
    "Numbers": {"type": "integer", "enum": [1, 2, 3]},
    "Words": {"type": "string", "enum": ROOMS},
    "OneMoreWord": {"type": "string", "enum": ["0", *ROOMS]},
    "Named": {"type": "string", "enum": ROOMS, "x-enum-varnames": ["ONE", "TWO", "THREE", "FOUR", "FIVE_OR_MORE"]},
}
answer = {"type": "object", "properties": {name: {"$ref": f"#/components/schemas/{name}"} for name in SCHEMAS}}
description = {
    "openapi": "3.1.0",
    "info": {"title": "Flats", "version": "1"},
    "paths": {"/flat": {"get": {"responses": {"200": {
        "description": "A flat", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Flat"}}},
    }}}}},
    "components": {"schemas": {**SCHEMAS, "Flat": answer}},
}
with open("openapi.json", "w") as file:
    json.dump(description, file)
command = ["openapi-python-client", "generate", "--meta", "none", "--path", "openapi.json", "--output-path", "flats"]
subprocess.run(command, check=True, capture_output=True)
models = importlib.import_module("flats.models")
print("numbers: VALUE_2 is", repr(models.Numbers.VALUE_2.value))
print("words: VALUE_2 is", repr(models.Words.VALUE_2.value))
print("with one more: VALUE_2 is", repr(models.OneMoreWord.VALUE_2.value))
print("named:", ", ".join(f"{each.name} is {each.value!r}" for each in models.Named))
PYTHON
cat > expected <<'SEEN'
openapi-python-client 0.29.1
numbers: VALUE_2 is 2
words: VALUE_2 is '3'
with one more: VALUE_2 is '2'
named: FIVE_OR_MORE is '5+', FOUR is '4', ONE is '1', THREE is '3', TWO is '2'
SEEN
python see.py | tee output
diff expected output && echo "As found."
