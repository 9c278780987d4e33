#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: tools/install_packages.sh SECTION...
#
# Install what is missing of the sections of packages.txt. Where nothing is missing no package
# manager is called and no network is needed. As root, or by sudo where it asks no password;
# otherwise the one line to type is printed and the exit status is 2.
set -eu
cd "$(dirname "$0")/.."

wanted() { # SECTION...: the package names of these sections of packages.txt
    local section='' line want
    while IFS= read -r line; do
        line=${line%%#*}
        line=${line//[[:space:]]/}
        case $line in
        '') ;;
        '['*']') section=${line:1:-1} ;;
        *)
            for want in "$@"; do
                if [ "$section" = "$want" ]; then echo "$line"; fi
            done
            ;;
        esac
    done <packages.txt
}

missing=()
packages=$(wanted "$@")
if [ -z "$packages" ]; then
    echo "$0: no packages in packages.txt for: $*" >&2
    exit 2
fi
if ! command -v dpkg-query >/dev/null; then
    echo "this is not a Debian: make sure of what packages.txt lists yourself" >&2
    exit 0
fi
for package in $packages; do
    status=$(dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null || true)
    case $'\n'$status$'\n' in
    *$'\ninstalled\n'*) ;;
    *) missing+=("$package") ;;
    esac
done
if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi

install="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -eq 0 ]; then
    as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
else
    echo "packages are missing; type this line, then start again:" >&2
    echo "sudo sh -c 'apt-get update && $install'" >&2
    exit 2
fi
echo "installing: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update &&
    # shellcheck disable=SC2086 # the words of $install are apart on purpose
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $install; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "cannot install: ${missing[*]} (Debian 12 and its package archive are needed)" >&2
    exit 2
fi
