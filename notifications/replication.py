"""Whether a replica has what the outbox has: only then may an order leave Redis.

A fail-over loses what the promoted replica lacks. If the relay sent an order before a replica had
it, a fail-over could free seats whose ticket is in a mailbox already, and they would be sold again
(docs/model.md).
"""

import logging

from redis.exceptions import ReadOnlyError

from cinema.keys import partition_keys
from cinema.logs import OutageLog
from cinema.redis_connection import RedisClient, nodes_of
from cinema.redis_scripts import packed

log = logging.getLogger(__name__)

_WAIT_MS = 500


class Replication:
    """Asks a partition's primary, over the connections for scripts.

    Raises what redis-py raises.
    """

    def __init__(self, redis: RedisClient) -> None:
        self._nodes = nodes_of(redis)
        self._outage = OutageLog(log)

    async def reaches(self, partition: int) -> bool:
        """Whether a replica has, within half a second, all that the partition has now.

        True where its primary has no replica. WAIT, not WAITAOF: a replica is promoted with what it
        has in memory, and every version of Redis knows WAIT.
        """
        key = partition_keys(partition).replica_probe
        role, _, replicas, *_ = await self._nodes.send(packed("ROLE"), key)
        if role != "master":
            raise ReadOnlyError("the primary has become a replica")
        reached = not replicas or await self._follows(key)
        if reached:
            self._outage.end("the outbox waits for no replica any more")
        else:
            self._outage.begin("the outbox waits for a replica that does not follow")
        return reached

    async def _follows(self, key: str) -> bool:
        # WAIT covers the last write of its connection, so this connection writes; replicas apply
        # writes in order.
        write, wait = packed("INCR", key), packed("WAIT", 1, _WAIT_MS)
        _, reached = await self._nodes.send_alone([write, wait], key)
        return bool(reached)
