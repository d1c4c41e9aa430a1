"""Banking days: which days a rail is open, for as long ahead as its calendar is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo

from countersign.domain.rails.rail import ALWAYS_OPEN

_SATURDAY = 5
_DAY = timedelta(days=1)


class BeyondCalendarError(Exception):
    """A day lies outside what is known of a calendar."""


@dataclass(frozen=True, slots=True)
class BankingDays:
    """One calendar.

    Attributes:
        first: From this day on it is known …
        last: … to this one.
        closed: Days on which it is closed although no weekend.
        workdays: Days of a weekend on which it is open all the same, as China decrees.
        weekends: Whether Saturdays and Sundays are closed.
    """

    first: date
    last: date
    closed: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    weekends: bool = True

    def why_closed(self, day: date) -> str:
        """Say why it is closed: ``holiday`` or ``weekend``; empty where it is open.

        Raises:
            BeyondCalendarError: Nothing is known of that day.
        """
        if not self.first <= day <= self.last:
            raise BeyondCalendarError(day.isoformat())
        if day in self.closed:
            return "holiday"
        if self.weekends and day.weekday() >= _SATURDAY and day not in self.workdays:
            return "weekend"
        return ""

    def on_or_after(self, day: date) -> date:
        """Return the first open day that is not before ``day``; raises as ``why_closed`` does."""
        while self.why_closed(day):
            day += _DAY
        return day

    def before(self, day: date) -> date:
        """Return the last open day before ``day``; raises as ``why_closed`` does."""
        day -= _DAY
        while self.why_closed(day):
            day -= _DAY
        return day

    def after(self, day: date, count: int) -> date:
        """Return the open day that is ``count`` open days after ``day``; raises as ``why_closed`` does."""
        for _ in range(count):
            day = self.on_or_after(day + _DAY)
        return day


@dataclass(frozen=True, slots=True)
class Calendars:
    """Every calendar that rails refer to, and the zones of their clocks, by name."""

    days: Mapping[str, BankingDays]
    zones: Mapping[str, tzinfo] = field(default_factory=dict)

    def of(self, calendar: str) -> BankingDays:
        """Return a calendar; ``ALWAYS`` is open each day.

        Raises:
            KeyError: There is no such calendar.
        """
        return _NEVER_CLOSED if calendar == ALWAYS_OPEN else self.days[calendar]


_NEVER_CLOSED = BankingDays(date.min, date.max, weekends=False)
