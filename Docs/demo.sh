#!/bin/bash
# The demonstration of `make demo`: makes a small sample archive with signed messages, packs it, verifies it, alters a copy and
# shows verify failing, and diffs the two. Usage: demo.sh FOLDER-OF-THE-PROGRAMS
set -euo pipefail
programs=$(cd "$1" && pwd)
export PATH="$programs:$PATH"
folder=$(mktemp -d "${TMPDIR:-/tmp}/mailseal-demo.XXXXXX")
cd "$folder"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
try() { printf '$ %s\n' "$*"; "$@"; }

say "1. A sample archive: 200 invented messages, some with DKIM signatures, some damaged on purpose"
try mailseal-sample archive --messages 200 --average 8k --layout mixed

say "2. Pack it, with the key records and the log of when it was retrieved"
try mailseal create archive --keys keys.txt --retrieval-log retrieval.csv -o archive.tar.gz
root=$(mailseal verify --json archive.tar.gz | sed 's/.*"root":"\([^"]*\)".*/\1/')

say "3. Verify it against the root that was printed"
try mailseal verify --root "$root" archive.tar.gz

say "4. Find messages, and show one of them with its evidence"
try mailseal list --root "$root" --dkim verified --after 2016-06-01 archive.tar.gz
number=$(mailseal list --json --dkim verified --after 2016-06-01 archive.tar.gz | sed -n 's/.*"number":\([0-9]*\).*/\1/p' | sed -n 1p)
try mailseal show --root "$root" archive.tar.gz "$number" | sed -n '1,45p'

say "5. Flip one bit in a copy: verify names what is hit and exits with 1"
cp archive.tar.gz damaged.tar.gz
size=$(wc -c <damaged.tar.gz)
offset=$((size / 2))
byte=$(od -An -tu1 -j "$offset" -N 1 damaged.tar.gz)
printf "\\$(printf %03o $((byte ^ 1)))" | dd of=damaged.tar.gz bs=1 seek="$offset" conv=notrunc status=none
try mailseal verify --root "$root" damaged.tar.gz && exit 1

say "6. Change one word in one message, pack it again: everything agrees, but it is another root"
mkdir elsewhere
cp -rp archive elsewhere/archive
message=$(find elsewhere -name '*.eml' -type f | LC_ALL=C sort | sed -n 1p)
sed -i '0,/^Subject: .*/s//Subject: nothing to see here\r/' "$message"
mailseal create elsewhere/archive --keys keys.txt --retrieval-log retrieval.csv -o forged.tar.gz >/dev/null 2>&1
try mailseal verify --root "$root" forged.tar.gz && exit 1

say "7. What differs between the two"
try mailseal diff archive.tar.gz forged.tar.gz && exit 1

say "Everything is in $folder"
