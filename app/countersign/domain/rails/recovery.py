"""What can be got back, from whom and until when, for one payment on one rail."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from countersign.domain.payment import Arrival
from countersign.domain.rails.calendar import BeyondCalendarError, Calendars
from countersign.domain.rails.rail import Certainty, GetBackAction, GetBackRule, Holder, Rail, SpeedUnit, UntilKind
from countersign.domain.rails.ways import Journey

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class GetBack:
    """One thing that can be asked for.

    Attributes:
        kind: How its end is reckoned.
        day: The last day, where there is a fixed one.
        at: The last moment, where that can be told; with a zone.
        count: The figure of the rule, such as the 13 of 13 months.
        verified: Whether the rule was checked in its source.
    """

    action: GetBackAction
    holder: Holder
    kind: UntilKind
    day: date | None
    at: datetime | None
    count: int
    reasons: tuple[str, ...]
    how: str
    certainty: Certainty
    verified: bool


def recovery(
    rail: Rail, arrival: Arrival, trip: Journey, sent_at: datetime, calendars: Calendars, *, dated: bool
) -> tuple[GetBack, ...]:
    """List what can be got back, in the order of the pack: the surest first.

    Args:
        rail: On which it travels.
        arrival: The arrival mode, where the rail has any.
        trip: When it leaves.
        sent_at: When it is, or was, confirmed.
        calendars: Closing days and zones.
        dated: Whether a later day was agreed.
    """
    applicable = {
        UntilKind.EXECUTION: not dated and not trip.at_once,
        UntilKind.EVE_OF_DATE: dated,
    }
    return tuple(
        _get_back(rule, rail, trip, sent_at, calendars)
        for rule in rail.get_back
        if applicable.get(rule.until.kind, True) and (not rule.arrivals or arrival in rule.arrivals)
    )


def _get_back(rule: GetBackRule, rail: Rail, trip: Journey, sent_at: datetime, calendars: Calendars) -> GetBack:
    day, at = _end(rule, rail, trip, sent_at, calendars)
    return GetBack(
        action=rule.action,
        holder=rule.holder,
        kind=rule.until.kind,
        day=day,
        at=at,
        count=rule.until.count,
        reasons=rule.reasons,
        how=rule.how,
        certainty=rule.certainty,
        verified=rule.basis.verified,
    )


def _end(
    rule: GetBackRule, rail: Rail, trip: Journey, sent_at: datetime, calendars: Calendars
) -> tuple[date | None, datetime | None]:
    count, kind = rule.until.count, rule.until.kind
    try:
        if kind is UntilKind.EXECUTION and trip.speed.unit is SpeedUnit.DAYS:
            return trip.arrives, None  # the bank holds it back until that day
        if kind is UntilKind.EXECUTION:
            at = None
            if rail.cut_off is not None:
                clock = time(rail.cut_off.hour, rail.cut_off.minute)
                at = datetime.combine(trip.leaves, clock, calendars.zones[rail.zone])
            return trip.leaves, at
        if kind is UntilKind.EVE_OF_DATE:
            return calendars.of(rail.counted_in).before(trip.leaves), None
        if kind is UntilKind.HOURS:
            end = sent_at + timedelta(hours=count)
            return end.date(), end
        if kind is UntilKind.BANKING_DAYS:
            days = calendars.of(rail.counted_in)
            return days.after(trip.leaves, count), None
        if kind is UntilKind.MONTHS:
            return months_after(trip.leaves, count), None
    except BeyondCalendarError:
        pass  # the end is told in words only
    return None, None


def months_after(day: date, count: int) -> date:
    """Return the same day ``count`` months later, or that month's last (Regulation (EEC) 1182/71, Article 3)."""
    months = day.month - 1 + count
    year, month = day.year + months // _MONTHS, months % _MONTHS + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
