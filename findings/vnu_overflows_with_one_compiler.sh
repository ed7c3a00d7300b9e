#!/bin/bash
# vnu-jar: the Nu HTML checker run by a Java that is told to use its quick compiler only (-XX:TieredStopAtLevel=1), which
# halves the time of a run over some hundred pages.
# Guess:   the checker asks for a stack of 512k, and Java gives each thread 1024k on 64-bit Linux: that is enough.
# Happens: the checker stops at the first page, with "StackOverflowError while evaluating HTML schema"; what the quick
#          compiler makes takes more of the stack. With both compilers the same page passes.
# So:      -Xss8m beside it (tests/pages/test_html.py). Needs Java, besides npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund vnu-jar@26.9.27
printf '<!doctype html><html lang="fi"><title>Hei</title><p>Hei</p></html>' > page.html
jar=node_modules/vnu-jar/build/dist/vnu.jar
{
    echo "vnu $(java -jar $jar --version | cut -d' ' -f1)"
    for options in "" "-XX:TieredStopAtLevel=1" "-XX:TieredStopAtLevel=1 -Xss8m"; do
        # shellcheck disable=SC2086  # several options
        said=$(java $options -jar $jar page.html 2>&1) && outcome="passes" || outcome=${said%%$'\n'*}
        echo "java $options: $outcome"
    done
} | tee output
cat > expected <<'SEEN'
vnu 26.9.27
java : passes
java -XX:TieredStopAtLevel=1: StackOverflowError while evaluating HTML schema.
java -XX:TieredStopAtLevel=1 -Xss8m: passes
SEEN
diff expected output && echo "As found."
