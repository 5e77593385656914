"""The gateway minifies and compresses the page once in a process of a test run, and not at each of
its 300 starts.

To compress all files takes 0.7 s of CPU, and the same content always gives the same bytes.
Importing this module replaces the function in the process that imports it. Benchmarks do not: they
measure a start as it is.
"""

from functools import lru_cache

from gateway import assets, film_art
from gateway.negotiation import compress_hard

_CONTENTS = 1_000  # in each encoding: the page's files, and the films of many tests

_once = lru_cache(_CONTENTS)(compress_hard)
for _module in (assets, film_art):
    vars(_module)[compress_hard.__name__] = _once
vars(assets)["_MINIFY"] = {
    suffix: lru_cache(_CONTENTS)(minify) for suffix, minify in assets._MINIFY.items()
}
