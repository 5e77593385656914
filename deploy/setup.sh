#!/bin/sh
# deploy/setup.sh LOCK: creates .venv, unless it works already, and installs the locked packages.
# PYTHON names a Python; the default is the first from 3.11 on that is on the PATH.
set -eu

say() { echo "$(date +%H:%M:%S) setup     INFO    $*" >&2; }
fail() { echo "$(date +%H:%M:%S) setup     ERROR   $*" >&2; exit 1; }
is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if is_recent "$python"; then echo "$python"; return; fi
    done
    fail "Python 3.11 or later is needed; PYTHON=/path/to/python names one that is not on the PATH"
}

# Debian has venv and ensurepip in a package of their own.
get_venv_module() {
    package="python3-venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing $package ..."
        apt-get update -qq &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
    else
        fail "Python cannot make virtual environments; on Debian and Ubuntu: apt install $package"
    fi
}

make_venv() {
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null || get_venv_module
    say "creating .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
}

{ is_recent .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; } || make_venv
say "installing what $1 lists ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1" ||
    fail "the packages cannot be installed: the lines above say why; the same command tries again"
