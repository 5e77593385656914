"""What the programme says in Portuguese, in the words of each language."""

import pytest

from cinema.programme_words import words_in


@pytest.mark.parametrize("written", ["legendado", "Legendado", "LEGENDADO", " legendado "])
def test_the_sound_is_known_however_it_is_written(written: str) -> None:
    assert words_in("en").audio(written) == "original with Portuguese subtitles"
    assert words_in("es").audio_tag(written) == "SUB"


@pytest.mark.parametrize("written", ["Português", "portugue\u0302s", "Nacional"])
def test_a_brazilian_film_is_called_as_cinemas_call_it(written: str) -> None:
    assert words_in("pt-BR").audio(written) == "nacional"
    assert words_in("pt-BR").audio_tag(written) == "NAC"


@pytest.mark.parametrize(
    "written",
    ["português, com audiodescrição", "Português com audiodescrição", "PORTUGUÊS + AUDIODESCRIÇÃO"],
)
def test_what_comes_with_the_sound_is_translated_too(written: str) -> None:
    assert words_in("pt-BR").audio(written) == "nacional, com audiodescrição"
    assert words_in("en").audio(written) == "in Portuguese, with audio description"
    assert words_in("es").audio_tag(written) == "POR AD"


@pytest.mark.parametrize("written", ["mudo", "dublado, com orquestra", ""])
def test_what_is_not_known_stays_as_the_programme_has_it(written: str) -> None:
    assert words_in("en").audio(written) == written


@pytest.mark.parametrize(
    ("room", "in_english"),
    [
        ("Sala 1", "Screen 1"),
        ("SALA 12", "Screen 12"),
        ("Sala B", "Screen B"),
        ("Sala Azul", "Sala Azul"),
        ("Auditório", "Auditório"),
    ],
)
def test_a_numbered_room_is_translated_and_a_named_one_keeps_its_name(
    room: str, in_english: str
) -> None:
    assert words_in("en").room(room) == in_english
    assert words_in("pt-BR").room("Sala 1") == "Sala 1"
