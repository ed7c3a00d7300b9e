#!/bin/bash
# Starts `make demo` in many surroundings, asks each time for the front page, and stops it as Ctrl-C does.
# Run on a fresh machine by fresh_machine.sh; it begins with the demo's database removed.
set -euo pipefail
cd "$(dirname "$0")/.."
port=8765
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Prints the number of the demo's first process.
first_process() {
    for process in /proc/[0-9]*; do
        tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep -q 'manage.py demo' && basename "$process"
    done | sort -n | head -1
}

# Starts the demo with the given environment, and waits until it says that it answers.
start() {
    env "$@" PORT=$port make demo >"$log" 2>&1 &
    for _ in $(seq 600); do
        grep -q '^Heka Confirm, with demo data' "$log" && return
        kill -0 $! 2>/dev/null || return
        sleep 0.5
    done
}

front_page() {
    python3 -c "import urllib.request as u; print(u.urlopen('http://localhost:$port/fi/').status)" 2>&1 | tail -1
}

try() {
    local name=$1 answer status=0
    shift
    start "$@"
    answer=$(front_page)
    kill -INT "$(first_process)" || true
    wait $! || status=$?
    if [ "$answer" != 200 ] || [ $status -ne 0 ]; then
        echo "FAILED: $name (answer: $answer, exit: $status)"
        tail -20 "$log"
        exit 1
    fi
    echo "answers, and stops clean: $name"
}

python3 --version
rm -rf var
try "first start"
if [ "${1:-}" = once ]; then exit; fi
try "without HOME, LANG and TZ" -u HOME -u LANG -u TZ
try "a HOME that is not there" HOME=/nonexistent
try "locale C without UTF-8" LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0
try "a time zone half an hour beside the others" TZ=Australia/Lord_Howe
rm -rf var
(umask 077 && try "umask 077, from nothing")

start
again=$(PORT=$port make demo 2>&1 || true)
kill -INT "$(first_process)"
wait $!
[[ $again = *"Port $port is not free"* ]] || { echo "FAILED: port in use ($again)"; exit 1; }
echo "says so in one line: a port in use"
