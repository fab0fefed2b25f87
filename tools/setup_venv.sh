#!/bin/sh
# Usage: tools/setup_venv.sh VENV LOCK
#
# Make the virtual environment VENV if it is not there, and install requirements/LOCK.txt and this checkout into it.
# Every package is checked against its hash. uv does it when there is one, else venv and pip; where packages come from
# is this machine's own configuration (UV_*, PIP_*, pip.conf), never this file's.
set -eu

venv=$1
lock=$2
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
  for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 && is_new_enough "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
}

has_uv() { command -v uv >/dev/null 2>&1; }

# An environment whose Python has been moved or removed is of no use; make it anew.
if [ -e "$venv" ] && ! is_new_enough "$venv/bin/python"; then
  say "environment: $venv is broken or too old, making it again"
  rm -rf "$venv"
fi

if [ ! -e "$venv" ]; then
  python=$(find_python)
  say "environment: making $venv"
  if has_uv; then
    # Without a new enough Python here, uv brings one.
    uv venv --quiet --python "${python:->=3.11}" "$venv"
  elif [ -n "$python" ]; then
    # Debian and its kin split venv off: without it this fails half-way and leaves a folder behind.
    "$python" -m venv "$venv" || {
      rm -rf "$venv"
      fail "python3 cannot make an environment. Install its venv module (Debian, Ubuntu: apt-get install python3-venv) or uv."
    }
  else
    fail "OpenClaw needs Python 3.11 or newer (python.org, or your system's packages), or uv."
  fi
fi

say "environment: installing requirements/$lock.txt"
if has_uv; then
  install() { VIRTUAL_ENV=$(cd "$venv" && pwd) uv pip install --quiet "$@"; }
else
  "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip --upgrade >/dev/null
  install() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$@"; }
fi
# The lock is complete, so nothing is left to resolve; older pips take a requirement with extras for an unpinned one.
install --no-deps --require-hashes -r "requirements/$lock.txt"
# The build tools come from the lock too, so that a second run needs no network.
install --no-deps --no-build-isolation --editable .
