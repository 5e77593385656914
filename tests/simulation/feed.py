"""Booking's feed: the real SeatFeed, StreamReader and the servicer's stream, over a Redis whose
links break, which trims its events and comes back with older data.

Properties. A watcher gets every version after a snapshot in order, with no gap, and its map is each
time a state that the session had, never an older one than before. When Redis has settled, every
watcher has the session's state.
"""

import asyncio
import json
from contextlib import aclosing, nullcontext
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import cinema_pb2 as pb
from booking import feed, servicer, stream_reader
from booking.feed import FeedLost, SeatFeed
from booking.servicer import BookingServicer
from cinema.keys import partition_keys, partition_of
from cinema.redis_connection import REDIS_ERRORS, RedisClient
from cinema.retry import Backoff, keep_running
from tests.simulation.browser import Wrong
from tests.simulation.loop import SimulatedLoop
from tests.simulation.redis import Link, SimulatedRedis

SESSIONS = ("duna", "ainda")
SEATS = ("A01", "A02", "B01", "B02")
WATCHERS = 4
STEPS = 40
PATIENCE_SECONDS = 1.0
EVENTS_KEPT, EVENTS_A_READ, EVENTS_A_WATCHER = 8, 4, 6
PAUSES = (0, 0, 0.01, 0.1, 1.5)
SLOW_WATCHER_SECONDS = (0, 0, 0, 0.02, 1)
DOWN_SECONDS = 0.05, 1.0
SETTLED_SECONDS = 60
State = tuple[int, frozenset[str]]  # a version, and the seats that are held
_ENDS: tuple[type[Exception], ...] = (FeedLost, *REDIS_ERRORS)  # of a stream


class Session:
    """`moments` keeps every state that was; the half-price sales of a state are its number."""

    def __init__(self, stage: "Stage", session_id: str) -> None:
        self.session_id = self.id = session_id
        self.version = 0
        self.held = set[str]()
        self.moments: list[State] = [(0, frozenset())]
        self._states = {0: frozenset[str]()}  # by version
        self._stage = stage
        self._stream = partition_keys(partition_of(session_id)).events

    def change(self) -> None:
        seat = self._stage.loop.random.choice(SEATS)
        self.held ^= {seat}
        self.version += 1
        self._is_now()
        change = {"seat": seat, "state": "held" if seat in self.held else "free", "tag": ""}
        fields = {"session": self.id, "version": str(self.version), "changes": json.dumps([change])}
        fields["half_price_sold"] = str(len(self.moments) - 1)
        self._stage.redis.xadd(self._stream, fields, keep=EVENTS_KEPT)

    def fall_back(self) -> None:
        self.version = self._stage.loop.random.randint(0, self.version)
        self.held = set(self._states[self.version])
        self._is_now()

    def _is_now(self) -> None:
        self._states[self.version] = frozenset(self.held)
        self.moments.append((self.version, frozenset(self.held)))

    def snapshot(self) -> Any:
        now = self._stage.redis.now_ms()
        message = pb.MapaSessao(
            versao=self.version,
            meias_vendidas=len(self.moments) - 1,
            assentos=[pb.EstadoAssento(assento=seat) for seat in self.held],
        )
        return SimpleNamespace(version=self.version, at_ms=now, message=message)


class Watcher:
    """A gateway's stream of one session, followed again whenever it ends."""

    def __init__(self, stage: "Stage", session: Session, number: int) -> None:
        self.session = session
        self.version = self.moment = -1
        self.seats = set[str]()
        self._name = f"watcher {number} of {session.id}"
        self._stage = stage

    async def run(self) -> None:
        pick = self._stage.loop.random
        while True:
            try:
                async with aclosing(self._stage.follow(self.session.id)) as events:
                    async for event in events:
                        self._apply(event)
                        if not self._stage.is_settling:
                            await asyncio.sleep(pick.choice(SLOW_WATCHER_SECONDS))
            except _ENDS:
                await asyncio.sleep(pick.uniform(0.05, 0.5))

    def _apply(self, event: pb.EventoSessao) -> None:
        if event.HasField("instantaneo"):
            snapshot = event.instantaneo
            self.seats = {one.assento for one in snapshot.assentos}
            self._is_now_at(snapshot.versao, snapshot.meias_vendidas, at_least=self.moment)
        for update in event.lote.atualizacoes:
            if update.versao != self.version + 1:
                raise Wrong(f"{self._name} got {update.versao} after {self.version}")
            for change in update.mudancas:
                self.seats.discard(change.assento)
                if change.estado == pb.StatusReserva.BLOQUEADO_TEMP:
                    self.seats.add(change.assento)
            self._is_now_at(update.versao, update.meias_vendidas, at_least=self.moment + 1)

    def _is_now_at(self, version: int, moment: int, at_least: int) -> None:
        if moment < at_least:
            raise Wrong(f"{self._name} got moment {moment} after {self.moment}")
        self.version, self.moment = version, moment
        if self.session.moments[moment] != (version, frozenset(self.seats)):
            raise Wrong(f"{self._name} has {sorted(self.seats)} at moment {moment}")


class Stage:
    def __init__(self, loop: SimulatedLoop) -> None:
        self.loop = loop
        self.is_settling = False
        self.redis = SimulatedRedis(lambda: round(loop.time() * 1_000))
        self.sessions = {name: Session(self, name) for name in SESSIONS}
        self.calls, blocking = Link(loop, self.redis), Link(loop, self.redis)
        self.links = (self.calls, blocking)
        self.feed = SeatFeed(cast(RedisClient, blocking), False, PATIENCE_SECONDS)
        self.watchers = [
            Watcher(self, loop.random.choice(list(self.sessions.values())), number)
            for number in range(WATCHERS)
        ]
        # What the servicer's stream uses of a servicer.
        self._servicer = SimpleNamespace(
            _feed=self.feed,
            _seats=self,
            _requests=self,
            _watch_limit=SimpleNamespace(stream_of=lambda _: nullcontext()),
            _fitness=lambda: SimpleNamespace(problem=""),
        )

    def follow(self, session_id: str) -> Any:
        request = pb.SessaoRequest(sessao_id=session_id, em_lotes=True)
        context = SimpleNamespace(peer=lambda: "gateway")
        return BookingServicer.AcompanharSessao(
            cast(Any, self._servicer), request, cast(Any, context)
        )

    async def session(self, session_id: str) -> Session:
        return self.sessions[session_id]

    async def snapshot(self, session_id: str) -> Any:
        return await self.calls.call(self.sessions[session_id].snapshot)

    def check_settled(self) -> None:
        for one in self.watchers:
            if one.moment != len(one.session.moments) - 1:
                raise Wrong(f"{one._name} is at moment {one.moment} in the end")


def _step(stage: Stage) -> None:
    pick = stage.loop.random
    session = pick.choice(list(stage.sessions.values()))
    chance = pick.random()
    if chance < 0.8:
        times = pick.choice((1, 1, 2, 5, 20))
        stage.loop.note(f"{session.id}: {times} changes after version {session.version}")
        for _ in range(times):
            session.change()
    elif chance < 0.9:
        stage.loop.note("every watcher gets a new snapshot")
        stage.feed.resync_all()
    else:
        stage.loop.note("Redis stops, and comes back with older data")
        stage.redis.stop()
        for one in stage.sessions.values():
            one.fall_back()


async def play(loop: SimulatedLoop) -> None:
    with (
        patch.object(stream_reader, "_EVENTS_A_READ", EVENTS_A_READ),
        patch.object(feed, "_EVENTS_A_WATCHER", EVENTS_A_WATCHER),
        patch.object(servicer, "snapshot_message", lambda _, snapshot: snapshot.message),
    ):
        async with asyncio.TaskGroup() as group:
            stage = Stage(loop)
            run = keep_running("the feed", stage.feed.run, REDIS_ERRORS, Backoff(maximum=1))
            works = (run, *(one.run() for one in stage.watchers))
            tasks = [group.create_task(work) for work in works]
            for _ in range(STEPS):
                _step(stage)
                await asyncio.sleep(loop.random.choice(PAUSES))
                if stage.redis.is_down:
                    await asyncio.sleep(loop.random.uniform(*DOWN_SECONDS))
                    stage.redis.is_down = False
            stage.is_settling = True
            for link in stage.links:
                link.is_reliable = True
            for session in stage.sessions.values():
                session.change()
            await asyncio.sleep(SETTLED_SECONDS)
            stage.check_settled()
            for task in tasks:
                task.cancel()
