#!/bin/sh
# Resolve pyproject.toml into requirements/*.txt: exact versions with hashes, for every platform and Python ≥ 3.11,
# without a word about where they came from. Present pins are kept where they still fit; UPGRADE=1 takes the newest.
#
#   base.txt     the bridge and the command line (`pip install openclaw`)
#   server.txt   everything that `openclaw up` needs (`pip install openclaw[server]`), and what builds it
#   dev.txt      that, and what checks and tests it
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null 2>&1 || { echo "make lock needs uv" >&2; exit 1; }

lock() {
  name=$1
  shift
  # This machine's settings decide where packages are looked up; the flags keep that out of the file.
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    --no-emit-index-url --no-emit-find-links ${UPGRADE:+--upgrade} \
    --output-file "requirements/$name.txt" "$@" >/dev/null
  { echo "# Made from pyproject.toml by \`make lock\`; do not edit."; grep -v '^# Made from' "requirements/$name.txt"; } \
    >"requirements/$name.new"
  mv "requirements/$name.new" "requirements/$name.txt"
  echo "lock: requirements/$name.txt, $(grep -c '==' "requirements/$name.txt") packages"
}

# The widest set first; the narrower ones take its pins, so that one version serves all three.
build=$(mktemp)
trap 'rm -f "$build"' EXIT
sed -n 's/^requires = \[\(.*\)\]$/\1/p' pyproject.toml | tr -d '" ' | tr ',' '\n' >"$build"
lock dev pyproject.toml --extra server --group dev "$build"
lock server pyproject.toml --extra server "$build" --constraints requirements/dev.txt
lock base pyproject.toml --constraints requirements/dev.txt
