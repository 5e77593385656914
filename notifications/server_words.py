"""What a mail server said, made fit for people: one short line, nothing invisible, and for the log no buyer."""

import re

_LONGEST = 200
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,=]+@[^\s<>()\[\]:;,=]+")
_ENHANCED_CODE_AGAIN = re.compile(r"\n\s*[245]\.\d{1,3}\.\d{1,3}\s")
_SOMEBODY = "<…>"


def readable(text: str) -> str:
    """Without control and format characters, such as those that turn the writing direction.

    Servers begin each line of a reply with the same enhanced code; once is enough.
    """
    once = _ENHANCED_CODE_AGAIN.sub("\n", text)
    visible = "".join(character if character.isprintable() else " " for character in once)
    line = " ".join(visible.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def anonymous(text: str, recipient: str = "") -> str:
    """Readable, and without any address, nor the recipient's name or domain where they are by themselves."""
    line = readable(_ADDRESS.sub(_SOMEBODY, text))
    local_part, _, domain = recipient.rpartition("@")
    for private in filter(None, (local_part, local_part.strip('"'), domain)):
        line = re.sub(rf"(?<!\w){re.escape(private)}(?!\w)", _SOMEBODY, line, flags=re.I)
    return line.replace(f"<{_SOMEBODY}>", _SOMEBODY)
