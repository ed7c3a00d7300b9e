#!/bin/bash
# Day.js and Moment: a date in Finnish by a pattern of one's own.
# Guess:   MMMM after a day is in the case that the language wants there: both know two forms of the months for
#          Russian, Ukrainian and Polish ("6 декабря"), and the ready format LL is right in Finnish.
# Happens: LL gives "6. joulukuuta 2026", "D. MMMM YYYY" the nominative, "6. joulukuu 2026", which no Finn writes: the
#          ending stands in LL alone. date-fns gives the right form for the same pattern.
# So:      LL, Intl.DateTimeFormat or date-fns for dates in Finnish; a test that looks for "kuuta".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts dayjs@1.11.23 moment@2.31.0 date-fns@4.4.0
cat > expected <<'SEEN'
dayjs 1.11.23, moment 2.31.0, date-fns 4.4.0
ru, D MMMM: 6 декабря | 6 декабря
fi, LL: 6. joulukuuta 2026 | 6. joulukuuta 2026
fi, D. MMMM YYYY: 6. joulukuu 2026 | 6. joulukuu 2026
fi, date-fns: 6. joulukuuta 2026
SEEN
cat > see.js <<'JS'
const dayjs = require("dayjs");
const moment = require("moment");
const { format } = require("date-fns");
const { fi } = require("date-fns/locale/fi");

dayjs.extend(require("dayjs/plugin/localizedFormat"));
for (const language of ["fi", "ru"]) {
  require(`dayjs/locale/${language}`);
  require(`moment/locale/${language}`);
}
console.log(["dayjs", "moment", "date-fns"].map(name => `${name} ${require(`${name}/package.json`).version}`).join(", "));
for (const [language, pattern] of [["ru", "D MMMM"], ["fi", "LL"], ["fi", "D. MMMM YYYY"]]) {
  const seen = [dayjs, moment].map(library => library("2026-12-06").locale(language).format(pattern));
  console.log(`${language}, ${pattern}: ${seen.join(" | ")}`);
}
console.log("fi, date-fns:", format(new Date(2026, 11, 6), "d. MMMM yyyy", { locale: fi }));
JS
node see.js | tee output
diff expected output && echo "As found."
