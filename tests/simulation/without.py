"""The product without one of its guarantees: does a schedule notice?

    python -m tests.simulation --without resync

A changed copy of the module is imported in place of the module, before anything else.
"""

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Guarantee:
    """`code` is its text in the module, `instead` what remains without it."""

    subject: str
    module: str
    code: str
    instead: str


GUARANTEES = {
    "resync": Guarantee(
        "hub", "gateway.hub", "        self._resync_due = True\n", "        pass\n"
    ),
    "continuity": Guarantee(
        "hub",
        "gateway.seat_map",
        "if update.versao != self.version + 1:",
        "if update.versao > self.version + 2:",
    ),
    "void-while-it-waits": Guarantee(
        "hub",
        "gateway.fan_out",
        "                if self._is_interrupted:\n                    return\n",
        "",
    ),
    "states-of-a-void-broadcast": Guarantee(
        "hub", "gateway.fan_out", "            broadcast.complete(void)\n", ""
    ),
    "pending-cleared": Guarantee("hub", "gateway.hub", "        self._pending.clear()\n", ""),
    "frame-renewed": Guarantee(
        "hub",
        "gateway.hub",
        "        self._snapshot_frame = None\n        self._fan_out.start()\n",
        "        self._fan_out.start()\n",
    ),
    "updates-dropped": Guarantee(
        "hub", "gateway.send_queue", "        self._updates.clear()\n", ""
    ),
    "bound": Guarantee(
        "hub",
        "gateway.send_queue",
        "elif len(self._updates) < MOST_UPDATES:",
        "elif len(self._updates) < 2 * MOST_UPDATES:",
    ),
    "keepalive": Guarantee("hub", "gateway.line", "if self._awaits_pong:", "if False:"),
    "own-seats": Guarantee(
        "hub", "gateway.fan_out", "        if queue.tag in self.losing:\n", "        if False:\n"
    ),
    "live-again": Guarantee(
        "hub", "gateway.hub", "            self._situation_due = True\n", "            pass\n"
    ),
}


def leave_out(name: str | None) -> None:
    if name is None:
        return
    guarantee = GUARANTEES[name]
    spec = importlib.util.find_spec(guarantee.module)
    assert spec
    assert spec.origin
    module = importlib.util.module_from_spec(spec)
    text = Path(spec.origin).read_text(encoding="utf-8")
    assert text.count(guarantee.code) == 1, f"{guarantee.module} has changed: {guarantee.code}"
    sys.modules[guarantee.module] = module
    exec(
        compile(text.replace(guarantee.code, guarantee.instead), spec.origin, "exec"), vars(module)
    )
