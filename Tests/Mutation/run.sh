#!/bin/bash
# Makes a small bundle and one of 1 MB, and runs MutationCommand on them.
# usage: run.sh FOLDER-OF-PROGRAMS WORK-FOLDER
set -euo pipefail
programs=$1
work=$2
rm -rf "$work"
mkdir -p "$work"
make_bundle() { # NAME, then what mailseal-sample takes
    "$programs/mailseal-sample" "$work/$1/archive" "${@:2}" --seed 5 > "$work/$1.log"
    "$programs/mailseal" create "$work/$1/archive" --keys "$work/$1/keys.txt" --no-mtime -o "$work/$1.tar.gz" \
        --retrieved-at 2017-05-05T18:35:00Z >> "$work/$1.log"
}
mkdir "$work/small" "$work/large"
make_bundle small --messages 3 --small
make_bundle large --messages 55 --average 45k
"$programs/MutationCommand" "$work/small.tar.gz" "$work/large.tar.gz" 2000
