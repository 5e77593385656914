"""All benchmarks, one after the other: some five minutes.

    python -m tests.bench

They write Markdown to stdout, as it stands in docs/benchmarks.md. Figures are worth something on a quiet machine only.
"""

import importlib
import sys

BENCHMARKS = ("holds", "live", "expiry", "mail", "kafka_down", "start", "big_hall")


def main() -> None:
    sys.argv = sys.argv[:1]  # each has its own arguments, and here its defaults
    for name in BENCHMARKS:
        importlib.import_module(f"tests.bench.{name}").main()


if __name__ == "__main__":
    main()
