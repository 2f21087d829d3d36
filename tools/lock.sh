#!/bin/sh
# Resolves pyproject.toml into requirements*.txt: exact versions with hashes, for every supported Python and machine.
# No registry address may stand in them, which is why there is no lock file of uv's own. Installs uv beside, not into .venv.
set -eu

python=$1
[ -x .cache/uv/bin/uv ] || "$python" -m pip install --quiet --target .cache/uv uv

lock() {
  .cache/uv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
    --no-header --no-emit-index-url --no-emit-find-links --annotation-style line "$@" >/dev/null
}

lock -o requirements.txt
lock --extra postgres -c requirements.txt -o requirements-postgres.txt
lock --extra postgres --group test -c requirements.txt -o requirements-test.txt
lock --extra postgres --group test --group check -c requirements-test.txt -o requirements-check.txt
