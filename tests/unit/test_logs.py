"""An outage is two lines in the log, and a repeated reason one a minute."""

import logging

import pytest

from cinema import logs
from cinema.logs import OutageLog, RepeatFilter

log = logging.getLogger(__name__)


@pytest.fixture(autouse=True)
def every_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def test_an_outage_is_logged_when_it_begins_and_when_it_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outage = OutageLog(log)
    outage.end("back")
    for trouble in ("away: refused", "away: refused", "away: too slow"):
        outage.begin(trouble)
    assert outage.trouble == "away: too slow"
    outage.end("back")
    outage.end("back")
    outage.begin("away again")
    assert caplog.messages == ["away: refused", "back", "away again"]
    assert outage.trouble == "away again"


def test_every_trouble_is_logged_on_request(caplog: pytest.LogCaptureFixture) -> None:
    outage = OutageLog(log, every_trouble=True)
    for trouble in ("refused", "refused", "too slow", "refused"):
        outage.begin(trouble)
    outage.end()
    assert caplog.messages == ["refused", "too slow", "refused"]


def test_only_an_outage_that_waits_for_a_neighbour_is_calm_at_the_start(
    caplog: pytest.LogCaptureFixture,
) -> None:
    OutageLog(log).begin("a neighbour is away")
    OutageLog(log).begin("a setting is wrong", waits=False)
    assert [hasattr(record, "waits") for record in caplog.records] == [True, False]


def test_a_repeated_reason_passes_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    repeats = RepeatFilter()
    assert [repeats.passes(reason) for reason in ("a", "a", "b", "a")] == [True, False, True, True]
    monkeypatch.setattr(logs, "REMIND_SECONDS", -1)
    assert repeats.passes("a")
