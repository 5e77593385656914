"""One session's seats, kept up to date from booking's stream. Knows nothing of sockets; the caller
passes every time.

Times are monotonic seconds. The time left of a hold is computed when it is sent, not when it
arrived.
"""

from collections.abc import Iterable
from typing import NamedTuple

from cinema_pb2 import Atualizacao, EstadoAssento, MapaSessao, StatusReserva


class ContinuityLost(Exception):
    """The update does not follow the known version."""


class Seat(NamedTuple):
    """A seat that is not free, or a change of a seat.

    `tag` is the owner's and never leaves the gateway.
    """

    name: str
    state: StatusReserva.Estado
    deadline: float  # of a hold
    reason: str  # why it became free
    tag: str

    @property
    def is_held(self) -> bool:
        return self.state == StatusReserva.BLOQUEADO_TEMP

    @property
    def is_free(self) -> bool:
        return self.state == StatusReserva.DISPONIVEL

    def ms_left(self, now: float) -> int:
        return max(0, round((self.deadline - now) * 1_000))


class SeatMap:
    """The seats that are not free, at one version."""

    def __init__(self, snapshot: MapaSessao, now: float) -> None:
        self.version = snapshot.versao
        self.half_price_sold = snapshot.meias_vendidas  # under the quota
        self.edition = snapshot.edicao  # differs once film, room, seats, language or start do
        self._taken: dict[str, Seat] = {}
        self._owned: dict[str, dict[str, Seat]] = {}  # by the owner's tag, then by name
        for seat in _seats(snapshot.assentos, now):
            self._put(seat)

    def apply(self, update: Atualizacao, now: float) -> list[Seat]:
        """Applies the update and returns its changes, in order. Raises ContinuityLost for any
        version but the next.

        Also for a known version: booking sends each once, so its Redis has come back with other
        data.
        """
        if update.versao != self.version + 1:
            raise ContinuityLost(f"version {update.versao} came after {self.version}")
        changes = _seats(update.mudancas, now)
        for seat in changes:
            self._change(seat)
        if update.HasField("meias_vendidas"):
            self.half_price_sold = update.meias_vendidas
        self.version = update.versao
        return changes

    def taken(self) -> Iterable[Seat]:
        return self._taken.values()

    def owned_by(self, tag: str) -> list[Seat]:
        """The seats that the buyer with this tag holds or has bought."""
        return list(self._owned.get(tag, {}).values())

    def _change(self, seat: Seat) -> None:
        before = self._taken.pop(seat.name, None)
        if before is not None and before.tag:
            self._disown(before)
        if not seat.is_free:
            self._put(seat)

    def _put(self, seat: Seat) -> None:
        self._taken[seat.name] = seat
        if seat.tag:  # a sale without a tag: its buyer's data were erased
            self._owned.setdefault(seat.tag, {})[seat.name] = seat

    def _disown(self, seat: Seat) -> None:
        own = self._owned[seat.tag]
        del own[seat.name]
        if not own:
            del self._owned[seat.tag]


def _seats(states: Iterable[EstadoAssento], now: float) -> list[Seat]:
    return [
        Seat(
            state.assento, state.estado, now + state.restante_ms / 1_000, state.motivo, state.marca
        )
        for state in states
    ]
