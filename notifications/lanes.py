"""Bounds how many callers work at a time, with extra room for slow ones."""

import asyncio


class Lanes:
    """Admits `at_once` callers. A caller moves to the slow lane after `slow_after` seconds.

    The slow lane has `slow_at_once` places. While it is full, a slow caller keeps its place in the
    fast lane.
    """

    def __init__(self, at_once: int, slow_at_once: int, slow_after: float) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._slow_places = slow_at_once
        self._slow_after = slow_after

    async def enter(self) -> "Turn":
        """Waits for a place. The caller ends the turn."""
        await self._places.acquire()
        return Turn(self, self._slow_after)

    def move_to_slow_lane(self) -> bool:
        """False while it is full."""
        if not self._slow_places:
            return False
        self._slow_places -= 1
        self._places.release()
        return True

    def leave(self, *, is_slow: bool) -> None:
        if is_slow:
            self._slow_places += 1
        else:
            self._places.release()


class Turn:
    def __init__(self, lanes: Lanes, slow_after: float) -> None:
        self._lanes = lanes
        self._slow_after = slow_after
        self._is_slow = False
        self._timer = self._start_timer()

    def _start_timer(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._slow_after, self._move_to_slow_lane)

    def _move_to_slow_lane(self) -> None:
        self._is_slow = self._lanes.move_to_slow_lane()
        if not self._is_slow:
            self._timer = self._start_timer()

    def end(self) -> None:
        self._timer.cancel()
        self._lanes.leave(is_slow=self._is_slow)
