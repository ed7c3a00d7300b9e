#!/bin/bash
# npm: installing hds-core, the Helsinki Design System, under Node.js 20.
# Guess:   `npm install hds-core` installs the newest release, or says that this Node.js is too old for it.
# Happens: npm picks the newest release whose `engines` allow this Node.js: 4.4.0, a year behind 5.2.2, without a
#          warning. `hds-core@latest` installs 5.2.2 and warns.
# So:      write the version; a design taken from "the newest" may be last year's.
set -euo pipefail
[[ $(node --version) == v20.* ]] || { echo "This needs Node.js 20"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
cat > expected <<'SEEN'
installed 4.4.0, warnings 0, the newest needs Node.js ^22.13.1
SEEN
npm install --ignore-scripts --no-audit --no-fund hds-core >log 2>&1
version=$(node -p 'require("./node_modules/hds-core/package.json").version')
warnings=$(grep -ci 'warn.*engine' log || true)
needs=$(npm view hds-core@5.2.2 engines.node)
echo "installed $version, warnings $warnings, the newest needs Node.js $needs" | tee output
diff expected output && echo "As found."
