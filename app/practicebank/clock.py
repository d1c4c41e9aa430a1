"""The bank's clock: steerable in practice, durable over restarts, in UTC; its days are those of where it is."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from practicebank.store import Store

ZONE: Final = ZoneInfo("Europe/Berlin")
"""Where the bank is: its days, and those of the clearings it pays through in euro, begin and end there."""
_SETTING = "clock"
# Practice happens in these two centuries: further away, days and their sums can't be written any more.
_EARLIEST_MS = 946_684_800_000  # 2000-01-01
_LATEST_MS = 7_258_118_400_000  # 2200-01-01


class BankClock:
    """Tell the bank's time in milliseconds since the epoch.

    Args:
        store: Where the clock's offset is kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        kept = cast("dict[str, int | None]", store.get(_SETTING, {}))
        self._offset_ms = kept.get("offset_ms") or 0
        self._frozen_ms = kept.get("frozen_ms")

    def now_ms(self) -> int:
        """Return the bank's time."""
        with self._lock:
            return self._now_ms()

    def _now_ms(self) -> int:
        if self._frozen_ms is not None:
            return self._frozen_ms
        return _system_ms() + self._offset_ms

    def now(self) -> datetime:
        """Return the bank's time as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.now_ms() / 1000, UTC)

    def today(self) -> date:
        """Return the bank's date."""
        return self.now().astimezone(ZONE).date()

    def move(self, *, by_ms: int = 0, to_ms: int | None = None) -> None:
        """Move the clock by or to a time; a frozen clock stays frozen at the new time.

        Raises:
            ValueError: To a time before 2000 or after 2199.
        """
        with self._lock:
            target = _checked((self._now_ms() if to_ms is None else to_ms) + by_ms)
            if self._frozen_ms is None:
                self._offset_ms = target - _system_ms()
            else:
                self._frozen_ms = target
        self._keep()

    def set_offset(self, offset_ms: int) -> None:
        """Run this far ahead of (or behind) the machine's clock.

        Raises:
            ValueError: To a time before 2000 or after 2199.
        """
        with self._lock:
            _checked(_system_ms() + offset_ms)
            self._offset_ms = offset_ms
            self._frozen_ms = None
        self._keep()

    def freeze(self, *, frozen: bool) -> None:
        """Stop the clock where it stands, or let it run on from there."""
        with self._lock:
            now = self._now_ms()
            self._frozen_ms = now if frozen else None
            if not frozen:
                self._offset_ms = now - _system_ms()
        self._keep()

    def describe(self) -> dict[str, object]:
        """Return the clock's state for the control interface."""
        now_ms = self.now_ms()
        return {
            "now": iso(now_ms),
            "now_ms": now_ms,
            # A clock that stands still has no fixed distance to the machine's.
            "offset_ms": None if self._frozen_ms is not None else self._offset_ms,
            "frozen": self._frozen_ms is not None,
        }

    def _keep(self) -> None:
        self._store.put(_SETTING, {"offset_ms": self._offset_ms, "frozen_ms": self._frozen_ms})


def _checked(target_ms: int) -> int:
    if not _EARLIEST_MS <= target_ms < _LATEST_MS:
        raise ValueError("the clock goes from the year 2000 to 2199")
    return target_ms


def iso(at_ms: int) -> str:
    """Write a time as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> int:
    """Read an ISO 8601 time with its zone.

    Raises:
        ValueError: The text is no such time, or says no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return int(moment.timestamp() * 1000)


def system_now() -> datetime:
    """Return the machine's time: certificates live by it, not by the bank's clock."""
    return datetime.fromtimestamp(_system_ms() / 1000, UTC)


def system_date() -> date:
    """Return today's date by the machine, where the bank is: where a new world's history ends."""
    return system_now().astimezone(ZONE).date()


def _system_ms() -> int:
    # The bank is a program of its own: this is its one look at the machine's clock.
    return time.time_ns() // 1_000_000  # noqa: TID251
