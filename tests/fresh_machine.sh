#!/bin/bash
# Tries the project on a machine with nothing on it: a new root of Debian with python3, pip, make and git.
#
#   tests/fresh_machine.sh bookworm root tests/fresh_demo.sh   # starts the demo in many surroundings
#   tests/fresh_machine.sh trixie user 'make test'             # or any command, as a user without rights
#
# A fourth argument is a command that is run afterwards, without any network.
#
# Needs Debian, root and mmdebstrap. The last commit is tried, in a folder whose name has a blank. From outside:
#   MIRROR   Debian mirror; mmdebstrap's own if not given
#   APTOPT   one more option of apt, for instance of a mirror that is a snapshot
#   COPY     files of this machine that the new one needs: certificates, pip.conf
#   PASS     names of environment variables to pass on: proxies, certificates
#   ROOTS    where new roots are kept, to be made once only (/var/tmp/fresh-machines)
set -euo pipefail

[ $# -ge 3 ] || { sed -n '2,/^set/{/^set/d;s/^# \?//;p}' "$0"; exit 2; }
suite=$1 who=$2 command=$3 offline=${4:-}
project=$(cd "$(dirname "$0")/.." && pwd)
roots=${ROOTS:-/var/tmp/fresh-machines}
root=$(mktemp -d --tmpdir fresh-machine.XXXXXX)
trap 'rm -rf --one-file-system "$root"' EXIT

mkdir -p "$roots"
if [ ! -s "$roots/$suite.tar" ]; then
    mmdebstrap --mode=root --variant=minbase --include=python3,python3-pip,make,git \
        ${APTOPT:+--aptopt="$APTOPT"} "$suite" "$roots/new-$suite.tar" ${MIRROR:+"$MIRROR"}
    mv "$roots/new-$suite.tar" "$roots/$suite.tar"
fi
tar -xf "$roots/$suite.tar" -C "$root"
[ -z "${APTOPT:-}" ] || echo "$APTOPT;" >"$root/etc/apt/apt.conf.d/99fresh-machine"
cat /etc/resolv.conf >"$root/etc/resolv.conf"
printf '::1 localhost\n127.0.0.1 localhost\n' >"$root/etc/hosts"  # IPv6 first
for file in ${COPY:-}; do
    install -D --mode=644 "$file" "$root$file"
done

home=/root ids=()
if [ "$who" = user ]; then
    home=/home/user
    chroot "$root" useradd --create-home user
    ids=(setpriv --reuid=user --regid=user --init-groups)
fi
folder="$home/Heka Confirm"
git -c safe.directory='*' clone --quiet --no-hardlinks "file://$project" "$root$folder"
chroot "$root" chown -R "$who:$who" "$folder"

environment=(HOME="$home" PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin)
for name in ${PASS:-}; do
    environment+=("$name=${!name}")
done


run() {
    unshare --mount --pid --fork --kill-child ${2:+"$2"} bash -euc '
        root=$1 folder=$2 command=$3
        mount --make-rprivate /
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        shift 3
        # The loopback device, which is down in a new network.
        chroot "$root" python3 -c "import fcntl, socket, struct; fcntl.ioctl(
            socket.socket(), 0x8914, struct.pack(\"16sh\", b\"lo\", 1))"
        exec chroot "$root" "$@" bash -euc "cd \"\$1\" && eval \"\$2\"" - "$folder" "$command"
    ' - "$root" "$folder" "$1" "${ids[@]}" env -i "${environment[@]}"
}

run "$command" ""
[ -z "$offline" ] || run "$offline" --net
