#!/bin/bash
# mailcheck (npm): "did you mean" for a typed email address.
# Guess:   an address at a Finnish domain is left alone.
# Happens: with its own lists, every domain under .fi is taken for a slip of .fr, the nearest top-level domain that it
#          knows; people are offered an address that is not theirs.
# So:      a list of one's own, and a question only where the typed domain is not itself a known one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts mailcheck@1.1.1
cat > expected <<'SEEN'
mailcheck 1.1.1
maija@housing.fi: did you mean maija@housing.fr
maija@housing.com: nothing
SEEN
node -e '
const mailcheck = require("mailcheck");
console.log("mailcheck", require("mailcheck/package.json").version);
for (const email of ["maija@housing.fi", "maija@housing.com"]) {
  const found = mailcheck.run({email});
  console.log(`${email}: ${found ? "did you mean " + found.full : "nothing"}`);
}' | tee output
diff expected output && echo "As found."
