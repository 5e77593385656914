"""The guards of `make check`: `python -m checks` runs all of them, `python -m checks mypy links`
two.

Ruff, mypy, import-linter and shellcheck are pinned in requirements-dev.in; TypeScript and Biome,
which run under Node.js, in package.json here; luacheck is Debian's. `links` and `columns` are our
own.
"""
