"""The scripts under lua/, by the names of their files."""

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "lua"


def script_text(name: str) -> str:
    return (FOLDER / f"{name}.lua").read_text()
