#!/bin/bash
# Debian's promtool: a configuration of Prometheus that finds its targets in Kubernetes.
# Guess:   promtool of the same version says whether a configuration is right, wherever it was built.
# Happens: Debian builds Prometheus without what asks clouds and Kubernetes for targets. A right configuration is
#          refused as misspelt: "field kubernetes_sd_configs not found". A list of targets in a file is taken.
# So:      a configuration for Kubernetes is checked with the project's own promtool; rules can be checked with Debian's.
# Needs a Debian 12 whose apt has the package; nothing is installed outside the temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 "$folder"
apt-get download --quiet --quiet prometheus=2.42.0+ds-5+deb12u1 >/dev/null 2>&1
dpkg-deb --extract prometheus_*.deb .
for way in kubernetes_sd_configs file_sd_configs; do
    value='[{role: pod}]'
    [ "$way" = file_sd_configs ] && value='[{files: [targets.json]}]'
    printf 'scrape_configs:\n  - job_name: web\n    %s: %s\n' "$way" "$value" > "$way.yaml"
done
echo '[]' > targets.json
cat > expected <<'SEEN'
promtool, version 2.42.0+ds (branch: debian/sid, revision: 2.42.0+ds-5+deb12u1)
kubernetes_sd_configs: refused, field kubernetes_sd_configs not found
file_sd_configs: taken
SEEN
{
    usr/bin/promtool --version 2>&1 | head -1
    for way in kubernetes_sd_configs file_sd_configs; do
        if said=$(usr/bin/promtool check config "$way.yaml" 2>&1); then
            echo "$way: taken"
        else
            echo "$way: refused, $(grep -o "field [a-z_]* not found" <<< "$said")"
        fi
    done
} | tee output
diff expected output && echo "As found."
