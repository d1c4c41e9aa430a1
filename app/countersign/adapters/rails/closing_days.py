"""Closing days by calendar, from the library ``holidays`` and from the systems' own rules.

TARGET: Decision of the Governing Council of 14 December 2000, 1 January, Good Friday, Easter Monday, 1 May, 25 and
26 December. Federal Reserve Banks: a holiday on a Sunday moves to Monday, one on a Saturday moves nowhere. SIC: the
bank holidays of Zurich. China: the State Council's yearly notice, with the weekends that are worked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial

from countersign.domain.rails.calendar import BankingDays

_SUNDAY = 6
_DAY = timedelta(days=1)
_SIC_BESIDE_THE_CONFEDERATION = ((1, 2), (5, 1), (12, 26))  # Berchtold's day, labour day, St Stephen's day
_GOOD_FRIDAY, _EASTER_MONDAY, _WHIT_MONDAY = -2, 1, 50  # days from Easter Sunday


def banking_days(calendar: str, first: date, last: date) -> BankingDays:
    """Return one calendar, known from ``first`` to ``last``.

    Raises:
        KeyError: There is no such calendar.
    """
    years = range(first.year, last.year + 1)
    closed, workdays = {
        "TARGET": partial(_target, years),
        "UK": partial(_country, "GB", years, "ENG"),
        "FED": partial(_federal_reserve, years),
        "CH": partial(_swiss_clearing, years),
        "CN": partial(_china, years),
        "TW": partial(_country, "TW", years, None),
    }[calendar]()
    return BankingDays(first, last, frozenset(closed), frozenset(workdays))


def _target(years: Iterable[int]) -> tuple[set[date], set[date]]:
    fixed = {date(year, month, day) for year in years for month, day in ((1, 1), (5, 1), (12, 25), (12, 26))}
    return fixed | {day for year in years for day in _around_easter(year, _GOOD_FRIDAY, _EASTER_MONDAY)}, set()


def _country(country: str, years: Iterable[int], part: str | None) -> tuple[set[date], set[date]]:
    from holidays import country_holidays  # noqa: PLC0415 - half a second, which no start of the program should pay

    return set(country_holidays(country, subdiv=part, years=years).keys()), set()


def _china(years: Iterable[int]) -> tuple[set[date], set[date]]:
    from holidays import country_holidays  # noqa: PLC0415 - as above

    found = country_holidays("CN", years=years)
    return set(found.keys()), set(found.weekend_workdays)


def _federal_reserve(years: Iterable[int]) -> tuple[set[date], set[date]]:
    from holidays import country_holidays  # noqa: PLC0415 - as above

    days = set(country_holidays("US", years=years, observed=False).keys())
    return days | {day + _DAY for day in days if day.weekday() == _SUNDAY}, set()


def _swiss_clearing(years: Iterable[int]) -> tuple[set[date], set[date]]:
    closed, _ = _country("CH", years, None)
    for year in years:
        closed |= {date(year, month, day) for month, day in _SIC_BESIDE_THE_CONFEDERATION}
        closed |= set(_around_easter(year, _GOOD_FRIDAY, _EASTER_MONDAY, _WHIT_MONDAY))
    return closed, set()


def _around_easter(year: int, *offsets: int) -> tuple[date, ...]:
    return tuple(easter_sunday(year) + timedelta(days=offset) for offset in offsets)


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar, by Gauss's rule with Lichtenberg's corrections."""
    century = year // 100
    secular = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun_shift = 2 - (3 * century + 3) // 4
    moon = year % 19
    seed = (19 * moon + secular) % 30
    correction = (seed + moon // 11) // 29
    full_moon = 21 + seed - correction
    first_sunday = 7 - (year + year // 4 + sun_shift) % 7
    return date(year, 3, 1) + timedelta(days=full_moon + 7 - (full_moon - first_sunday) % 7 - 1)
