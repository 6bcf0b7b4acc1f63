#!/bin/sh
# Prepare .venv from a lock: install.sh LOCKFILE. Every package is checked against its hash.
set -eu
python=${PYTHON:-python3}
lock=$1

if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))'; then
    echo "regclean needs Python 3.11 or 3.12; PYTHON=python3.11 make install chooses one." >&2
    exit 2
fi
# An activated .venv has no pip of its own: use the Python that it was made from.
python=$("$python" -c 'import sys; print(sys._base_executable)')
# Debian ships python3 without pip: fetch it where we may.
if ! "$python" -m pip --version >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-pip
    else
        echo "pip is missing. Install it first: sudo apt-get install python3-pip" >&2
        exit 2
    fi
fi
[ -x .venv/bin/python ] || "$python" -m venv --without-pip .venv
pip() { "$python" -m pip --python .venv/bin/python --disable-pip-version-check "$@"; }
begun=$(date +%s)
echo "Installing $(grep -c '==' "$lock") packages from $lock into .venv, each checked against its hash; one to four minutes, once."
# One line for each package that is fetched, on a terminal: it shows that something happens.
shown=--quiet
[ -t 1 ] && shown=--progress-bar=on
pip install $shown --no-deps --require-hashes -r "$lock"
echo "Installing regclean itself"
pip install --quiet --no-deps --no-build-isolation -e .
pip check
echo "Installed in $(($(date +%s) - begun)) s."
