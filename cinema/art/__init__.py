"""Draws a poster for each film: SVG for pages, PNG for mails and previews of links.

A film's poster never changes. `REVISION` is a hash of the drawing code.
"""

import hashlib
from pathlib import Path

REVISION = hashlib.sha256(
    b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()[:8]
