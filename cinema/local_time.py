"""São Paulo's time, in which sessions are announced."""

from datetime import datetime
from zoneinfo import ZoneInfo

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def local_time(milliseconds: int) -> datetime:
    """A Unix time as São Paulo's clocks show it."""
    return datetime.fromtimestamp(milliseconds / 1_000, SAO_PAULO)
