"""Crowds whose requests and answers are recorded and checked, with the session's events and its
end."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import grpc

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from tests.crowd import load
from tests.crowd.load import Attempt, Crowd, Seats
from tests.histories.booking_state import followed, map_fields, record_booking_state
from tests.histories.check import Verdict, check
from tests.histories.lines import Action, Line, Map, Outcome, Rules
from tests.histories.recording import Recording

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


@dataclass
class RecordedCrowds:
    """One at each channel. `verdict` is there at the end."""

    crowds: list[Crowd]
    verdict: Verdict = field(init=False)


@asynccontextmanager
async def recorded_crowds(
    channels: Sequence[grpc.aio.Channel], session_id: str, deadline: float, file: Path | None = None
) -> AsyncIterator[RecordedCrowds]:
    """Checks what the block does, and writes it to the file.

    Raises OSError where the file cannot be written, grpc.aio.AioRpcError, and TimeoutError where
    booking's events do not come.
    """
    with file.open("w", encoding="utf-8") if file else nullcontext() as out:
        lines: list[Line] = []
        recording, stub = Recording(lines.append), ReservaStub(channels[0])
        recorded = RecordedCrowds(
            [RecordedCrowd(channel, session_id, deadline, recording) for channel in channels]
        )
        seat_map = await Crowd(channels[0], session_id, deadline).seat_map()
        rules = Rules(most_seats=seat_map.limite_assentos)
        recording.header("tests/client.py", [session_id], rules=rules)
        async with followed(stub, recording, session_id) as follower:
            yield recorded
            await record_booking_state(stub, recording, follower)
        recording.end()
        if out:
            out.writelines(line.to_json() + "\n" for line in lines)
    numbered = (line.numbered(number) for number, line in enumerate(lines, start=1))
    recorded.verdict = check(numbered)
