"""Valid entries that are probably mistakes: logged with their line, and not refused."""

from collections.abc import Iterator

from booking.programme.accessible_seats import missing_seats
from booking.programme.checks import LineOf, overlap_text
from booking.programme.schema import ProgrammeEntry
from booking.programme.showings import doubtful, showings
from booking.programme.toml_lines import Path

_A_REAL = 100  # centavos


def warnings(programme: ProgrammeEntry, line_of: LineOf) -> Iterator[tuple[Path, str]]:
    for index, room in enumerate(programme.rooms):
        for text in missing_seats(room.rows):
            yield ("salas", index, "fileiras"), f"fileiras: {text}"
    for index, session in enumerate(programme.sessions):
        for kind, price in session.prices.items():
            if price < _A_REAL:
                reais = f"R$ {price / 100:.2f}".replace(".", ",")
                text = f"precos.{kind}: {reais}; os preços são em centavos (3200 é R$ 32,00)"
                yield ("sessoes", index, "precos", kind.value), text
    for daily, dated in doubtful(showings(programme)):
        yield dated.path, overlap_text(daily, dated, line_of)
