"""What a mail server said, made fit for people: one short line, nothing invisible, and for the log no buyer."""

import re

_LONGEST = 200
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,=]+@[^\s<>()\[\]:;,=]+")
_SOMEBODY = "<…>"


def readable(text: str) -> str:
    """Without control and format characters, such as those that turn the writing direction."""
    visible = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(visible.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def anonymous(text: str, recipient: str = "") -> str:
    """Readable, and without any address, nor the recipient's name or domain where they are by themselves."""
    line = readable(_ADDRESS.sub(_SOMEBODY, text))
    local_part, _, domain = recipient.rpartition("@")
    for private in filter(None, (local_part, local_part.strip('"'), domain)):
        line = re.sub(rf"(?<!\w){re.escape(private)}(?!\w)", _SOMEBODY, line, flags=re.I)
    return line.replace(f"<{_SOMEBODY}>", _SOMEBODY)
