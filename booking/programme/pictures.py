"""The pictures that a programme names for its films. A faulty one is reported, and the film's is
drawn."""

from pathlib import Path

from booking.programme.syntax import Fault
from booking.programme.text import Reading
from cinema.art.picture import NoPicture, Picture, read_picture


def read_pictures(reading: Reading, folder: Path) -> tuple[dict[str, Picture], list[Fault]]:
    """By the films' ids; and the faults of others. Tens of milliseconds of work each."""
    pictures: dict[str, Picture] = {}
    faults: list[Fault] = []
    for index, film in enumerate(reading.programme.films):
        if film.poster is None:
            continue
        try:
            pictures[film.id] = read_picture(folder / film.poster)
        except NoPicture as fault:
            line = reading.lines.of(("filmes", index, "cartaz"))
            faults.append(Fault(line, f"cartaz: {fault}; o cartaz do filme é desenhado"))
    return pictures, faults
