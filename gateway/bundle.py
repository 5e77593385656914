"""The page's modules bundled into a few files by `python -m deploy.page_bundle`.

A bundle names its sources by digest. If the sources differ, the modules are served one by one
instead: an edit shows at once, and no page mixes two versions.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

SOURCES = ".sources.json"
_SUFFIXES = (".html", ".js")


def is_source(name: str) -> bool:
    """Whether a bundle depends on this file."""
    return name.endswith(_SUFFIXES)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """The digests of a folder's sources, by name. Raises OSError."""
    return {
        path.name: digest(path.read_bytes()) for path in folder.iterdir() if is_source(path.name)
    }


def modules_in(bundle: Path, sources: Mapping[str, str]) -> frozenset[str] | None:
    """The modules that are in the bundle, if it was made of these sources; else None.

    The bundler writes SOURCES last, so an unfinished bundle does not count.
    """
    try:
        made = json.loads((bundle / SOURCES).read_bytes())
        return frozenset(made["modules"]) if made["sources"] == sources else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_made_of(bundle: Path, sources: Mapping[str, str]) -> bool:
    return modules_in(bundle, sources) is not None
