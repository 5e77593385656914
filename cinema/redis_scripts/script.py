"""A Lua script that Redis knows by its hash; it is sent whole where Redis was restarted, or flushed its scripts."""

import hashlib
from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

from hiredis import pack_command
from redis.exceptions import NoScriptError

Argument = str | int


class Nodes(Protocol):
    """Ask the server that has a key."""

    def send(self, command: bytes, key: str) -> Awaitable[Any]:
        """The reply to a command."""

    def send_alone(self, commands: Sequence[bytes], key: str) -> Awaitable[list[Any]]:
        """The replies to commands that may make their connection wait: nobody else's are on it."""


class Script:
    """Raises what redis-py would, within the patience of its nodes; Unanswered where its connection broke.

    All keys of a call are of one slot.
    """

    def __init__(self, nodes: Nodes, text: str) -> None:
        self._nodes = nodes
        self._text = text
        self._hash = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str], args: Sequence[Argument] = ()) -> Any:
        try:
            return await self._nodes.send(self._by_hash(keys, args), keys[0])
        except NoScriptError:
            return await self._nodes.send(self._whole(keys, args), keys[0])

    async def followed_by(
        self,
        commands: Sequence[Sequence[Argument]],
        keys: Sequence[str],
        args: Sequence[Argument],
    ) -> list[Any]:
        """Also sends these commands, right behind the script and on its connection. All replies."""
        after = [packed(*command) for command in commands]
        try:
            return await self._nodes.send_alone([self._by_hash(keys, args), *after], keys[0])
        except NoScriptError:
            return await self._nodes.send_alone([self._whole(keys, args), *after], keys[0])

    def _by_hash(self, keys: Sequence[str], args: Sequence[Argument]) -> bytes:
        return packed("EVALSHA", self._hash, len(keys), *keys, *args)

    def _whole(self, keys: Sequence[str], args: Sequence[Argument]) -> bytes:
        return packed("EVAL", self._text, len(keys), *keys, *args)


def packed(*command: Argument) -> bytes:
    """As Redis reads it. hiredis' stub knows tuples of one."""
    found: bytes = pack_command(command)  # type: ignore[arg-type]
    return found
