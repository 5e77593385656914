"""A browser with a seat map open, and its line: bytes wait until the browser reads them."""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from websockets.frames import Frame as SentFrame
from websockets.frames import Opcode

from tests.simulation.loop import SimulatedLoop

HIGH_WATER = 400  # bytes: a line is not writable above
LOW_WATER = 100
PROMPT_SECONDS = 0.02
_LENGTHS = {126: 2, 127: 8}  # of a frame's length, in bytes, by its second byte
Moments = dict[int, tuple[int, dict[str, str]]]  # by moment: version, and each taken seat's state
_STATES = {"assento_bloqueado": "bloqueado", "assento_reservado": "ocupado"}


class Wrong(AssertionError):
    """A property does not hold."""


class SimulatedTransport(asyncio.Transport):
    """Keeps what is written until `take`; says so to its protocol, as asyncio's does."""

    def __init__(self, loop: SimulatedLoop) -> None:
        super().__init__()
        self._loop = loop
        self._protocol: Any = None
        self._closing = self.is_lost = False
        self._is_paused = False
        self.waiting = b""
        self.arrived = asyncio.Event()  # something waits, or the line is lost
        self.largest = 0

    def set_protocol(self, protocol: Any) -> None:
        self._protocol = protocol

    def write(self, data: Any) -> None:
        if self.is_lost or self._closing:
            return
        self.waiting += data
        self.arrived.set()
        self.largest = max(self.largest, len(data))
        if len(self.waiting) > HIGH_WATER and not self._is_paused:
            self._is_paused = True
            self._protocol.pause_writing()

    def take(self) -> bytes:
        """What the browser reads now."""
        data, self.waiting = self.waiting[:HIGH_WATER], self.waiting[HIGH_WATER:]
        if not self.waiting:
            self.arrived.clear()
        if self._is_paused and len(self.waiting) <= LOW_WATER:
            self._is_paused = False
            self._protocol.resume_writing()
        if self._closing and not self.waiting:
            self.abort()
        return data

    def give(self, data: bytes) -> None:
        """What the browser sends."""
        if not self.is_lost:
            self._protocol.data_received(data)

    def is_closing(self) -> bool:
        return self._closing or self.is_lost

    def close(self) -> None:
        self._closing = True
        if not self.waiting:
            self.abort()

    def abort(self) -> None:
        if not self.is_lost:
            self.is_lost = True
            self.arrived.set()
            self._loop.call_soon(self._protocol.connection_lost, None)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.close()

    def pause_reading(self) -> None:
        """What a browser sends is small."""

    def resume_reading(self) -> None:
        """What a browser sends is small."""


class Browser:
    """Follows docs/protocol.md, and compares its map with the source's after each frame.

    The half-price sales of a state are its moment: a number that only rises, also where the
    versions begin again.
    """

    def __init__(self, loop: SimulatedLoop, name: str, tag: str, moments: Moments) -> None:
        self.name, self.tag = name, tag
        self.transport = SimulatedTransport(loop)
        self.was_always_prompt = True
        self._reads = asyncio.Event()
        self._reads.set()
        self.version = self.moment = -1
        self.seats: dict[str, str] = {}
        self.own: set[str] = set()
        self.live = True
        self.audience = 0
        self.close_code: int | None = None
        self.has_left = False
        self._loop = loop
        self._moments = moments
        self._unread = b""

    async def read(self) -> None:
        while not self.transport.is_lost:
            await self._reads.wait()
            await self.transport.arrived.wait()
            await asyncio.sleep(self._loop.random.uniform(0, PROMPT_SECONDS))
            if self.is_prompt:
                self._unread += self.transport.take()
                self._handle_frames()

    @property
    def is_prompt(self) -> bool:
        return self._reads.is_set()

    def stop_reading(self) -> None:
        self.was_always_prompt = False
        self._reads.clear()

    def read_again(self) -> None:
        self._reads.set()

    def leave(self) -> None:
        self.has_left = True
        self._reads.set()
        self.transport.abort()

    def ask_for_snapshot(self) -> None:
        self._send(Opcode.TEXT, b'{"acao":"ressincronizar"}')

    def _send(self, opcode: Opcode, payload: bytes) -> None:
        self.transport.give(SentFrame(opcode, payload).serialize(mask=True))

    def _handle_frames(self) -> None:
        while (found := _frame_in(self._unread)) is not None:
            opcode, payload, end = found
            self._unread = self._unread[end:]
            if opcode == Opcode.PING:
                self._send(Opcode.PONG, payload)
            elif opcode == Opcode.CLOSE:
                self.close_code = int.from_bytes(payload[:2], "big")
                self._send(Opcode.CLOSE, payload[:2])
            elif opcode == Opcode.TEXT:
                self._handle(orjson.loads(payload))

    def _handle(self, message: dict[str, Any]) -> None:
        handle: dict[str, Callable[[dict[str, Any]], None]] = {
            "estado_inicial": self._replace,
            "atualizacao": self._update,
            "meus_assentos": self._own,
            "situacao": self._situation,
            "publico": self._audience,
        }
        handle[message["evento"]](message)

    def _replace(self, message: dict[str, Any]) -> None:
        self.seats = {seat: one["estado"] for seat, one in message["assentos"].items()}
        self._is_now_at(message, at_least=self.moment)

    def _update(self, message: dict[str, Any]) -> None:
        if message["versao"] <= self.version:
            return
        if message["desde"] > self.version:
            raise Wrong(f"{self.name} has {self.version}: {message} leaves a change out")
        for change in message["mudancas"]:
            self.seats.pop(change["assento"], None)
            if change["evento"] != "assento_liberado":
                self.seats[change["assento"]] = _STATES[change["evento"]]
        self._is_now_at(message, at_least=self.moment + 1)

    def _is_now_at(self, message: dict[str, Any], at_least: int) -> None:
        self.version, moment = message["versao"], message.get("meias_vendidas", -1)
        if moment < at_least:
            raise Wrong(f"{self.name} is at moment {self.moment}, and got {message}")
        self.moment = moment
        if self._moments[moment] != (self.version, self.seats):
            raise Wrong(
                f"{self.name} shows {self.seats} at version {self.version}; "
                f"at moment {moment} it was {self._moments[moment]}"
            )

    def _own(self, message: dict[str, Any]) -> None:
        self.own = {*message["assentos"], *message.get("comprados", ())}

    def _situation(self, message: dict[str, Any]) -> None:
        self.live = message["ao_vivo"]

    def _audience(self, message: dict[str, Any]) -> None:
        self.audience = message["assistindo"]


def _frame_in(data: bytes) -> tuple[int, bytes, int] | None:
    """Opcode and payload of the first frame, and where it ends; None while it is incomplete."""
    if len(data) < 2:
        return None
    begin = 2 + _LENGTHS.get(data[1], 0)
    length = int.from_bytes(data[2:begin], "big") if begin > 2 else data[1]
    end = begin + length
    return (data[0] & 0x0F, data[begin:end], end) if len(data) >= max(begin, end) else None
