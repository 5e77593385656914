"""`python -m deploy.page_bundle` bundles the page's modules: five files instead of fifty.

Rolldown does it (deploy/bundler/). The gateway serves the bundle while it fits the page's sources,
and the modules one by one where there is none: no service depends on a bundle.
"""

import logging
import shutil

from cinema import logs
from deploy import ROOT, commands, node, packages
from gateway import bundle

STATIC = ROOT / "static"
BUNDLE = ROOT / "bundle"
BUNDLER = ROOT / "deploy" / "bundler"
CACHE = ROOT / "var" / "cache" / "bundler"
SECONDS = 30

log = logging.getLogger("run")


def ensure() -> None:
    """Make the bundle, unless it is there and fits; a failure is one line in the log."""
    try:
        if not bundle.is_made_of(BUNDLE, bundle.digests(STATIC)):
            _make()
    except (packages.PackageMissing, commands.CommandFailed, OSError) as reason:
        log.warning("no bundle, the page's modules are served one by one: %s", reason)


def _make() -> None:
    nodejs = node.find()
    with node.alone_in(CACHE):
        # Beside its packages: Node.js looks for them from the script's folder upwards.
        shutil.copy(BUNDLER / "bundle.mjs", CACHE)
        node.install(nodejs, BUNDLER, CACHE, "the page's bundler")
        script = str(CACHE / "bundle.mjs")
        commands.run([nodejs.node, script, str(STATIC), str(BUNDLE)], timeout=SECONDS)


def main() -> None:
    logs.configure("setup")
    ensure()


if __name__ == "__main__":
    main()
