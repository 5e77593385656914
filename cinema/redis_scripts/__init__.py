"""Lua scripts over connections of their own (ADR 29). Other commands go through redis-py.

`Script` packs the command, `OneNode` or `ClusterNodes` choose the server, `RedisNode` the
connection, a `Wire`.
"""

from cinema.redis_scripts.cluster import ClusterNodes
from cinema.redis_scripts.node import OneNode, TooManyCalls
from cinema.redis_scripts.script import Script, packed
from cinema.redis_scripts.wire import Unanswered

__all__ = ["ClusterNodes", "OneNode", "Script", "TooManyCalls", "Unanswered", "packed"]
