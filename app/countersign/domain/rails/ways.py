"""Which ways a payment can go, and when it would leave and arrive on each. Pure: clock and calendars are given.

Days: an order received after the cut-off, or on a closed day, counts as received on the next banking day (Directive
(EU) 2015/2366, Article 78); where a later day is agreed, that day or the next banking day counts as its receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from countersign.domain.money import Money
from countersign.domain.payment import AccountScheme, Arrival, PaymentProduct
from countersign.domain.rails.calendar import BeyondCalendarError, Calendars
from countersign.domain.rails.rail import ALWAYS_OPEN, CutOff, Rail, Speed, SpeedUnit


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What decides which ways there are.

    Attributes:
        amount: None while it isn't known; then no ceiling is judged.
        currency: ISO 4217.
        debtor_country: Of the paying account (ISO 3166), empty where it isn't known.
        creditor_country: Of the payee's account.
        requested: The day asked for; None for as soon as possible.
    """

    amount: Money | None
    currency: str
    debtor_country: str
    creditor_country: str
    debtor_scheme: AccountScheme = AccountScheme.IBAN
    creditor_scheme: AccountScheme = AccountScheme.IBAN
    requested: date | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """When a payment leaves and arrives.

    Attributes:
        leaves: The day, in the rail's zone, on which the bank sends it on.
        at_once: It leaves the moment it is confirmed, at any hour.
        arrives: The latest day.
        speed: Which speed that was reckoned with.
        delay: Why it doesn't leave on the first day thought of: ``cut_off``, ``weekend``, ``holiday``, or empty.
        delayed: The day on which it doesn't leave; None where there is no delay.
    """

    leaves: date
    at_once: bool
    arrives: date
    speed: Speed
    delay: str = ""
    delayed: date | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One way, offered or not.

    Attributes:
        obstacle: Why not: ``currency``, ``scheme``, ``country``, ``unneeded`` (a simpler way reaches the payee),
            ``bank`` (it doesn't offer it), ``unknown`` (the bank could not be asked), ``ceiling``, ``dated`` (no later
            day), ``calendar`` (a day too far ahead); empty where it is offered.
        journey: None where nothing can be said of it.
    """

    rail: Rail
    arrival: Arrival
    obstacle: str
    journey: Journey | None

    @property
    def offered(self) -> bool:
        """Whether it can be chosen."""
        return not self.obstacle

    @property
    def fits(self) -> bool:
        """Whether it could carry this money between these accounts at all, offered or not."""
        return self.obstacle not in {"currency", "scheme", "country", "unneeded"}


def ways_to_pay(
    facts: PaymentFacts,
    rails: Sequence[Rail],
    offered: Sequence[PaymentProduct] | None,
    calendars: Calendars,
    now: datetime,
) -> tuple[Way, ...]:
    """List each way with its obstacle, if any, in the order of ``rails``; one for each arrival mode where there are.

    Args:
        facts: Of the payment.
        rails: From the data pack.
        offered: What the connected bank says that it offers; None where it could not be asked.
        calendars: Closing days and zones.
        now: With the person's own zone: its day is "today" for rails that never close.
    """
    found = []
    for rail in rails:
        obstacle = _needless(facts, rail, rails, offered) or _obstacle(facts, rail, offered, now.date())
        for arrival in tuple(mode.arrival for mode in rail.arrivals) or (Arrival.NONE,):
            journey = _journey_or_none(facts, rail, arrival, calendars, now)
            missing = "" if journey or obstacle else "calendar"
            found.append(Way(rail, arrival, obstacle or missing, None if obstacle == "dated" else journey))
    return tuple(found)


def journey(
    rail: Rail,
    arrival: Arrival,
    amount: Money | None,
    requested: date | None,
    calendars: Calendars,
    now: datetime,
) -> Journey:
    """Reckon when a payment leaves and arrives.

    Raises:
        BeyondCalendarError: The days lie outside what is known of the rail's calendar.
    """
    speed = next((mode.speed for mode in rail.arrivals if mode.arrival is arrival), rail.speed)
    today = now.date()
    later = requested if requested is not None and requested > today else None
    if never_closes(rail, amount):
        leaves = later or today
        at_once = later is None and arrival not in {Arrival.ORDINARY, Arrival.NEXT_DAY}
        return Journey(leaves, at_once, arrives_on(leaves, speed, rail, calendars, now, later), speed)
    zone = calendars.zones[rail.zone]
    local = now.astimezone(zone)
    wanted = max(later, local.date()) if later else local.date()
    days = calendars.of(rail.calendar)
    why = days.why_closed(wanted)
    if not why and wanted == local.date() and rail.cut_off is not None and past(rail.cut_off, local, zone):
        why = "cut_off"
    leaves = days.on_or_after(wanted + timedelta(days=why == "cut_off"))
    arrives = arrives_on(leaves, speed, rail, calendars, now, later)
    return Journey(leaves, False, arrives, speed, why, wanted if why else None)  # noqa: FBT003 - a fact like the rest


def never_closes(rail: Rail, amount: Money | None) -> bool:
    """Tell whether a rail runs at any hour for this amount."""
    limit = rail.open_always_up_to
    within = limit is not None and amount is not None and limit.currency == amount.currency and amount <= limit
    return rail.calendar == ALWAYS_OPEN or within


def past(cut_off: CutOff, local: datetime, zone: tzinfo) -> bool:
    """Tell whether a cut-off is over: by the clock on the wall, on days of 23 and 25 hours too."""
    return local >= datetime.combine(local.date(), time(cut_off.hour, cut_off.minute), zone)


def arrives_on(leaves: date, speed: Speed, rail: Rail, calendars: Calendars, now: datetime, later: date | None) -> date:
    """Return the latest day of arrival; hours are counted from now, or from the morning of a later day."""
    if speed.unit is SpeedUnit.BANKING_DAYS:
        return calendars.of(rail.calendar).after(leaves, speed.count)
    if speed.unit is SpeedUnit.DAYS:
        return leaves + timedelta(days=speed.count)
    span = {
        SpeedUnit.SECONDS: timedelta(seconds=speed.count),
        SpeedUnit.MINUTES: timedelta(minutes=speed.count),
        SpeedUnit.HOURS: timedelta(hours=speed.count),
    }[speed.unit]
    moved = (now + span).date() - now.date() if later is None else timedelta()
    return leaves + moved


def _journey_or_none(
    facts: PaymentFacts, rail: Rail, arrival: Arrival, calendars: Calendars, now: datetime
) -> Journey | None:
    try:
        return journey(rail, arrival, facts.amount, facts.requested, calendars, now)
    except BeyondCalendarError:
        return None


def _obstacle(facts: PaymentFacts, rail: Rail, offered: Sequence[PaymentProduct] | None, today: date) -> str:
    amount, ceiling = facts.amount, rail.ceiling.amount
    countries = {facts.debtor_country, facts.creditor_country} - {""}
    comparable = amount is not None and ceiling is not None and amount.currency == ceiling.currency
    obstacles = {
        "currency": bool(rail.currencies) and facts.currency not in rail.currencies,
        "scheme": rail.scheme is not None and {facts.debtor_scheme, facts.creditor_scheme} != {rail.scheme},
        "country": bool(rail.countries) and not countries <= set(rail.countries),
        "unknown": offered is None and rail.product is not PaymentProduct.SEPA,
        "bank": offered is not None and rail.product not in offered,
        "ceiling": comparable and amount is not None and ceiling is not None and amount > ceiling,
        "dated": not rail.future_dated and facts.requested is not None and facts.requested > today,
    }
    return next((code for code, stands in obstacles.items() if stands), "")


def _needless(facts: PaymentFacts, rail: Rail, rails: Sequence[Rail], offered: Sequence[PaymentProduct] | None) -> str:
    """Leave out the correspondent banks' way where another one reaches: dearer, slower, and nothing gained."""
    if rail.product is not PaymentProduct.CROSS_BORDER:
        return ""
    reached = any(
        not _obstacle(facts, other, offered, facts.requested or date.max) for other in rails if other is not rail
    )
    return "unneeded" if reached else ""
