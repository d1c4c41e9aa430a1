"""Amounts are read exactly, or asked about."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.amount_input import (
    AmountReading,
    Choice,
    DecimalMark,
    Exact,
    Offer,
    Unreadable,
    read_amount,
)
from countersign.domain.currencies import EXPONENTS, UnknownCurrencyError
from countersign.domain.money import MAX_MINOR, Money

NAUGHTY = Path(__file__).parents[4] / "shared" / "data" / "text" / "naughty-strings.json"
marks = st.sampled_from([".", ","])
POINT: DecimalMark = "."
COMMA: DecimalMark = ","


def exact(minor: int, currency: str = "EUR") -> Exact:
    return Exact(Money(minor, currency))


def choice(*minors: int, currency: str = "EUR") -> Choice:
    return Choice(tuple(Money(minor, currency) for minor in minors))


def unreadable(code: str, **params: str | int) -> Unreadable:
    return Unreadable(code, params)


@pytest.mark.parametrize(
    ("text", "mark", "reading"),
    [
        ("1234.50", POINT, exact(123_450)),
        ("1,234.50", POINT, exact(123_450)),
        ("1,234", POINT, exact(123_400)),
        ("1.234", COMMA, exact(123_400)),
        ("1.234,5", COMMA, exact(123_450)),
        ("1234567", POINT, exact(123_456_700)),
        ("1,234,567", POINT, exact(123_456_700)),
        ("0.05", POINT, exact(5)),
        ("5", COMMA, exact(500)),
        ("1 234,50", COMMA, exact(123_450)),
        ("1\u202f234.50", POINT, exact(123_450)),
        ("1'234.50", POINT, exact(123_450)),
        ("1\u2019234\u2019567.50", POINT, exact(123_456_750)),
        (" 12 ", POINT, exact(1200)),
        ("\uff11\uff0c\uff12\uff13\uff14\uff0e\uff15\uff10", POINT, exact(123_450)),
        *((text, POINT, exact(25_000)) for text in ("EUR 250", "250eur", "\u20ac250", "250 \u20ac", "250\u6b27\u5143")),
        # Questions.
        ("1,234", COMMA, choice(123_400, 123)),
        ("1.234", POINT, choice(123_400, 123)),
        ("12,345", COMMA, choice(1_234_500, 1234)),
        ("999.999", POINT, choice(99_999_900, 99_999)),
        ("1.500", POINT, choice(150_000, 150)),
        ("1.234k", POINT, choice(123_400_000, 123_400)),
        # Offers.
        *(
            (text, mark, Offer(Money(minor, "EUR"), text.strip()))
            for text, mark, minor in (
                ("250k", POINT, 25_000_000),
                (" 250 K ", COMMA, 25_000_000),
                ("1,234k", POINT, 123_400_000),
                ("2.5m", POINT, 250_000_000),
                ("2,5 Mio", COMMA, 250_000_000),
                ("1.5bn", POINT, 150_000_000_000),
                ("25\u4e07", POINT, 25_000_000),
                ("25\u842c\u5143", POINT, 25_000_000),
                ("1.2345\u4e07", POINT, 1_234_500),
                ("1.2\u5104", POINT, 12_000_000_000),
                ("\u20ac2.5m", POINT, 250_000_000),
                ("2.50", COMMA, 250),
                ("2,50", POINT, 250),
                ("1,234.50", COMMA, 123_450),
                ("1.234.567", POINT, 123_456_700),
                ("1'234.50", COMMA, 123_450),
                ("1,23,456", POINT, 12_345_600),
                (".5", POINT, 50),
                ("5.", POINT, 500),
                ("007", POINT, 700),
                ("12.5000", POINT, 1250),
            )
        ),
        # No reading.
        ("", POINT, unreadable("empty")),
        (" \u3000", POINT, unreadable("empty")),
        ("EUR", POINT, unreadable("no_digits")),
        (",", POINT, unreadable("no_digits")),
        ("-", POINT, unreadable("no_digits")),
        ("1" * 41, POINT, unreadable("too_long", found=41, limit=40)),
        ("1" * 40, POINT, unreadable("too_large")),
        ("12x", POINT, unreadable("characters", place=3, code_point="U+0078")),
        ("1e5", POINT, unreadable("characters", place=2, code_point="U+0065")),
        ("+5", POINT, unreadable("characters", place=1, code_point="U+002B")),
        ("1\u043a", POINT, unreadable("characters", place=2, code_point="U+043A")),
        ("1\u200b2", POINT, unreadable("characters", place=2, code_point="U+200B")),
        ("1\u00b2", POINT, unreadable("characters", place=2, code_point="U+00B2")),
        ("\u0661\u0662", POINT, unreadable("foreign_digits", place=1, code_point="U+0661")),
        ("1\u0662", POINT, unreadable("mixed_digits")),
        ("1\uff12", POINT, unreadable("mixed_digits")),
        ("USD 5", POINT, unreadable("other_currency", written="USD", expected="EUR")),
        ("5 XAU", POINT, unreadable("other_currency", written="XAU", expected="EUR")),
        ("\u00a35", POINT, unreadable("other_currency", written="\u00a3", expected="EUR")),
        ("5\u7f8e\u5143", POINT, unreadable("other_currency", written="\u7f8e\u5143", expected="EUR")),
        ("5 abc", POINT, unreadable("characters", place=3, code_point="U+0061")),
        ("1.234,567.89", POINT, unreadable("separators")),
        ("1,234.567,89", COMMA, unreadable("separators")),
        ("1,23", COMMA, exact(123)),
        ("1 23", POINT, unreadable("grouping")),
        ("1,2.3", POINT, unreadable("grouping")),
        ("1,234 567", POINT, unreadable("grouping")),
        ("0,123,456", POINT, unreadable("grouping")),
        ("1.2345", POINT, unreadable("too_many_decimals", found=4, limit=2)),
        ("1,234.567", POINT, unreadable("too_many_decimals", found=3, limit=2)),
        ("0.123", POINT, unreadable("too_many_decimals", found=3, limit=2)),
        ("1.234567k", POINT, unreadable("too_many_decimals", found=3, limit=2)),
        ("-5", POINT, unreadable("negative")),
        ("5-", POINT, unreadable("negative")),
        ("(5)", POINT, unreadable("negative")),
        ("\u20ac\u22125", POINT, unreadable("negative")),
        ("0", POINT, unreadable("zero")),
        ("0.00", POINT, unreadable("zero")),
        ("0k", POINT, unreadable("zero")),
    ],
)
def test_euros(text: str, mark: DecimalMark, reading: AmountReading) -> None:
    assert read_amount(text, "EUR", mark) == reading
    assert isinstance(hash(reading), int)


@pytest.mark.parametrize(
    ("text", "currency", "reading"),
    [
        ("1,234", "JPY", exact(1234, "JPY")),
        ("1.234", "JPY", choice(1234, 1, currency="JPY")),
        ("1234.00", "JPY", Offer(Money(1234, "JPY"), "1234.00")),
        ("1234.5", "JPY", unreadable("too_many_decimals", found=1, limit=0)),
        ("1.234", "KWD", choice(1_234_000, 1234, currency="KWD")),
        ("12.34", "KWD", exact(12_340, "KWD")),
        ("1,234.567", "KWD", exact(1_234_567, "KWD")),
        ("\uffe5100", "CNY", exact(10_000, "CNY")),
        ("100\u5143", "CNY", exact(10_000, "CNY")),
        ("RMB 100", "CNY", exact(10_000, "CNY")),
        ("NT$100", "TWD", exact(10_000, "TWD")),
        ("NT$100", "HKD", unreadable("other_currency", written="nt$", expected="HKD")),
        ("$100", "HKD", exact(10_000, "HKD")),
        ("100 kr", "SEK", exact(10_000, "SEK")),
    ],
)
def test_other_currencies(text: str, currency: str, reading: AmountReading) -> None:
    assert read_amount(text, currency, POINT) == reading


def test_an_unknown_currency_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(UnknownCurrencyError):
        read_amount("1", "XXX", POINT)


@given(
    st.integers(1, MAX_MINOR),
    st.sampled_from(sorted(EXPONENTS)),
    st.sampled_from(["en", "de", "fr", "de_CH", "zh_Hans", "zh_Hant_TW", "it", "sv", "pt_BR"]),
)
def test_what_a_locale_prints_is_read_back_exactly(minor: int, currency: str, locale: str) -> None:
    money = Money(minor, currency)
    places = "0" * money.exponent
    pattern = f"#,##0.{places}" if places else "#,##0"
    text = format_decimal(Decimal(money.plain()), pattern, locale=locale)
    mark: DecimalMark = "," if format_decimal(Decimal("0.5"), locale=locale)[1] == "," else "."
    reading = read_amount(text, currency, mark)
    if re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", text) and places:
        assert isinstance(reading, Choice)  # three decimals look like thousands
        assert money in reading.options
    else:
        assert reading == Exact(money)


amounts = st.text("0123456789., '\u00a0km-\u20ac\uff11", max_size=14)


@given(amounts, st.sampled_from(["EUR", "JPY", "KWD"]), marks)
def test_whatever_is_called_exact_is_the_number_as_that_reader_reads_it(
    text: str,
    currency: str,
    mark: DecimalMark,
) -> None:
    reading = read_amount(text, currency, mark)
    if isinstance(reading, Exact):
        # An independent reader: drop all but digits and the reader's own mark, and ask Decimal.
        kept = "".join(char for char in text.replace("\uff11", "1") if char.isdigit() or char == mark)
        assert Decimal(kept.replace(mark, ".")) == Decimal(reading.money.plain())
        assert kept.count(mark) <= 1
    if isinstance(reading, Choice):
        assert len(set(reading.options)) == len(reading.options) > 1
    if isinstance(reading, Offer):
        assert reading.written == text.strip()


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(["EUR", "JPY", "KWD", "CLF"]), marks)
def test_three_digits_after_the_readers_own_decimal_mark_are_always_a_question(
    whole: int,
    rest: int,
    currency: str,
    mark: DecimalMark,
) -> None:
    reading = read_amount(f"{whole}{mark}{rest:03d}", currency, mark)
    assert isinstance(reading, Choice)
    assert reading.options[0] == Money((whole * 1000 + rest) * 10 ** EXPONENTS[currency], currency)


@given(st.text(max_size=60), st.sampled_from(sorted(EXPONENTS)), marks)
def test_any_text_is_answered(text: str, currency: str, mark: DecimalMark) -> None:
    reading = read_amount(text, currency, mark)
    assert isinstance(reading, Exact | Choice | Offer | Unreadable)


def test_strings_that_break_programs() -> None:
    if not NAUGHTY.exists():
        pytest.skip("the shared naughty strings are not beside this checkout")
    for text in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        for mark in (POINT, COMMA):
            reading = read_amount(text, "EUR", mark)
            if isinstance(reading, Exact):
                assert re.fullmatch(r"[\s0-9.,'$\u20acA-Z\uff10-\uff19]+", text), ascii(text)
