#!/bin/sh
# What the tests need of npm, from its lock, below tests/support/npm: the real Pi runtime for tests/contracts/pi, and
# the published schemas of the gateway protocol for tests/contracts/gateway. Never a reason to stop: without them those
# suites run on stand-ins or not at all, and the test report says so.
set -eu

cd "$(dirname "$0")/../tests/support/npm"
stamp=node_modules/.installed

skip() {
  printf '\n  !! The packages of released clients are not installed: %s\n' "$1" >&2
  printf '  !! Pi runs on its stand-in ONLY, and frames are NOT checked against the published protocol.\n\n' >&2
  exit 0
}

[ -e "$stamp" ] && [ ! package-lock.json -nt "$stamp" ] && exit 0
command -v node >/dev/null 2>&1 || skip "no Node.js"
command -v npm >/dev/null 2>&1 || skip "no npm"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 6) ? 0 : 1)' ||
  skip "it needs Node.js 20.6 or newer"

echo "pi runtime and gateway protocol: installing"
log=$(mktemp)
# No scripts: nothing of it is built, and a test's dependency has no business running anything at its installation.
if npm ci --ignore-scripts --no-audit --no-fund >"$log" 2>&1; then
  rm -f "$log"
  touch "$stamp"
else
  tail -n 5 "$log" >&2
  rm -f "$log"
  rm -rf node_modules
  skip "npm could not install it"
fi
