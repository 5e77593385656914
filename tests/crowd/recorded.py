"""A crowd whose requests and answers are recorded, with the session's events and its end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import grpc

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from tests.crowd import load
from tests.crowd.load import Attempt, Crowd, Seats
from tests.histories.booking_state import followed, map_fields, record_booking_state
from tests.histories.lines import Action, Map, Outcome, Rules
from tests.histories.recording import Recording, recorded_to

_ACTIONS = {
    load.Call.HOLD: Action.HOLD,
    load.Call.CONFIRM: Action.CONFIRM,
    load.Call.RELEASE: Action.RELEASE,
}
_OUTCOMES = {
    load.Outcome.WON: Outcome.OK,
    load.Outcome.REFUSED: Outcome.REFUSED,
    load.Outcome.UNKNOWN: Outcome.UNKNOWN,
    load.Outcome.INVALID: Outcome.REFUSED,
}


class RecordedCrowd(Crowd):
    def __init__(
        self, channel: grpc.aio.Channel, session_id: str, deadline: float, recording: Recording
    ) -> None:
        super().__init__(channel, session_id, deadline)
        self._recording = recording

    async def seat_map(self) -> pb.MapaResponse:
        asked = self._recording.now()
        answer = await super().seat_map()
        self._recording.state(Map, **map_fields(answer.mapa), asked=asked)
        return answer

    async def _attempt(
        self,
        call: load.Call,
        buyer: str,
        seats: Seats,
        ask: Callable[[], Awaitable[pb.ReservaResponse]],
        key: str = "",
    ) -> Attempt:
        number = self._recording.call(_ACTIONS[call], self._session_id, buyer, seats, key=key)
        attempt = await super()._attempt(call, buyer, seats, ask, key)
        self._recording.answer(
            number,
            _OUTCOMES[attempt.outcome],
            reason=attempt.why,
            order=attempt.order,
            failed=attempt.failed,
        )
        return attempt


@asynccontextmanager
async def recorded_crowd(
    file: Path, channel: grpc.aio.Channel, session_id: str, deadline: float
) -> AsyncIterator[Crowd]:
    """Raises OSError where the file cannot be written, and grpc.aio.AioRpcError."""
    stub = ReservaStub(channel)
    seat_map = await Crowd(channel, session_id, deadline).seat_map()
    rules = Rules(most_seats=seat_map.limite_assentos)
    with recorded_to(file, "tests/client.py", [session_id], rules=rules) as recording:
        async with followed(stub, recording, session_id) as follower:
            yield RecordedCrowd(channel, session_id, deadline, recording)
            await record_booking_state(stub, recording, follower)
