#!/bin/sh
# System packages that tests use: Chromium, fonts so that Chinese shows as itself in pictures, bubblewrap and runsc
# for the sandbox (Linux only), and a PostgreSQL as distributions package it. As root on a system with apt-get, install what is missing; elsewhere say what is missing.
# Never a reason to stop: tests that need one are skipped where there is none, and the test report says so.
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
if ! command -v initdb >/dev/null 2>&1 && ! ls /usr/lib/postgresql/*/bin/initdb /usr/pgsql*/bin/initdb >/dev/null 2>&1; then
  missing="$missing postgresql"
fi
if [ "$(uname)" = Linux ]; then
  command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap"
  command -v runsc >/dev/null 2>&1 || missing="$missing runsc"
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "system: installing$missing"
  # Tests make clusters of their own; the package must not start one on the usual port.
  [ -e /etc/postgresql-common/createcluster.conf ] || {
    mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
  }
  log=$(mktemp)
  # One by one: a distribution that lacks one of them still has the others.
  left=""
  apt-get update -q >"$log" 2>&1 || true
  for package in $missing; do
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$package" >>"$log" 2>&1 ||
      left="$left $package"
  done
  missing="$left"
  if [ -z "$missing" ]; then
    rm -f "$log"
    exit 0
  fi
  tail -n 5 "$log" >&2
  rm -f "$log"
fi
cat >&2 <<EOF

  !! Not installed:$missing
  !! Tests that need them will be SKIPPED. To run them:
  !!   Debian, Ubuntu   sudo apt-get install$missing
  !!   Fedora           sudo dnf install chromium google-noto-sans-cjk-fonts bubblewrap postgresql-server
  !!   macOS            brew install --cask chromium && brew install postgresql

EOF
