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
    """`code` is its text in the module, `instead` what remains without it; `seed` noticed that."""

    subject: str
    module: str
    code: str
    instead: str
    seed: int = 0


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
        seed=2015,
    ),
    "states-of-a-void-broadcast": Guarantee(
        "hub",
        "gateway.fan_out",
        "            broadcast.complete(void)\n",
        "",
        seed=207,
    ),
    "pending-cleared": Guarantee("hub", "gateway.hub", "        self._pending.clear()\n", ""),
    "frame-renewed": Guarantee(
        "hub",
        "gateway.hub",
        "        self._snapshot_frame = None\n        self._fan_out.start()\n",
        "        self._fan_out.start()\n",
    ),
    "updates-dropped": Guarantee(
        "hub",
        "gateway.send_queue",
        "        self._updates.clear()\n",
        "",
        seed=179,
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
    "removed-after-delivery": Guarantee(
        "relay",
        "notifications.relay",
        "        results = await deliver_readable(entries, Entry.notification, self._sink)\n",
        "        await self._outbox.remove(entries[:1])\n"
        "        results = await deliver_readable(entries, Entry.notification, self._sink)\n",
    ),
    "later-stays": Guarantee(
        "relay",
        "notifications.relay",
        "                    break\n",
        "                    done.append(entry)\n",
    ),
    "replicated-first": Guarantee(
        "relay",
        "notifications.outbox",
        "        return partitions if is_replicated else ()\n",
        "        return partitions\n",
    ),
    "replica-asked-last": Guarantee(
        "relay",
        "notifications.outbox",
        "        heads = await self._heads(partitions)\n",
        "        partitions = await self._replicated(partitions)\n"
        "        heads = await self._heads(partitions)\n"
        "        return [entry for p in heads for entry in heads[p]]\n",
    ),
    "buried-before-removed": Guarantee(
        "relay",
        "notifications.outbox",
        "        await self._redis.xadd(keys.dead_letters, letter)\n"
        "        await self._redis.xdel(keys.outbox, entry.id)\n",
        "        await self._redis.xdel(keys.outbox, entry.id)\n"
        "        await self._redis.xadd(keys.dead_letters, letter)\n",
    ),
    "lease-counts-from-the-request": Guarantee(
        "relay",
        "notifications.lease",
        "            self._owned_until = asked + self._seconds\n",
        "            self._owned_until = time.monotonic() + self._seconds\n",
        seed=475,
    ),
    "checked-when-the-lease-ends": Guarantee(
        "relay",
        "notifications.lease",
        "min(self._seconds / _RENEWALS_PER_LEASE, left)",
        "self._seconds / _RENEWALS_PER_LEASE",
        seed=754,
    ),
    "lease-ended-on-the-way": Guarantee(
        "relay",
        "notifications.lease",
        "bool(owned) and time.monotonic() < self._owned_until",
        "bool(owned)",
        seed=475,
    ),
    "gap-asks-for-a-snapshot": Guarantee(
        "feed",
        "booking.feed",
        "goes_on = update.versao <= version and happened_ms <= at_ms",
        "goes_on = True",
    ),
    "lost-redis-ends-the-watches": Guarantee(
        "feed", "booking.feed", "            self.close()\n", "            self._open.clear()\n"
    ),
    "overflow-asks-for-a-snapshot": Guarantee(
        "feed", "booking.feed", "            self._overflowed = True\n", "            pass\n"
    ),
    "effect-before-commit": Guarantee(
        "consumer",
        "notification_consumer",
        "        settled = await member.stay_until(asyncio.create_task(self._settled(records)))\n"
        "        await member.settle(records, settled)\n",
        "        await member.settle(records, records)\n"
        "        await member.stay_until(asyncio.create_task(self._settled(records)))\n",
    ),
    "later-stops-its-partition": Guarantee(
        "consumer",
        "notification_consumer",
        "        elif record.partition not in waiting:\n",
        "        else:\n",
    ),
    "buried-before-commit": Guarantee(
        "consumer",
        "notification_consumer",
        "        if letters and not await self._bury(letters):\n            return []\n",
        "        if letters:\n            await self._bury(letters)\n",
    ),
    "rewinds": Guarantee(
        "consumer",
        "notifications.kafka_group",
        "                consumer.seek(partition, next_offsets[partition])\n",
        "                pass\n",
    ),
    "sends-what-it-has-scheduled": Guarantee(
        "consumer",
        "notifications.mail_room",
        "        if mine and scheduled:\n",
        "        if mine:\n",
    ),
    "renews-its-leases": Guarantee(
        "consumer",
        "notifications.mail_room",
        "        return list(self._sending)\n",
        "        return []\n",
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
