#!/bin/bash
# validator (npm, validator.js): isIdentityCard with the country FI, for the Finnish personal identity code.
# Guess:   it knows the signs of the century that are in use (- Y X W V U for the 1900s, A B C D E F for the 2000s;
#          ten of them new in 2023), and refuses a day that no calendar has, as its own check for zh-CN does.
# Happens: only + - A are known, so that a person with a new code is told that it is wrong; and the date is not
#          looked at: 31 February, or a month 00, is an identity code if the last character fits. finnish-ssn, of
#          the same registry, is right about all of them. (All numbers here are of the range 900-999, for tests.)
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
310294-9030: true, false
000094-903C: true, false
SEEN
cat > see.js <<'JS'
const validator = require("validator");
const {FinnishSSN} = require("finnish-ssn");
const version = name => `${name} ${require(name + "/package.json").version}`;
console.log(`${version("validator")}, ${version("finnish-ssn")}`);
for (const code of ["010594-9032", "020504A902E", "010594Y9032", "020504B904H", "310294-9030", "000094-903C"])
  console.log(`${code}: ${validator.isIdentityCard(code, "FI")}, ${FinnishSSN.validate(code)}`);
JS
node see.js | tee output
diff expected output && echo "As found."
