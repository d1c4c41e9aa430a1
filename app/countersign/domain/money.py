"""Money: a whole number of minor units of one currency. Nothing is ever rounded here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self, TypedDict

from countersign.domain.currencies import UnknownCurrencyError, exponent_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_MINOR: Final = 2**53 - 1
"""Largest count of minor units: the ledger's canonical bytes hold integers below 2^53 only."""

_CANONICAL_KEYS: Final = frozenset({"currency", "exponent", "minor"})
# NextGenPSD2 1.3 writes amounts as -?digits(.digits)?; the count of digits is checked afterwards.
# [0-9] and not \d, which also takes the digits of other scripts.
_PLAIN: Final = re.compile(r"(-?)(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,4}))?")


class MoneyError(ValueError):
    """Say why something is not money.

    Attributes:
        code: what is wrong, one of `not_canonical`, `exponent`, `not_an_integer`, `out_of_range`,
            `not_plain`, `too_many_decimals`, `currency_mismatch`.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        """Keep the code; `detail` is for the log only."""
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class CurrencyMismatchError(MoneyError):
    """Say that two different currencies were added or compared."""

    def __init__(self, left: str, right: str) -> None:
        """Name both currencies."""
        super().__init__("currency_mismatch", f"{left} {right}")
        self.left = left
        self.right = right


class CanonicalMoney(TypedDict):
    """The three members money has in canonical bytes (RFC 8785)."""

    currency: str
    exponent: int
    minor: int


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount.

    Equal only when count and currency are; amounts of different currencies are unequal, and
    ordering or adding them raises.

    Attributes:
        minor: minor units (cents for EUR, yen for JPY), may be negative, |minor| < 2^53.
        currency: ISO 4217 code, in the table of `currencies`.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what the ledger could not hold.

        Raises:
            MoneyError: `not_an_integer` (bool included) or `out_of_range`.
            UnknownCurrencyError: the code is not in the table.
        """
        if type(self.minor) is not int:
            raise MoneyError("not_an_integer", type(self.minor).__name__)
        if not -MAX_MINOR <= self.minor <= MAX_MINOR:
            raise MoneyError("out_of_range", str(self.minor))
        exponent_of(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing, counted in `currency`."""
        return cls(0, currency)

    @property
    def exponent(self) -> int:
        """Return the decimals of the currency, from ISO 4217."""
        return exponent_of(self.currency)

    @property
    def is_positive(self) -> bool:
        """Tell whether it is more than nothing."""
        return self.minor > 0

    def __add__(self, other: Self) -> Self:
        """Add an amount of the same currency."""
        return type(self)(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        """Take away an amount of the same currency."""
        return type(self)(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Self:
        """Return the same amount the other way round."""
        return type(self)(-self.minor, self.currency)

    def __lt__(self, other: Self) -> bool:
        """Compare with an amount of the same currency."""
        return self.minor < self._same(other)

    def __le__(self, other: Self) -> bool:
        """Compare with an amount of the same currency."""
        return self.minor <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        """Compare with an amount of the same currency."""
        return self.minor > self._same(other)

    def __ge__(self, other: Self) -> bool:
        """Compare with an amount of the same currency."""
        return self.minor >= self._same(other)

    def canonical(self) -> CanonicalMoney:
        """Return the members that go into canonical bytes and under signatures."""
        return {"currency": self.currency, "exponent": self.exponent, "minor": self.minor}

    @classmethod
    def from_canonical(cls, value: Mapping[str, object]) -> Self:
        """Read what `canonical` wrote, and nothing else.

        Raises:
            MoneyError: `not_canonical` (a member is missing, extra or of another type),
                `exponent` (differs from ISO 4217), `not_an_integer`, `out_of_range`.
            UnknownCurrencyError: the code is not in the table.
        """
        if set(value) != _CANONICAL_KEYS:
            raise MoneyError("not_canonical", "members")
        currency, exponent, minor = value["currency"], value["exponent"], value["minor"]
        if type(currency) is not str:
            raise MoneyError("not_canonical", "currency")
        if type(exponent) is not int or type(minor) is not int:
            raise MoneyError("not_an_integer", "exponent or minor")
        if exponent != exponent_of(currency):
            raise MoneyError("exponent", f"{currency} {exponent}")
        return cls(minor, currency)

    def plain(self) -> str:
        """Write it as banks' interfaces do: "1234.50", with a point and no grouping."""
        digits = str(abs(self.minor)).zfill(self.exponent + 1)
        whole, fraction = digits[: len(digits) - self.exponent], digits[-self.exponent :]
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{whole}.{fraction}" if self.exponent else f"{sign}{whole}"

    @classmethod
    def from_plain(cls, text: str, currency: str) -> Self:
        """Read a bank's decimal string ("1234.5", "-3", "0.05") exactly.

        Source: NextGenPSD2 XS2A Implementation Guidelines 1.3, data type *amount*: ASCII digits,
        a point, an optional minus, no more decimals than ISO 4217 gives the currency.

        Raises:
            MoneyError: `not_plain` (anything else: blanks, plus, leading zeros, "1e3", "1,0"),
                `too_many_decimals` (zeros too: 1.230 is not how EUR is written), `out_of_range`.
            UnknownCurrencyError: the code is not in the table.
        """
        places = exponent_of(currency)
        found = _PLAIN.fullmatch(text)
        if found is None:
            raise MoneyError("not_plain")
        sign, whole, fraction = found[1], found[2], found[3] or ""
        if len(fraction) > places:
            raise MoneyError("too_many_decimals", f"{len(fraction)} {currency}")
        minor = int(whole + fraction.ljust(places, "0"))
        return cls(-minor if sign else minor, currency)

    def _same(self, other: Self) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatchError(self.currency, other.currency)
        return other.minor


__all__ = [
    "MAX_MINOR",
    "CanonicalMoney",
    "CurrencyMismatchError",
    "Money",
    "MoneyError",
    "UnknownCurrencyError",
]
