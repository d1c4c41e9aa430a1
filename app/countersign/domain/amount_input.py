"""What a person typed as an amount: read exactly, or asked about, never guessed.

Every way of taking the marks apart is tried. One reading in the reader's own way of writing is
exact; two readings are a question; a reading that needed goodwill (a foreign decimal mark,
"250k", "25万") is an offer to accept.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from countersign.domain.currencies import CODES_WITHOUT_MINOR_UNIT, EXPONENTS, exponent_of
from countersign.domain.money import MAX_MINOR, Money
from countersign.domain.unicode_safety import code_point

if TYPE_CHECKING:
    from collections.abc import Mapping

DecimalMark: TypeAlias = Literal[".", ","]

LONGEST_INPUT: Final = 40
"""Characters; the largest amount there is, grouped and with its code, has 26."""

_BLANKS: Final = frozenset(" \u00a0\u2002\u2003\u2007\u2009\u202f\u3000")
_APOSTROPHES: Final = frozenset("'\u2019\u02bc")
_MINUSES: Final = "-\u2212\u2013"
_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)
_PLAIN_SIGNS: Final = {"\uffe5": "\u00a5", "\uffe1": "\u00a3", "\uffe6": "\u20a9"}

# Marks people write for a currency (case folded), and the codes each may stand for.
_SIGNS: Final[Mapping[str, str]] = {
    "$": "USD AUD CAD HKD NZD SGD TWD MXN",
    "\u20ac": "EUR",
    "\u00a3": "GBP EGP LBP",
    "\u00a5": "CNY JPY",
    "\u5143": "CNY TWD HKD USD EUR GBP JPY SGD AUD CAD",
    "\u5713": "TWD HKD JPY",
    "\u5706": "CNY",
    "\u5186": "JPY",
    "\u20a9": "KRW",
    "\u20b9": "INR",
    "\u20bd": "RUB",
    "\u20ba": "TRY",
    "\u0e3f": "THB",
    "\u20ab": "VND",
    "\u20b4": "UAH",
    "\u20aa": "ILS",
    "z\u0142": "PLN",
    "kr": "DKK NOK SEK ISK",
    "fr.": "CHF",
    "fr": "CHF",
    "nt$": "TWD",
    "hk$": "HKD",
    "us$": "USD",
    "a$": "AUD",
    "c$": "CAD",
    "s$": "SGD",
    "nz$": "NZD",
    "r$": "BRL",
    "cn\u00a5": "CNY",
    "rmb": "CNY",
    "\u4eba\u6c11\u5e01": "CNY",
    "\u4eba\u6c11\u5e63": "CNY",
    "\u65b0\u53f0\u5e01": "TWD",
    "\u65b0\u81fa\u5e63": "TWD",
    "\u65b0\u53f0\u5e63": "TWD",
    "\u7f8e\u5143": "USD",
    "\u6b27\u5143": "EUR",
    "\u6b50\u5143": "EUR",
    "\u82f1\u9551": "GBP",
    "\u82f1\u938a": "GBP",
    "\u6e2f\u5e01": "HKD",
    "\u6e2f\u5e63": "HKD",
    "\u65e5\u5143": "JPY",
    "\u65e5\u5713": "JPY",
}
# Powers of ten that a word after the number stands for.
_MAGNITUDES: Final[Mapping[str, int]] = {
    "k": 3,
    **dict.fromkeys(("m", "mm", "mn", "mio", "mln"), 6),
    **dict.fromkeys(("bn", "mrd"), 9),
    "\u5343": 3,
    **dict.fromkeys(("\u4e07", "\u842c"), 4),
    **dict.fromkeys(("\u767e\u4e07", "\u767e\u842c"), 6),
    **dict.fromkeys(("\u5343\u4e07", "\u5343\u842c"), 7),
    **dict.fromkeys(("\u4ebf", "\u5104"), 8),
}
_NUMBER: Final = re.compile(r"([0-9., ']*[0-9.,'])\s*([^0-9., ']*)")
_CODE_BEFORE: Final = re.compile(r"[A-Za-z]{3}(?![A-Za-z])")
_CODE_AFTER: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]{3}$")
_DIGIT: Final = re.compile(r"[0-9]")
_MARKS: Final = ".,"
_GROUPS: Final = (" ", "'", ".", ",")
_INDIAN: Final = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Exact:
    """The only reading, written the reader's own way."""

    money: Money


@dataclass(frozen=True, slots=True)
class Choice:
    """More than one reading, or one that loses digits: ask. Largest first, no two alike.

    An option may have lost decimals the currency doesn't have ("1.234" for EUR 1.23): cut off,
    never rounded up.
    """

    options: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """One reading that the person should see and accept first.

    Attributes:
        money: the reading.
        written: what was typed, without the blanks at its ends (untrusted text).
    """

    money: Money
    written: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No reading.

    Attributes:
        code: one of `empty`; `no_digits`; `too_long` (found, limit); `characters` (place, code_point);
            `foreign_digits` (place, code_point: digits other than 0–9 and full-width ones are
            refused, because some look like others); `mixed_digits`; `other_currency` (written,
            expected); `separators` (marks in an order no country uses); `grouping` (not in
            threes); `too_many_decimals` (found, limit); `negative`; `zero`; `too_large`.
        params: facts for the sentence.
    """

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict, hash=False)


AmountReading: TypeAlias = Exact | Choice | Offer | Unreadable


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to take a number apart.

    Attributes:
        digits: all of them, without marks.
        decimals: how many of them are.
        grouped: thousands are marked.
        native: in the reader's own way.
    """

    digits: str
    decimals: int
    grouped: bool
    native: bool


def read_amount(text: str, currency: str, decimal_mark: DecimalMark) -> AmountReading:
    """Read an amount of `currency` as typed by a reader whose decimals follow `decimal_mark`.

    Args:
        text: untrusted.
        currency: ISO 4217 code the field is for.
        decimal_mark: the reader's own; the other of the two groups thousands for them. A blank or
            an apostrophe groups thousands for everyone.

    Raises:
        UnknownCurrencyError: `currency` is not in the table.
    """
    exponent = exponent_of(currency)
    written = text.strip()
    plain = _plain(text)
    if isinstance(plain, Unreadable):
        return plain
    plain, negative = _without_sign(plain)
    bare = _without_currency(plain, currency)
    if isinstance(bare, Unreadable):
        return bare
    bare, inner_negative = _without_sign(bare)
    if not _DIGIT.search(bare):
        return Unreadable("no_digits")
    found = _NUMBER.fullmatch(bare)
    magnitude = _MAGNITUDES.get(found[2].casefold(), 0) if found and found[2] else 0
    if found is None or (found[2] and not magnitude):
        return _stranger(text)
    if negative or inner_negative:
        return Unreadable("negative")
    readings = _readings(found[1], decimal_mark)
    if not readings:
        return Unreadable("separators" if _in_wrong_order(found[1]) else "grouping")
    return _judge(readings, magnitude, Money.zero(currency), exponent, written)


def _judge(
    readings: list[_Reading],
    magnitude: int,
    nothing: Money,
    exponent: int,
    written: str,
) -> AmountReading:
    shift = exponent + magnitude
    exact = all(_fits(reading, shift) for reading in readings)
    if len(readings) == 1 and not exact:
        zeros = len(readings[0].digits) - len(readings[0].digits.rstrip("0"))
        decimals = readings[0].decimals - zeros - magnitude
        return Unreadable("too_many_decimals", {"found": decimals, "limit": exponent})
    minors = sorted({_minor(reading, shift) for reading in readings}, reverse=True)
    if minors[0] > MAX_MINOR:
        return Unreadable("too_large")
    if minors[0] == 0:
        return Unreadable("zero")
    options = tuple(Money(minor, nothing.currency) for minor in minors)
    if len(options) > 1:
        return Choice(options)
    native = any(reading.native and reading.decimals <= exponent for reading in readings)
    return Exact(options[0]) if native and not magnitude else Offer(options[0], written)


def _fits(reading: _Reading, shift: int) -> bool:
    extra = reading.decimals - shift
    return extra <= 0 or set(reading.digits[-extra:]) <= {"0"}


def _minor(reading: _Reading, shift: int) -> int:
    extra = reading.decimals - shift
    return int(reading.digits[:-extra] or "0") if extra > 0 else int(reading.digits) * 10**-extra


def _plain(text: str) -> str | Unreadable:
    """Bring full-width characters, blanks and apostrophes to one form each."""
    trimmed = text.strip()
    if not trimmed:
        return Unreadable("empty")
    if len(trimmed) > LONGEST_INPUT:
        return Unreadable("too_long", {"found": len(trimmed), "limit": LONGEST_INPUT})
    if len({char.isascii() for char in text if _is_digit(char)}) > 1:
        return Unreadable("mixed_digits")
    kept = []
    for at, char in enumerate(text, 1):
        plain = unicodedata.normalize("NFKC", char) if ord(char) in _FULL_WIDTH else char
        if _is_digit(plain) and not plain.isascii():
            return Unreadable("foreign_digits", {"place": at, "code_point": code_point(char)})
        if plain in _BLANKS:
            plain = " "
        elif plain in _APOSTROPHES:
            plain = "'"
        kept.append(_PLAIN_SIGNS.get(plain, plain))
    return "".join(kept).strip()


def _is_digit(char: str) -> bool:
    return unicodedata.decimal(char, None) is not None


def _without_sign(text: str) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    bare = text.strip(_MINUSES)
    return bare.strip(), bare != text


def _without_currency(text: str, currency: str) -> str | Unreadable:
    """Take one currency mark off either end, if it can mean `currency`."""
    for end in (_CODE_BEFORE.match(text), _CODE_AFTER.search(text)):
        code = end[0].upper() if end else ""
        if end and (code in EXPONENTS or code in CODES_WITHOUT_MINOR_UNIT):
            rest = (text[: end.start()] + text[end.end() :]).strip()
            return rest if code == currency else _other(code, currency)
    lowered = text.casefold()
    for mark in sorted(_SIGNS, key=len, reverse=True):
        if lowered.startswith(mark):
            rest = text[len(mark) :].strip()
        elif lowered.endswith(mark):
            rest = text[: -len(mark)].strip()
        else:
            continue
        return rest if currency in _SIGNS[mark].split() else _other(mark, currency)
    return text


def _other(written: str, currency: str) -> Unreadable:
    return Unreadable("other_currency", {"written": written, "expected": currency})


def _stranger(text: str) -> Unreadable:
    """Name the first character that belongs to no number."""
    strange = (at for at, char in enumerate(text) if not (_is_digit(char) or char in _MARKS or char.isspace()))
    place = next(strange)  # there is one: digits, marks and blanks alone are a number, if a badly grouped one
    return Unreadable("characters", {"place": place + 1, "code_point": code_point(text[place])})


def _readings(number: str, decimal_mark: DecimalMark) -> list[_Reading]:
    """Take a number apart in every way some country writes it, one reading per value.

    Grouping in the reader's own way settles it: "1,234" is no question to a reader whose decimals
    follow a point, although "1.234" is.
    """
    kept: dict[tuple[str, int], _Reading] = {}
    for decimal in ("", *_MARKS):
        whole, mark, fraction = number.rpartition(decimal) if decimal else (number, "", "")
        if mark != decimal or not re.fullmatch(r"[0-9]*", fraction):
            continue
        for group in _GROUPS:
            digits = _ungrouped(whole, group)
            if digits is None or group == decimal:
                continue
            regular = _in_threes(whole, group) and bool(fraction) == bool(decimal)
            native = regular and decimal in {"", decimal_mark} and (group != decimal_mark or group not in whole)
            reading = _Reading(digits + fraction, len(fraction), group in whole, native)
            if native or (reading.digits, reading.decimals) not in kept:
                kept[reading.digits, reading.decimals] = reading
    own = [reading for reading in kept.values() if reading.native and reading.grouped]
    return own or list(kept.values())


def _ungrouped(whole: str, group: str) -> str | None:
    """Return the digits of a whole number grouped by `group` or not at all, None where it is neither."""
    if re.fullmatch(r"[0-9]*", whole):
        return whole
    if _in_threes(whole, group) or (group == "," and _INDIAN.fullmatch(whole)):
        return whole.replace(group, "")
    return None


def _in_threes(whole: str, group: str) -> bool:
    """Tell whether it is written without leading zeros, and grouped in threes or not at all."""
    threes = rf"[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}})+"
    return bool(re.fullmatch(rf"0|[1-9][0-9]*|{threes}", whole))


def _in_wrong_order(number: str) -> bool:
    """Tell whether the marks alternate ("1.234,567.89"), which no way of writing has."""
    marks = [char for char in number if char in _MARKS]
    return sum(one != other for one, other in pairwise(marks)) > 1
