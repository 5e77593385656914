"""Cleans up a mail server's reply: one short line, and for the log without the buyer."""

import re

_LONGEST = 200
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,=]+@[^\s<>()\[\]:;,=]+")
_ENHANCED_CODE_AGAIN = re.compile(r"\n\s*[245]\.\d{1,3}\.\d{1,3}\s")
_HIDDEN = "<…>"


def readable(text: str) -> str:
    """Without control and format characters, such as those that change the writing direction.

    Servers repeat the enhanced code on each line of a reply; it is kept once.
    """
    once = _ENHANCED_CODE_AGAIN.sub("\n", text)
    visible = "".join(character if character.isprintable() else " " for character in once)
    line = " ".join(visible.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def anonymous(text: str, recipient: str = "") -> str:
    """Readable, without addresses, and without the recipient's local part or domain."""
    line = readable(_ADDRESS.sub(_HIDDEN, text))
    local_part, _, domain = recipient.rpartition("@")
    for private in filter(None, (local_part, local_part.strip('"'), domain)):
        line = re.sub(rf"(?<!\w){re.escape(private)}(?!\w)", _HIDDEN, line, flags=re.I)
    return line.replace(f"<{_HIDDEN}>", _HIDDEN)
