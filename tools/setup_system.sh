#!/bin/sh
# System packages that the browser tests use: Chromium, and fonts so that Chinese shows as itself in pictures.
# As root on a system with apt-get, install what is missing; elsewhere say what is missing. Never a reason to stop:
# tests that need a browser are skipped where there is none, and the test report says so.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
  command -v google-chrome >/dev/null 2>&1 || command -v google-chrome-stable >/dev/null 2>&1 ||
  missing="$missing chromium"
if command -v fc-list >/dev/null 2>&1; then
  [ -n "$(fc-list :lang=zh family 2>/dev/null)" ] || missing="$missing fonts-noto-cjk"
elif [ ! -d /usr/share/fonts/opentype/noto ]; then
  missing="$missing fonts-noto-cjk"
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "system: installing$missing"
  log=$(mktemp)
  # shellcheck disable=SC2086 # one word per package
  if (apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing) \
    >"$log" 2>&1; then
    rm -f "$log"
    exit 0
  fi
  tail -n 5 "$log" >&2
  rm -f "$log"
fi
cat >&2 <<EOF

  !! Not installed:$missing
  !! Browser tests will be SKIPPED. To run them:
  !!   Debian, Ubuntu   sudo apt-get install$missing
  !!   Fedora           sudo dnf install chromium google-noto-sans-cjk-fonts
  !!   macOS            brew install --cask chromium

EOF
