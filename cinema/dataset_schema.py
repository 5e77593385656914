"""The schema of the data in Redis: a dataset's identity is `<schema>:<id>`."""

import re

SCHEMA = 1
_IDENTITY = re.compile(r"([0-9]{1,9}):[!-~]+", re.ASCII)


def schema_of(identity: str) -> int:
    """0 if the text is not a dataset's identity."""
    form = _IDENTITY.fullmatch(identity)
    return int(form[1]) if form else 0


def later_schema(identity: str) -> str:
    """Why this version leaves the dataset alone; empty if it is not from a later one."""
    schema = schema_of(identity)
    if schema <= SCHEMA:
        return ""
    return (
        f"the dataset {identity} has schema {schema}, but this version knows schemas up to "
        f"{SCHEMA}: start the version that wrote it, or a later one"
    )
