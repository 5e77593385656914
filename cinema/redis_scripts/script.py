"""A Lua script, sent by its hash; in full if Redis does not have it, as after a restart."""

import hashlib
from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

from hiredis import pack_command
from redis.exceptions import NoScriptError

Argument = str | int


class Nodes(Protocol):
    """Sends commands to the server that has the key."""

    def send(self, command: bytes, key: str) -> Awaitable[Any]:
        """The reply to a command."""

    def send_alone(self, commands: Sequence[bytes], key: str) -> Awaitable[list[Any]]:
        """The replies to commands that may block their connection, over one of their own."""


class Script:
    """Raises what redis-py would, in time; Unanswered if the connection broke.

    All keys of a call are in one slot.
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
        """Sends these commands right after the script, on its connection. Returns all replies."""
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
    """A command in RESP. (hiredis' stub declares tuples of one element.)"""
    found: bytes = pack_command(command)  # type: ignore[arg-type]
    return found
