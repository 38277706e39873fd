#!/bin/sh
# Makes .tools: a small environment that holds nothing but the pinned uv, which makes everything else.
# The only parts this needs are the ones a bare Debian can give: git, Python and its venv module.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "make setup: $*" >&2
    exit 1
}

is_new_enough() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_new_enough "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 or newer."
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is missing. On Debian 12 and later: apt-get install python3 python3-venv"
}

command -v git >/dev/null 2>&1 || fail "git is missing. On Debian: apt-get install git"
python=$(find_python)
# A shim of a version manager answers differently from another folder, so the interpreter behind it is used.
python=$("$python" -c 'import sys; print(sys.executable)')
"$python" -c 'import venv, ensurepip' 2>/dev/null \
    || fail "Python's venv module is missing. On Debian: apt-get install python3-venv"

echo "→ .tools: uv, pinned in tools/bootstrap.lock ($("$python" --version))"
rm -rf .tools
"$python" -m venv .tools
.tools/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    --requirement tools/bootstrap.lock
touch .tools/stamp
