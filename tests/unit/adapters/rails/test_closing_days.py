"""Closing days of each calendar against days that are known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from holidays import financial_holidays

from countersign.adapters.rails.closing_days import banking_days, easter_sunday

FIRST, LAST = date(2025, 1, 1), date(2028, 12, 31)


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25), (2049, 4, 18)],
)
def test_easter_falls_where_it_fell_and_will(year: int, month: int, day: int) -> None:
    assert easter_sunday(year) == date(year, month, day)


def test_target_closes_on_six_days_a_year_as_the_library_has_it() -> None:
    found = banking_days("TARGET", FIRST, LAST)
    assert found.closed == set(financial_holidays("XECB", years=range(2025, 2029)).keys())


@pytest.mark.parametrize(
    ("calendar", "day", "why"),
    [
        ("TARGET", (2026, 4, 3), "holiday"),
        ("TARGET", (2026, 5, 14), ""),  # Ascension day
        ("UK", (2026, 12, 28), "holiday"),
        ("UK", (2026, 5, 1), ""),
        ("FED", (2026, 7, 3), ""),  # the 4th is a Saturday: Reserve Banks are open on the Friday
        ("FED", (2027, 7, 5), "holiday"),  # the 4th is a Sunday
        ("FED", (2026, 11, 26), "holiday"),
        ("CH", (2026, 1, 2), "holiday"),
        ("CH", (2026, 5, 25), "holiday"),  # Whit Monday
        ("CH", (2026, 5, 14), "holiday"),
        ("CN", (2026, 2, 14), ""),  # a Saturday that is worked
        ("CN", (2026, 2, 21), "weekend"),
        ("CN", (2026, 10, 7), "holiday"),
        ("TW", (2026, 10, 9), "holiday"),
        ("TW", (2026, 9, 29), ""),
    ],
)
def test_days_are_open_or_closed(calendar: str, day: tuple[int, int, int], why: str) -> None:
    assert banking_days(calendar, FIRST, LAST).why_closed(date(*day)) == why


def test_from_any_day_the_next_open_one_is_near() -> None:
    for calendar in ("TARGET", "UK", "FED", "CH", "CN", "TW"):
        days = banking_days(calendar, FIRST, LAST)
        for ahead in range(0, 1300, 7):
            day = FIRST + timedelta(days=ahead)
            assert days.on_or_after(day) - day <= timedelta(days=12)
