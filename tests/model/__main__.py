"""Explores the model whole and prints the shortest way to each fault: `make model`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.model.spin import explore, missing
from tests.model.variants import AS_IT_IS, BROKEN, Variant


def main() -> int:
    if missing():
        sys.exit(f"missing: {', '.join(missing())} (python -m tests.model.spin installs Debian's)")
    results = [_print(variant) for variant in (*AS_IT_IS, *BROKEN)]
    return 0 if all(results) else 1


def _print(variant: Variant) -> bool:
    """Whether it breaks what it is to break, and nothing else."""
    with TemporaryDirectory() as folder:
        explored = explore(variant.options, Path(folder))
    print(f"{variant.name}: {explored}", flush=True)
    for step in explored.steps:
        print(f"    {step}", flush=True)
    return explored.broken == variant.breaks


if __name__ == "__main__":
    sys.exit(main())
