"""A recorded history is read as it was written; one that is cut, mixed or made up is refused."""

import json
from contextlib import suppress
from pathlib import Path

import pytest

from tests.histories.lines import Action, Header, LedgerRecord, Line, Map, Outcome, Rules
from tests.histories.reading import Unusable, parse, read
from tests.histories.recording import Recording, recorded_to

ENTRY = {
    "session": "S001",
    "version": "1",
    "at": "1764180000000",
    "changes": '[{"seat": "A01", "state": "held", "deadline": 1764180300000, "tag": "ab"}]',
    "more": "than there should be",
}


def record(recording: Recording) -> None:
    """A line of nearly every kind."""
    call = recording.call(Action.HOLD, "S001", "ana", ["A01"], client="1")
    recording.stream_entry(ENTRY)
    recording.answer(call, Outcome.OK)
    paid = recording.call(Action.CONFIRM, "S001", "ana", ["A01"], key="k")
    recording.fault("kill -9 redis")
    recording.answer(paid, Outcome.OK, order="00-x")
    recording.state(Map, source="map", session="S001", version=1, held={"A01": "ab"})
    record = {"session": "S001", "order": "00-x", "seats": ("A01",)}
    recording.states(LedgerRecord, "ledger", [record])


def written(folder: Path) -> Path:
    file = folder / "history.jsonl"
    with recorded_to(file, "a test", ["S001"], rules=Rules(most_seats=6)) as recording:
        record(recording)
    return file


def test_what_was_written_is_read(tmp_path: Path) -> None:
    recorded: list[Line] = []
    recording = Recording(recorded.append)
    recording.header("a test", ["S001"], rules=Rules(most_seats=6))
    record(recording)
    recording.end()

    lines = read(written(tmp_path))

    ours, theirs = ([_but_times(line) for line in some] for some in (lines, recorded))
    assert ours == theirs
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert sorted(line.at for line in lines) == [line.at for line in lines]


def _but_times(line: Line) -> dict[str, object]:
    changed = line.model_copy(update={"at": 0})
    if isinstance(changed, Header):
        return changed.model_dump(exclude={"started"})
    return changed.model_dump()


def test_a_recording_that_an_exception_ends_is_refused_as_cut(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    with suppress(KeyboardInterrupt), recorded_to(file, "a test", ["S001"]) as recording:
        record(recording)
        raise KeyboardInterrupt
    with pytest.raises(Unusable, match="it is cut"):
        read(file)


HEADER, HOLD, EVENT, HELD, CONFIRM, FAULT, SOLD, MAP, RECORD, READ, END = range(11)


def without(*numbers: int) -> list[int]:
    return [number for number in range(11) if number not in numbers]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ([], "it is empty"),
        (without(END), "it is cut: it has no line of type end after line 10"),
        (without(HEADER), "line 1: it is mixed or cut: the header is the first line"),
        (without(FAULT), "line 10: it is cut or mixed: 9 lines are above"),
        (without(RECORD), "line 9: it is cut or mixed: 0 entries of ledger are above"),
        (without(HOLD), "line 3: it is mixed or made up: there is no call 1 above"),
        ([HEADER, *range(11)], "line 2: it is mixed or cut: the header"),
        ([*range(11), FAULT], "line 12: it is mixed: lines follow that of type end"),
        ([HEADER, HOLD, HOLD], "line 3: it is mixed: there is a call 1 above"),
        ([HEADER, HOLD, HELD, HELD], "line 4: it is mixed or made up: call 1 was answered"),
        ([HEADER, EVENT, HOLD], "line 3: it is mixed: its time is before"),
    ],
)
def test_a_history_with_other_lines_is_refused(
    order: list[int], reason: str, tmp_path: Path
) -> None:
    lines = written(tmp_path).read_bytes().splitlines(keepends=True)
    with pytest.raises(Unusable) as refused:
        parse(lines[number] for number in order)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize(
    ("number", "change", "reason"),
    [
        (HOLD, {"session": "S002"}, "line 2: it is mixed: the header does not name its session"),
        (HOLD, {"action": "steal"}, "line 2 is made up: call.action"),
        (HOLD, {"seats": []}, "line 2 is made up: call.seats"),
        (HOLD, {"type": "wish"}, "line 2 is made up: it"),
        (HEADER, {"format": 2}, "line 1 is made up: header.format"),
        (SOLD, {"order": ""}, "line 7: it is made up: the sale of call 2 has no order"),
        (MAP, {"version": "many"}, "line 8 is made up: state.map.version"),
    ],
)
def test_a_line_that_no_recorder_writes_is_refused(
    number: int, change: dict[str, object], reason: str, tmp_path: Path
) -> None:
    lines = written(tmp_path).read_bytes().splitlines(keepends=True)
    lines[number] = json.dumps(json.loads(lines[number]) | change).encode() + b"\n"
    with pytest.raises(Unusable) as refused:
        parse(lines)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize("text", [b"", b"\n", b"no json\n", b"[]\n", b"\x00\xff\n"])
def test_a_file_of_something_else_is_refused(text: bytes, tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_bytes(text)
    with pytest.raises(Unusable):
        read(file)


def test_a_line_that_is_cut_in_the_middle_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path)
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(Unusable, match="it is cut: line 11 has no end"):
        read(file)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(Unusable, match="it cannot be read: No such file"):
        read(Path("/nowhere"))
