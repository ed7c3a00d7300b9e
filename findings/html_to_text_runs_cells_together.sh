#!/bin/bash
# html-to-text (npm): the plain text of a letter whose facts stand in a table or a description list.
# Guess:   as in a browser when one copies them, there is at least a blank between a heading and its value.
# Happens: "Numero42TilaOdottaa", from a table and from a <dl> alike: a table is laid out only where a selector asks
#          for it, and there is nothing for <dl>. A heading (h1) comes in capitals, and a code in it too.
# So:      a text of its own for each letter; or the format "dataTable", and the options about capitals of both kinds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts html-to-text@10.0.1
cat > expected <<'SEEN'
html-to-text 10.0.1
table: Numero42TilaOdottaa
list: Numero42TilaOdottaa
heading: HAKEMUS AB3
told: "Numero   42\nTila     Odottaa\n\n\nHakemus aB3"
SEEN
node -e '
const {convert} = require("html-to-text");
console.log("html-to-text", require("html-to-text/package.json").version);
const table = "<table><tr><th>Numero</th><td>42</td></tr><tr><th>Tila</th><td>Odottaa</td></tr></table>";
const list = "<dl><dt>Numero</dt><dd>42</dd><dt>Tila</dt><dd>Odottaa</dd></dl>";
console.log("table:", convert(table));
console.log("list:", convert(list));
console.log("heading:", convert("<h1>Hakemus aB3</h1>"));
const selectors = [
  {selector: "table", format: "dataTable", options: {uppercaseHeaderCells: false}},
  {selector: "h1", options: {uppercase: false}},
];
console.log("told:", JSON.stringify(convert(table + "<h1>Hakemus aB3</h1>", {selectors})));
' | tee output
diff expected output && echo "As found."
