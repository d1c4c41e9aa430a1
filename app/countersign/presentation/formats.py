"""Amounts, dates and numbers as people of each language write them. Pure; Babel only.

Amounts always carry their ISO 4217 code: signs mislead ("¥" is two currencies, "$" twenty). The
exponent is ours (`domain.currencies`), never CLDR's.
"""

from __future__ import annotations

import re
from copy import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import get_decimal_symbol, parse_pattern

from countersign.domain.accounts import grouped

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from babel.numbers import NumberPattern

    from countersign.domain.money import Money

DateStyle = Literal["full", "long", "medium", "short"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ISOLATE: Final = ("\u2066", "\u2069")  # left-to-right isolate … pop directional isolate
_HOUR: Final = 60
_BREAK: Final = "\u200b"  # zero width space: a line may end here
_PART: Final = 16


def money_text(money: Money, locale: str) -> str:
    """Write an amount with its code and grouped digits ("GBP 250,000.00")."""
    return f"{money.currency} {number_text(money, locale)}"


def number_text(money: Money, locale: str) -> str:
    """Write the number of an amount ("250,000.00"), with as many decimals as its currency has."""
    found = _locale(locale)
    # Unlike format_decimal, this groups four digits too where the locale would rather not (es, pl):
    # an amount looks the same in every size.
    text: str = _pattern(found, money.exponent).apply(Decimal(money.plain()), found)
    return text


def decimal_mark(locale: str) -> Literal[".", ","]:
    """Return the decimal mark a reader of `locale` types."""
    return "," if get_decimal_symbol(_locale(locale), numbering_system="latn") == "," else "."


def percent_text(percent: int, locale: str) -> str:
    """Write whole per cents ("85%", "85 %")."""
    found = _locale(locale)
    text: str = found.percent_formats[None].apply(Decimal(percent) / 100, found)
    return text


def times_text(times: int, locale: str) -> str:
    """Write a multiple ("41×", "1,250×"; in Chinese "41 倍")."""
    found = _locale(locale)
    number: str = _pattern(found, 0).apply(Decimal(times), found)
    return f"{number} 倍" if found.language == "zh" else f"{number}×"


def date_text(day: date, locale: str, style: DateStyle = "long") -> str:
    """Write a calendar day ("27 November 2026" for en_GB)."""
    return format_date(day, style, locale=_locale(locale))


def time_text(at_ms: int, zone: str, locale: str, style: DateStyle = "medium") -> str:
    """Write a moment in local time, with the offset that makes it unmistakable.

    Args:
        at_ms: milliseconds since the epoch, UTC, as the ledger has them.
        zone: IANA name ("Asia/Shanghai"); one this machine doesn't know is shown as UTC.
        locale: as everywhere.
        style: of the day; the time of day is always hours and minutes.
    """
    found = _locale(locale)
    local = (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(_zone(zone))
    return f"{format_date(local.date(), style, locale=found)} {local:%H:%M} ({_offset(local)})"


def month_text(day: date, locale: str, *, short: bool = False) -> str:
    """Write a month: "November 2026", or "Nov"."""
    text: str = format_skeleton("MMM" if short else "yMMMM", day, locale=_locale(locale))
    return text


def iban_text(account: str) -> str:
    """Write an account number in fours."""
    return grouped(account)


def path_text(path: str) -> str:
    """Let the path of a file or folder break over lines: after each part, and within parts that are long.

    For showing only: what is copied must be the path itself.
    """
    parts = re.split(r"(?<=[/\\])", path)
    pieces = (part[at : at + _PART] for part in parts for at in range(0, len(part), _PART))
    return _BREAK.join(pieces)


def isolate(text: str) -> str:
    """Keep a number, code or name in its own direction inside text of any direction (UAX 9)."""
    return text.join(_ISOLATE)


@lru_cache(maxsize=32)
def _locale(name: str) -> Locale:
    """Find Babel's locale: script and region where a name has both, its language, else English.

    zh_TW becomes zh_Hant_TW: without its script, Babel would take simplified characters for it.
    """
    full = "en_GB" if name == "en" else name  # plain English: the day before the month, as most of the world has it
    for candidate in (full.replace("-", "_").partition(".")[0], name[:2]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en")


@lru_cache(maxsize=64)
def _pattern(locale: Locale, decimals: int) -> NumberPattern:
    pattern = copy(parse_pattern(locale.decimal_formats[None]))  # Babel keeps and shares its own
    pattern.frac_prec = (decimals, decimals)
    return pattern


@lru_cache(maxsize=8)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC  # and not ZoneInfo("UTC"): Windows has no zones of its own


def _offset(local: datetime) -> str:
    """Write the offset from UTC ("UTC+08:00"); UTC itself stands alone."""
    minutes = (local.utcoffset() or timedelta()) // timedelta(minutes=1)
    if not minutes:
        return "UTC"
    sign = "+" if minutes > 0 else "\u2212"
    return f"UTC{sign}{abs(minutes) // _HOUR:02d}:{abs(minutes) % _HOUR:02d}"
