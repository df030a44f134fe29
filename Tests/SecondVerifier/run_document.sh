#!/bin/bash
# Runs the ```sh blocks of a page, one after another in one bash, on a bundle and the number of one of its messages.
# usage: run_document.sh FILE.md BUNDLE NUMBER
set -euo pipefail
[ $# -eq 3 ] || { echo "usage: run_document.sh FILE.md BUNDLE NUMBER" >&2; exit 2; }
page=$(realpath "$1")
bundle=$(realpath "$2")
number=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
awk '/^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$page" > "$folder/commands"
[ -s "$folder/commands" ] || { echo "run_document.sh: $page has no sh blocks" >&2; exit 2; }
cd "$folder"
BUNDLE=$bundle NUMBER=$number bash -euo pipefail commands
