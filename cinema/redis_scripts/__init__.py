"""Lua scripts over connections of their own (ADR 29): the hot path. All else that Redis is asked goes over redis-py.

`Script` knows what to send, `OneNode` or `ClusterNodes` where, `RedisNode` over which connection, and a `Wire` is one.
"""

from cinema.redis_scripts.cluster import ClusterNodes
from cinema.redis_scripts.node import OneNode, TooManyCalls
from cinema.redis_scripts.script import Script, packed
from cinema.redis_scripts.wire import Unanswered

__all__ = ["ClusterNodes", "OneNode", "Script", "TooManyCalls", "Unanswered", "packed"]
