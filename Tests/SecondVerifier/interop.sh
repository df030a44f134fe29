#!/bin/bash
# Opens a bundle with tools that know nothing of mailseal, and compares what they see.
# usage: interop.sh BUNDLE
#
# bagit.py lives in the virtual environment $MAILSEAL_VENV (.build/venv by default); when $CI is set it is put there from
# PyPI. A missing tool is stepped over with a line on standard error, unless $CI is set; then it is a failure.
# Exit status: 0, 1 or 2 (usage).
set -euo pipefail
[ $# -eq 1 ] && [ -f "$1" ] || { echo "usage: interop.sh BUNDLE" >&2; exit 2; }
bundle=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=${MAILSEAL_VENV:-$root/.build/venv}
bagit=1.9.0
export LC_ALL=C
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
status=0

passed() { echo "ok       $1"; }
failed() { echo "FAILED   $1"; status=1; }
# Whether a tool is there; a missing one fails only where everything has been installed on purpose.
have() {
    command -v "$1" > /dev/null && return 0
    if [ -n "${CI:-}" ]; then failed "$1 is missing"; else echo "skipped  $1 is missing" >&2; fi
    return 1
}
# Runs a check and says how it went, with the tool's words when it failed.
check() {
    local name=$1
    shift
    if "$@" > output 2>&1; then passed "$name"; else failed "$name"; sed 's/^/         /' output | head -n 20; fi
}

# Lists and extracts with one tar; the first one becomes the measure for the others.
try_tar() {
    local tool=$1 list=$2 extract=$3
    mkdir "$tool"
    check "$tool lists" bash -c "$list > '$tool.list'"
    check "$tool extracts" bash -c "cd '$tool' && $extract"
    (cd "$tool" && find . -type f -exec sha256sum {} + | sort) > "$tool.files"
    [ -e first.list ] || { cp "$tool.list" first.list; cp "$tool.files" first.files; }
    check "$tool lists the same names" cmp first.list "$tool.list"
    check "$tool extracts the same files" cmp first.files "$tool.files"
}

export bundle
have tar && try_tar tar 'tar -tzf "$bundle"' 'tar -xzf "$bundle"'
have bsdtar && try_tar bsdtar 'bsdtar -tzf "$bundle"' 'bsdtar -xzf "$bundle"'
have busybox && try_tar busybox 'busybox tar -tzf "$bundle"' 'busybox tar -xzf "$bundle"'
have gzip && check "gzip tests it" gzip -t "$bundle"

if have python3; then
    cat > list.py <<'PYTHON'
import sys, tarfile
with tarfile.open(sys.argv[1], "r|gz") as archive:
    for member in archive:
        assert member.isreg(), member.name
        print(member.name)
PYTHON
    check "python tarfile lists it as a stream" bash -c 'python3 list.py "$bundle" > python.list'
    check "python tarfile lists the same names" cmp first.list python.list
    check "the second verifier finds no fault" python3 "$root/Tests/SecondVerifier/verify.py" "$bundle"
fi

bag=$(find tar -mindepth 1 -maxdepth 1 -type d)
check "there is one folder at the top" test "$(find tar -mindepth 1 -maxdepth 1 | wc -l)" -eq 1
cd "$bag"
for list in manifest-sha256.txt tagmanifest-sha256.txt; do
    check "sha256sum checks $list" sha256sum --check --strict --quiet "$list"
done
rm -f output
cd "$folder"

if have python3; then
    if [ -n "${CI:-}" ] && ! "$venv/bin/python" -c "import bagit" 2> /dev/null; then
        { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check "bagit==$bagit"; } \
            > install.log 2>&1 || true
    fi
    if "$venv/bin/python" -c "import bagit" 2> /dev/null; then
        check "bagit.py validates it" "$venv/bin/python" -W ignore -m bagit --validate "$bag"
    elif [ -n "${CI:-}" ]; then
        failed "bagit.py cannot be installed: $(tail -n 1 install.log)"
    else
        echo "skipped  bagit.py is missing: python3 -m venv $venv && $venv/bin/pip install bagit==$bagit" >&2
    fi
fi
exit $status
