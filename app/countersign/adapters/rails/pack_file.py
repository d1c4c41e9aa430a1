"""The book of ways to pay, from the pack that ships with the program."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from countersign.adapters.rails.closing_days import banking_days
from countersign.application.ports.rails import RailBook
from countersign.domain.canonical import NotCanonicalError
from countersign.domain.currencies import UnknownCurrencyError
from countersign.domain.errors import SecurityError
from countersign.domain.money import MoneyError
from countersign.domain.rails.calendar import Calendars
from countersign.domain.rails.rail import ALWAYS_OPEN, RailPack

PACK_NAME: Final = "rails/rails.json"
_PACKAGE: Final = Path(__file__).resolve().parents[2]
_BEFORE, _AHEAD = timedelta(days=31), timedelta(days=731)


class RailsFile:
    """Implements ``Rails``; any thread may ask.

    Args:
        path: Of another pack than the one that ships with the program.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._read: tuple[date, RailBook] | None = None

    def book(self, now_ms: int) -> RailBook:
        """Return the book; see the port."""
        today = datetime.fromtimestamp(now_ms // 1000, tz=UTC).date()
        with self._lock:
            if self._read is None or self._read[0] != today:
                self._read = today, _book(self._path or shipped_pack(), today)
            return self._read[1]


def shipped_pack() -> Path:
    """Return where the pack lies: in the wheel, else in the checkout."""
    in_wheel = _PACKAGE / "_resources" / PACK_NAME
    return in_wheel if in_wheel.is_file() else _PACKAGE.parents[1] / "resources" / PACK_NAME


def _book(path: Path, today: date) -> RailBook:
    try:
        pack = RailPack.read(orjson.loads(path.read_bytes()))
    except (OSError, ValueError, NotCanonicalError, MoneyError, UnknownCurrencyError) as error:
        raise SecurityError("rails.pack") from error
    names = {rail.calendar for rail in pack.rails} | {rail.counted_in for rail in pack.rails}
    first, last = today - _BEFORE, today + _AHEAD
    days = {name: banking_days(name, first, last) for name in sorted(names - {ALWAYS_OPEN})}
    return RailBook(pack, Calendars(days, {rail.zone: ZoneInfo(rail.zone) for rail in pack.rails}))
