#!/usr/bin/env bash
# Write both lock files anew from pyproject.toml. They hold hashes and name no index host.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
lock() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    --no-emit-index-url --no-emit-find-links "$@" pyproject.toml
}
lock --extra postgres --extra demo -o requirements.lock
lock --extra dev -o requirements-dev.lock
