"""The shipped pack and calendars with known closing days, for tests of what is reckoned from them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from countersign.domain.money import Money
from countersign.domain.payment import AccountScheme, PaymentProduct
from countersign.domain.rails.calendar import BankingDays, Calendars
from countersign.domain.rails.rail import Rail, RailPack
from countersign.domain.rails.ways import PaymentFacts, Way, ways_to_pay

FOLDER: Final = Path(__file__).parents[4] / "resources" / "rails"
PACK: Final = RailPack.read(orjson.loads((FOLDER / "rails.json").read_bytes()))
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
TARGET: Final = BankingDays(
    FIRST,
    LAST,
    frozenset(
        {
            date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25),
            date(2026, 12, 26), date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29),
        }
    ),
)  # fmt: skip
CN: Final = BankingDays(FIRST, LAST, frozenset({date(2026, 2, 16), date(2026, 2, 17)}), frozenset({date(2026, 2, 14)}))
PLAIN: Final = BankingDays(FIRST, LAST)
ZONES: Final = {rail.zone: ZoneInfo(rail.zone) for rail in PACK.rails}
CALENDARS: Final = Calendars({"TARGET": TARGET, "CN": CN, "UK": PLAIN, "FED": PLAIN, "CH": PLAIN, "TW": PLAIN}, ZONES)
BRUSSELS: Final = ZoneInfo("Europe/Brussels")


def at(*parts: int, zone: ZoneInfo = BRUSSELS) -> datetime:
    """Return a moment by the clock of a zone."""
    year, month, day, hour, minute = (*parts, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=zone)


def rail(product: PaymentProduct) -> Rail:
    """Return a rail of the pack."""
    return PACK.rail(product)


def euros(minor: int | None = 100_000, to: str = "DE", requested: date | None = None) -> PaymentFacts:
    """Return a payment in euro from Luxembourg."""
    return PaymentFacts(None if minor is None else Money(minor, "EUR"), "EUR", "LU", to, requested=requested)


def yuan(minor: int, requested: date | None = None) -> PaymentFacts:
    """Return a payment in yuan within China."""
    return PaymentFacts(Money(minor, "CNY"), "CNY", "CN", "CN", AccountScheme.BBAN, AccountScheme.BBAN, requested)


def ways(facts: PaymentFacts, now: datetime, offered: tuple[PaymentProduct, ...] | None = None) -> dict[str, Way]:
    """Return each way by its product, and its arrival mode where it has one; the bank offers all by default."""
    found = ways_to_pay(facts, PACK.rails, tuple(PaymentProduct) if offered is None else offered, CALENDARS, now)
    return {f"{way.rail.product}/{way.arrival}".rstrip("/"): way for way in found}


def moments() -> tuple[datetime, datetime]:
    """Return the span in which every calendar here is known with room to spare."""
    return datetime(2026, 2, 1, tzinfo=UTC), datetime(2027, 9, 1, tzinfo=UTC) + timedelta(0)
