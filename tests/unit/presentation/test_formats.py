"""Amounts, dates and numbers are written as each language's readers write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.amount_input import Exact, read_amount
from countersign.domain.currencies import EXPONENTS
from countersign.domain.money import MAX_MINOR, Money
from countersign.presentation.formats import (
    date_text,
    decimal_mark,
    iban_text,
    isolate,
    money_text,
    number_text,
    path_text,
    percent_text,
    time_text,
    times_text,
)

FRIDAY = date(2026, 11, 27)
NOON = 1_795_737_600_000  # 2026-11-27T00:00:00Z


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (25_000_000, "GBP", "en", "GBP 250,000.00"),
        (25_000_000, "GBP", "zh_CN", "GBP 250,000.00"),
        (25_000_000, "GBP", "zh_TW", "GBP 250,000.00"),
        (25_000_050, "EUR", "de", "EUR 250.000,50"),
        (123_450, "EUR", "es", "EUR 1.234,50"),
        (123_450, "EUR", "fr", "EUR 1\u202f234,50"),
        (123_450, "CHF", "de_CH", "CHF 1\u2019234.50"),
        (-500, "EUR", "en", "EUR -5.00"),
        (1234, "JPY", "en", "JPY 1,234"),
        (1, "KWD", "en", "KWD 0.001"),
        (100, "AFN", "en", "AFN 1.00"),
        (100, "EUR", "ar", "EUR 1.00"),
        (100, "EUR", "xx", "EUR 1.00"),
    ],
)
def test_amounts(minor: int, currency: str, locale: str, text: str) -> None:
    assert money_text(Money(minor, currency), locale) == text
    assert money_text(Money(minor, currency), locale).endswith(number_text(Money(minor, currency), locale))


@given(
    st.integers(0, MAX_MINOR), st.sampled_from(sorted(EXPONENTS)), st.sampled_from(["en", "zh_TW", "de", "fr", "pl"])
)
def test_no_digit_is_lost(minor: int, currency: str, locale: str) -> None:
    money = Money(minor, currency)
    kept = "".join(char for char in number_text(money, locale) if char.isdigit() or char == decimal_mark(locale))
    assert Decimal(kept.replace(",", ".")) == Decimal(money.plain())


def test_what_is_shown_can_be_typed() -> None:
    for locale in ("en", "zh_CN", "zh_TW", "de", "fr", "de_CH"):
        money = Money(123_456_789, "EUR")
        assert read_amount(money_text(money, locale), "EUR", decimal_mark(locale)) == Exact(money)


def test_decimal_marks() -> None:
    assert [decimal_mark(locale) for locale in ("en", "zh_CN", "zh-TW", "de", "fr", "de_CH")] == [*"...,,."]


def test_days() -> None:
    assert date_text(FRIDAY, "en") == "27 November 2026"
    assert date_text(FRIDAY, "en_US", "full") == "Friday, November 27, 2026"
    assert date_text(FRIDAY, "zh_CN", "full") == "2026年11月27日星期五"
    assert date_text(FRIDAY, "zh_TW", "full") == "2026年11月27日 星期五"


def test_moments_carry_their_offset() -> None:
    assert time_text(NOON, "Asia/Shanghai", "en") == "27 Nov 2026 08:00 (UTC+08:00)"
    assert time_text(NOON, "Asia/Kolkata", "en") == "27 Nov 2026 05:30 (UTC+05:30)"
    assert time_text(NOON, "America/St_Johns", "en") == "26 Nov 2026 20:30 (UTC\u221203:30)"
    assert time_text(NOON, "UTC", "zh_CN") == "2026年11月27日 00:00 (UTC)"
    assert time_text(NOON + 59_999, "Not/AZone", "en") == "27 Nov 2026 00:00 (UTC)"
    assert time_text(0, "../etc", "en", "short") == "01/01/1970 00:00 (UTC)"


def test_small_things() -> None:
    assert iban_text("GB29NWBK60161331926819") == "GB29 NWBK 6016 1331 9268 19"
    assert isolate("GBP 1.00") == "\u2066GBP 1.00\u2069"
    assert percent_text(85, "en") == "85%"
    assert percent_text(85, "de") == "85\u00a0%"
    assert times_text(41, "en") == "41×"
    assert times_text(1250, "de") == "1.250×"
    assert times_text(41, "zh_CN") == times_text(41, "zh_TW") == "41 倍"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/home/mei/Documents", "/|home/|mei/|Documents"),
        ("C:\\payments\\CSF1D98001CF5703ABF82C7CA8.xml", "C:\\|payments\\|CSF1D98001CF5703|ABF82C7CA8.xml"),
        ("", ""),
    ],
)
def test_a_path_may_break_over_lines(path: str, shown: str) -> None:
    assert path_text(path) == shown.replace("|", "\u200b")
