"""Making answers small: hard for files, which are compressed once, and fast for what is made for each request.

Nothing that a page is sent repeats what an attacker could have put into its request, so that the length of
a compressed answer tells nobody a secret of it (BREACH).
"""

import gzip

import brotli

SMALLEST = 1_000  # bytes; what is shorter travels in one packet anyway


def compress_hard(content: bytes, encoding: str) -> bytes:
    """Some milliseconds for each module of the page; with an empty encoding the content itself."""
    return _compress(content, encoding, brotli_quality=11, gzip_level=9)


def compress_fast(content: bytes, encoding: str) -> bytes:
    """About a millisecond for the map of a hall with 3,000 seats."""
    return _compress(content, encoding, brotli_quality=5, gzip_level=5)


def _compress(content: bytes, encoding: str, brotli_quality: int, gzip_level: int) -> bytes:
    if encoding == "br":
        packed: bytes = brotli.compress(content, mode=brotli.MODE_TEXT, quality=brotli_quality)
        return packed
    return gzip.compress(content, gzip_level, mtime=0) if encoding == "gzip" else content
