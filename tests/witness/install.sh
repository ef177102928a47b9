#!/usr/bin/env bash
# What tests/witness needs besides Python: a Slack double from npm, pinned by package-lock.json, and a Chromium.
# Fails, after saying why in one line, when one of them cannot be had; the tests are then skipped.
set -euo pipefail
cd "$(dirname "$0")"

cannot() {
    echo "$1" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo --non-interactive "$@"; fi
}

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || cannot "the double is built for Linux on x86-64 only"

if ! command -v chromium chromium-browser google-chrome >/dev/null; then
    { as_root apt-get update && as_root apt-get install --yes --no-install-recommends chromium; } >/dev/null 2>&1 ||
        cannot "no Chromium, and none could be installed"
fi

command -v npm >/dev/null || cannot "no npm"
npm ci --no-audit --no-fund --ignore-scripts --loglevel error --fetch-retries 1 --fetch-timeout 60000 >/dev/null 2>&1 ||
    cannot "npm could not install the double"
[ -x node_modules/local-slack-linux-x64/bin/local-slack ] || cannot "npm could not install the double"
