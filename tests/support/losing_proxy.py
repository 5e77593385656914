"""A TCP proxy in front of Redis whose replies may come late or be lost after the script ran."""

import asyncio
import contextlib
import threading
from typing import Self

from deploy.ports import LOOPBACK
from tests.support.ports import free_port

_CHUNK = 65_536
_SCRIPT = b"EVALSHA"
_SEAT_LOCK = b":assento:"  # in the keys of the scripts that hold and sell


class LosingProxy:
    """`delay` seconds pass before each reply. Of the replies to scripts that hold or sell, every
    second one is cut while `to_cut` lasts; `cut` counts them."""

    def __init__(self, to_port: int) -> None:
        self.port = free_port()
        self.delay = 0.0
        self.to_cut = 0
        self.cut = 0
        self._to_port = to_port
        self._scripts = 0
        self._loop = asyncio.new_event_loop()
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, ready: threading.Event) -> None:
        server = self._loop.run_until_complete(
            asyncio.start_server(self._accept, LOOPBACK, self.port)
        )
        ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._drop_connections())
        self._loop.close()

    async def _drop_connections(self) -> None:
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with contextlib.suppress(OSError):
                to_redis = await asyncio.open_connection(LOOPBACK, self._to_port)
                with contextlib.closing(to_redis[1]):
                    await self._serve((reader, writer), to_redis)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(
        self,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        redis: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        doomed = asyncio.Event()

        async def requests() -> None:
            while data := await client[0].read(_CHUNK):
                if self._is_chosen(data):
                    doomed.set()
                redis[1].write(data)
                await redis[1].drain()

        async def replies() -> None:
            while data := await redis[0].read(_CHUNK):
                if doomed.is_set():
                    self.cut += 1
                    self.to_cut -= 1
                    return
                if self.delay:
                    await asyncio.sleep(self.delay)
                client[1].write(data)
                await client[1].drain()

        both = [asyncio.ensure_future(one()) for one in (requests, replies)]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    def _is_chosen(self, request: bytes) -> bool:
        if self.to_cut <= 0 or _SCRIPT not in request or _SEAT_LOCK not in request:
            return False
        self._scripts += 1
        return self._scripts % 2 == 0
