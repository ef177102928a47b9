#!/usr/bin/env bash
# What tests/browser needs besides Python and a Chromium: axe-core from npm, pinned by package-lock.json.
# Fails, after saying why in one line, when it cannot be had; the tests that need it are then skipped.
set -euo pipefail
cd "$(dirname "$0")"

cannot() {
    echo "$1" >&2
    exit 1
}

command -v npm >/dev/null || cannot "no npm"
npm ci --no-audit --no-fund --ignore-scripts --loglevel error --fetch-retries 1 --fetch-timeout 60000 >/dev/null 2>&1 ||
    cannot "npm could not install axe-core"
