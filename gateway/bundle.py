"""The page's modules put together into a few files, as `python -m deploy.page_bundle` leaves them.

A bundle names the sources that it was made of. Of other sources nothing of it is served, so whoever edits the page sees
the edit, module by module, and no page mixes two versions.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

SOURCES = ".sources.json"
_SUFFIXES = (".html", ".js")


def is_source(name: str) -> bool:
    """Whether a bundle is made of this file of the page, among others."""
    return name.endswith(_SUFFIXES)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """Of the sources in a folder, by name. Raises OSError."""
    return {
        path.name: digest(path.read_bytes()) for path in folder.iterdir() if is_source(path.name)
    }


def modules_in(bundle: Path, sources: Mapping[str, str]) -> frozenset[str] | None:
    """The modules that a bundle of these sources, by their digests, has put into its files; None: there is none.

    What says so is written last of all its files.
    """
    try:
        made = json.loads((bundle / SOURCES).read_bytes())
        return frozenset(made["modules"]) if made["sources"] == sources else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_made_of(bundle: Path, sources: Mapping[str, str]) -> bool:
    return modules_in(bundle, sources) is not None
