"""How many may do something at once, where some of them may take very long."""

import asyncio


class Lanes:
    """Lets `at_once` callers in. One that is in for longer than `slow_after` seconds makes room for another.

    Up to `slow_at_once` callers do so. With that many slow ones, the next slow one counts like the others.
    """

    def __init__(self, at_once: int, slow_at_once: int, slow_after: float) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._slow_room = slow_at_once
        self._slow_after = slow_after

    async def enter(self) -> "Turn":
        """The caller ends the turn."""
        await self._room.acquire()
        return Turn(self, self._slow_after)

    def step_aside(self) -> bool:
        if not self._slow_room:
            return False
        self._slow_room -= 1
        self._room.release()
        return True

    def leave(self, *, stepped_aside: bool) -> None:
        if stepped_aside:
            self._slow_room += 1
        else:
            self._room.release()


class Turn:
    def __init__(self, lanes: Lanes, slow_after: float) -> None:
        self._lanes = lanes
        self._slow_after = slow_after
        self._stepped_aside = False
        self._timer = self._in_a_while()

    def _in_a_while(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._slow_after, self._step_aside)

    def _step_aside(self) -> None:
        self._stepped_aside = self._lanes.step_aside()
        if not self._stepped_aside:
            self._timer = self._in_a_while()

    def end(self) -> None:
        self._timer.cancel()
        self._lanes.leave(stepped_aside=self._stepped_aside)
