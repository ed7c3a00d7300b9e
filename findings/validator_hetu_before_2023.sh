#!/bin/bash
# validator (npm, validator.js): isIdentityCard with the country FI, for the Finnish personal identity code.
# Guess:   it knows the signs of the century that are in use (- Y X W V U for the 1900s, A B C D E F for the 2000s;
#          ten of them new in 2023).
# Happens: only + - A are known, so that a person with a new code is told that it is wrong. finnish-ssn, of the same
#          registry, knows them all. (All numbers here are of the range 900-999, for tests.)
# So:      a check of one's own (core/hetu.py), or a package made for this one format.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts validator@13.15.35 finnish-ssn@2.1.2
cat > expected <<'SEEN'
validator 13.15.35, finnish-ssn 2.1.2
010594-9032: true, true
020504A902E: true, true
010594Y9032: false, true
020504B904H: false, true
SEEN
cat > see.js <<'JS'
const validator = require("validator");
const {FinnishSSN} = require("finnish-ssn");
const version = name => `${name} ${require(name + "/package.json").version}`;
console.log(`${version("validator")}, ${version("finnish-ssn")}`);
for (const code of ["010594-9032", "020504A902E", "010594Y9032", "020504B904H"])
  console.log(`${code}: ${validator.isIdentityCard(code, "FI")}, ${FinnishSSN.validate(code)}`);
JS
node see.js | tee output
diff expected output && echo "As found."
