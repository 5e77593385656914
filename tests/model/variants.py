"""What is explored: the system as it is, and with one guarantee taken away."""

from typing import NamedTuple

# A third of the states, and still each of the faults below.
SMALL = ("ONE_CASE",)


class Variant(NamedTuple):
    """A system in Spin's options, and the guarantee that it breaks: none, as it is."""

    name: str
    options: tuple[str, ...]
    breaks: str = ""


AS_IT_IS = (
    Variant("one Redis", ()),
    Variant("a replica that is promoted", ("FAILOVER", "WAIT", "RELAY_WAIT")),
)

# By the shortest way.
BROKEN = (
    Variant("sales do not wait for the replica", ("BFS", "FAILOVER", "RELAY_WAIT"), "KEPT"),
    Variant("the relay does not wait for the replica", ("BFS", "FAILOVER", "WAIT"), "MAILED"),
    Variant("a sweeper believes what it read", ("BFS", "BLIND_SWEEP"), "FREED_IN_TIME"),
    Variant("the message is written beside the script", ("BFS", "OUTBOX_BESIDE"), "ANNOUNCED"),
    Variant("no order key", ("BFS", "NO_KEY"), "TRUTHFUL"),
    Variant("the relay removes before it sends", ("BFS", "EARLY_REMOVAL"), "ANNOUNCED"),
    Variant("a hold looks at the lock alone", ("BFS", "LOCK_ALONE"), "NEVER_BOTH"),
)
