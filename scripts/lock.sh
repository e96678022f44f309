#!/usr/bin/env bash
# Write the lock files anew: ours from pyproject.toml, and the one of the apps that the interop tests run. They hold hashes
# and name no index host.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
lock() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    --no-emit-index-url --no-emit-find-links "$@"
}
lock --extra postgres --extra demo -o requirements.lock pyproject.toml
lock --extra dev -o requirements-dev.lock pyproject.toml
lock -o tests/interop/python/requirements.lock tests/interop/python/requirements.in
