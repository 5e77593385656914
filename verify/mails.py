"""The mails that are due or have failed: each is of an order."""

from collections import Counter
from collections.abc import Sequence

from cinema.keys import is_order_id, order_key, partition_keys, partition_of_order
from cinema.redis_connection import RedisClient
from verify.findings import Check, Fault, Look
from verify.reading import Command, ask


class MailCheck:
    """A unit is an order's id."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def look(self, units: Sequence[str]) -> Look:
        look = Look(checked=Counter({Check.MAILS: len(units)}))
        whole = [order_id for order_id in units if is_order_id(order_id)]
        commands: list[Command] = []
        for order_id in whole:
            keys = partition_keys(partition_of_order(order_id))
            commands.append(("exists", order_key(order_id)))
            commands += [("zscore", key, order_id) for key in (keys.mails, keys.failed_mails)]
        replies = iter(await ask(self._redis, commands))
        found = zip(whole, replies, replies, replies, strict=False)
        lost = [one for one, is_there, *at in found if not is_there and at != [None, None]]
        for order_id in [*lost, *set(units).difference(whole)]:
            sentence = f"a mail is due or has failed of {order_id}, which Redis does not have"
            look.faults.add(Fault(Check.MAILS, order_id, "", sentence))
        return look
