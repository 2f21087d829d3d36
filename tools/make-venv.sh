#!/bin/sh
# Makes an empty .venv with the first Python that is new enough. Knows nothing about what goes into it.
# PYTHON=/path/to/python chooses one. On Debian Python comes without the part that makes environments: root gets it.
set -eu

venv=$1
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

say() { printf '%s\n' "$*" >&2; }

find_python() {
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$new_enough" 2>/dev/null; then
      printf '%s\n' "$candidate"
      return
    fi
  done
}

python=$(find_python)
if [ -z "$python" ]; then
  say "Tyck needs Python 3.11 or newer, and none was found. Install one, or name it: make PYTHON=/path/to/python3 setup"
  exit 1
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ]; then
    say "Installing Debian's python3-venv, which Python needs to make its own environment."
    DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >&2 || true
  fi
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    say "$python cannot make an environment of its own. On Debian and Ubuntu install it with: apt-get install python3-venv"
    exit 1
  fi
fi

"$python" -m venv "$venv"
