#!/bin/bash
# Installs the system packages that the tests use and that are missing: on Debian as root.
# Elsewhere one line says which tests are skipped; with CI=true nothing may be skipped.
set -euo pipefail

can_install=
[ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null && can_install=yes
packages=() missing=()
need() { packages+=("${@:2}"); missing+=("$1"); }

# Any Chromium does. The shell takes half the time, so it is installed wherever that can be done.
if [ -n "$can_install" ] || ! command -v chromium chromium-browser google-chrome >/dev/null; then
    command -v chromium-headless-shell >/dev/null || need "browser" chromium-headless-shell
fi
# Node, which Playwright brings, needs it; nothing else on a small machine may.
compgen -G '/usr/lib*/*/libatomic.so.1' >/dev/null || compgen -G '/usr/lib*/libatomic.so.1' >/dev/null ||
    need "browser" libatomic1
font() { [ -n "$(find /usr/share/fonts -name "$1" -print -quit 2>/dev/null)" ]; }
font LiberationSans-Regular.ttf || need "Liberation Sans" fonts-liberation
font DejaVuSans.ttf || need "DejaVu Sans" fonts-dejavu-core
font NotoSans-Regular.ttf || need "Noto Sans" fonts-noto-core
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || need "PostgreSQL" postgresql
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || need "proxy" nginx-light
[ -x /usr/sbin/pgbouncer ] || command -v pgbouncer >/dev/null || need "pooler" pgbouncer
command -v buildah >/dev/null && command -v mmdebstrap >/dev/null || need "image" buildah mmdebstrap
command -v promtool >/dev/null || need "alerts" prometheus
command -v systemd-analyze >/dev/null || need "systemd units" systemd
command -v node >/dev/null && command -v npm >/dev/null || need "Node" nodejs npm
compgen -G '/usr/lib/*/libpangoft2-1.0.so.0' >/dev/null || need "PDF" libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
command -v firefox-esr firefox >/dev/null || need "Firefox" firefox-esr
command -v java >/dev/null || need "HTML checker" default-jre-headless
command -v spamassassin >/dev/null || need "spam filter" spamassassin
command -v msgfmt >/dev/null || need "catalogue" gettext

[ ${#packages[@]} -eq 0 ] && exit 0
if [ -n "$can_install" ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -q -y --no-install-recommends "${packages[@]}"
elif [ "${CI:-}" = true ]; then
    echo "Missing, and not to be installed as this user: ${packages[*]}" >&2
    exit 1
else
    printf -v names '%s, ' "${missing[@]}"
    echo "Skipped: tests with ${names%, } (install ${packages[*]} for them)"
fi
