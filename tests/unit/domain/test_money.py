"""Money is exact, refuses what it can't hold, and reads back what it writes."""

from __future__ import annotations

import pycountry
import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.currencies import (
    CODES_WITHOUT_MINOR_UNIT,
    CURRENCY_TABLE_VERSION,
    EXPONENTS,
    UnknownCurrencyError,
    exponent_of,
)
from countersign.domain.money import MAX_MINOR, CurrencyMismatchError, Money, MoneyError

currencies = st.sampled_from(sorted(EXPONENTS))
minors = st.integers(-MAX_MINOR, MAX_MINOR)
monies = st.builds(Money, minors, currencies)
small = st.integers(-(10**12), 10**12)


def test_the_table_holds_every_active_currency_of_the_standard() -> None:
    assert CURRENCY_TABLE_VERSION == "ISO 4217 2026-01"
    assert len(EXPONENTS) == 165
    assert len(CODES_WITHOUT_MINOR_UNIT) == 13
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in EXPONENTS)


@pytest.mark.parametrize(
    ("code", "exponent"),
    [("EUR", 2), ("GBP", 2), ("CNY", 2), ("TWD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)],
)
def test_exponents(code: str, exponent: int) -> None:
    assert exponent_of(code) == exponent


CLDR_DIFFERS = (
    "AFN",
    "ALL",
    "RSD",
    "LBP",
    "LAK",
    "MMK",
    "IRR",
    "SYP",
    "YER",
    "IQD",
    "MGA",
    "SOS",
    "KPW",
)


@pytest.mark.parametrize("code", CLDR_DIFFERS)
def test_exponents_are_the_standards_where_cldr_has_cash_roundings(code: str) -> None:
    assert get_currency_precision(code) != exponent_of(code)


def test_active_codes_agree_with_an_independent_list() -> None:
    listed = {currency.alpha_3 for currency in pycountry.currencies}
    assert listed == set(EXPONENTS) | CODES_WITHOUT_MINOR_UNIT


@pytest.mark.parametrize("code", ["", "eur", "EU", "EURO", "XAU", "XXX", "BGN", " EUR", None, []])
def test_unknown_currencies_are_refused(code: str) -> None:
    with pytest.raises(UnknownCurrencyError) as caught:
        exponent_of(code)
    assert caught.value.currency == code


@pytest.mark.parametrize("minor", [True, 1.0, "1", None])
def test_only_integers_count(minor: int) -> None:
    with pytest.raises(MoneyError) as caught:
        Money(minor, "EUR")
    assert caught.value.code == "not_an_integer"


@pytest.mark.parametrize("minor", [MAX_MINOR + 1, -MAX_MINOR - 1])
def test_counts_stay_below_two_to_the_53(minor: int) -> None:
    with pytest.raises(MoneyError) as caught:
        Money(minor, "EUR")
    assert caught.value.code == "out_of_range"


def test_a_sum_out_of_range_is_refused() -> None:
    with pytest.raises(MoneyError):
        Money(MAX_MINOR, "EUR") + Money(1, "EUR")


@given(small, small, currencies)
def test_arithmetic_is_that_of_integers(left: int, right: int, currency: str) -> None:
    one, other = Money(left, currency), Money(right, currency)
    assert one + other == Money(left + right, currency)
    assert one - other == Money(left - right, currency)
    assert -one == Money(-left, currency)
    assert (one < other, one <= other) == (left < right, left <= right)
    assert (one > other, one >= other) == (left > right, left >= right)
    assert one.is_positive == (left > 0)
    assert Money.zero(currency) == one - one


def test_currencies_never_mix() -> None:
    euro, pound = Money(1, "EUR"), Money(1, "GBP")
    assert euro != pound
    for act in (
        lambda: euro + pound,
        lambda: euro - pound,
        lambda: euro < pound,
        lambda: euro <= pound,
        lambda: euro > pound,
        lambda: euro >= pound,
    ):
        with pytest.raises(CurrencyMismatchError) as caught:
            act()
        assert (caught.value.left, caught.value.right) == ("EUR", "GBP")


def test_canonical_members() -> None:
    assert Money(25_000_000, "GBP").canonical() == {
        "currency": "GBP",
        "exponent": 2,
        "minor": 25_000_000,
    }


@given(monies)
def test_canonical_reads_back(money: Money) -> None:
    assert Money.from_canonical(dict(money.canonical())) == money


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"minor": None}, "not_an_integer"),
        ({"minor": True}, "not_an_integer"),
        ({"minor": "1"}, "not_an_integer"),
        ({"minor": 2**53}, "out_of_range"),
        ({"exponent": 3}, "exponent"),
        ({"exponent": True}, "not_an_integer"),
        ({"currency": 1}, "not_canonical"),
        ({"extra": 1}, "not_canonical"),
    ],
)
def test_canonical_is_strict(change: dict[str, object], code: str) -> None:
    with pytest.raises(MoneyError) as caught:
        Money.from_canonical({"currency": "EUR", "exponent": 2, "minor": 1} | change)
    assert caught.value.code == code


def test_canonical_needs_every_member_and_a_known_currency() -> None:
    with pytest.raises(MoneyError):
        Money.from_canonical({"currency": "EUR", "minor": 1})
    with pytest.raises(UnknownCurrencyError):
        Money.from_canonical({"currency": "XAU", "exponent": 0, "minor": 1})


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123_450, "EUR", "1234.50"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (1234, "JPY", "1234"),
        (-1, "JPY", "-1"),
        (1, "KWD", "0.001"),
        (10_000, "CLF", "1.0000"),
    ],
)
def test_plain(minor: int, currency: str, text: str) -> None:
    assert Money(minor, currency).plain() == text
    assert Money.from_plain(text, currency) == Money(minor, currency)


@given(monies)
def test_plain_reads_back(money: Money) -> None:
    assert Money.from_plain(money.plain(), money.currency) == money


def test_fewer_decimals_are_read() -> None:
    assert Money.from_plain("1234.5", "EUR") == Money(123_450, "EUR")
    assert Money.from_plain("1234", "EUR") == Money(123_400, "EUR")


@pytest.mark.parametrize(
    "text",
    [
        *("", " 1", "1 ", "+1", "1,0", "1.", ".5", "01", "1e3", "--1", "1.0.0", "1_0", "\u0663"),
        *("1\n", "NaN", "Infinity", "1" * 17),
    ],
)
def test_plain_is_strict(text: str) -> None:
    with pytest.raises(MoneyError) as caught:
        Money.from_plain(text, "EUR")
    assert caught.value.code == "not_plain"


@pytest.mark.parametrize(("text", "currency"), [("1.230", "EUR"), ("1.0", "JPY"), ("1.2345", "KWD")])
def test_plain_refuses_more_decimals_than_the_currency_has(text: str, currency: str) -> None:
    with pytest.raises(MoneyError) as caught:
        Money.from_plain(text, currency)
    assert caught.value.code == "too_many_decimals"
    with pytest.raises(UnknownCurrencyError):
        Money.from_plain(text, "XXX")
