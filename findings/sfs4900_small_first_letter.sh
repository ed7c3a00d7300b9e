#!/bin/bash
# @natlibfi/sfs-4900 (npm): names in Cyrillic letters, written in Finnish by the standard SFS 4900.
# Guess:   a name that begins with a capital still does, and capitals stay capitals.
# Happens: an initial Ё becomes a small "jo", other letters that become two or more keep their capital; in a word
#          of capitals a Щ becomes "Štš". And each call writes the name of the language to standard output.
# So:      put the capitals right afterwards, and keep the output of a program that uses it apart.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts @natlibfi/sfs-4900@1.1.0
cat > expected <<'SEEN'
@natlibfi/sfs-4900 1.1.0
LANG: rus
Елка Jelka
LANG: rus
Ёлка jolka
LANG: rus
Щука Štšuka
LANG: rus
ЩУКА ŠtšUKA
SEEN
node -e '
const {version} = require("@natlibfi/sfs-4900/package.json");
const {convertToLatin} = require("@natlibfi/sfs-4900");
console.log("@natlibfi/sfs-4900", version);
for (const word of ["Елка", "Ёлка", "Щука", "ЩУКА"])
  console.log(word, convertToLatin(word).result);
' | tee output
diff expected output && echo "As found."
