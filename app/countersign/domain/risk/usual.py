"""What a person usually pays, and how far an amount lies from it. Integers and Decimal only.

Amounts of money spread over factors, not differences, so they are compared as logarithms; median
and median absolute deviation (Hampel 1974) are not moved by the one large payment of last year.
While fewer than 30 payments are known, both lean on what is usual for people at large.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from countersign.domain.currencies import exponent_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from countersign.domain.money import Money

ENOUGH: Final = 30
"""Payments from which the person's own history alone counts."""

# Natural logarithms are kept as whole thousandths. Decimal's are correctly rounded, so they are
# the same on every machine, as a C library's are not.
_CONTEXT: Final = Context(prec=28, rounding=ROUND_HALF_EVEN)
_SCALE: Final = 1000
_PRIOR_SPREAD: Final = 1100  # about a factor of three either way
_LEAST_SPREAD: Final = 350  # someone who always pays the same may still pay 40 per cent more
_MAD_TO_SPREAD: Final = 1483  # thousandths: makes the MAD of a normal distribution its deviation

_TYPICAL_MAJOR: Final[Mapping[str, int]] = {
    "CNY": 3_000,
    "HKD": 4_000,
    "TWD": 15_000,
    "JPY": 60_000,
    "KRW": 500_000,
    "INR": 20_000,
    "IDR": 5_000_000,
    "VND": 10_000_000,
    "THB": 15_000,
    "PHP": 20_000,
    "RUB": 30_000,
    "CZK": 10_000,
    "HUF": 150_000,
    "SEK": 5_000,
    "NOK": 5_000,
    "DKK": 3_500,
    "PLN": 2_000,
    "KWD": 150,
    "BHD": 180,
    "OMR": 180,
    "TRY": 15_000,
    "MXN": 8_000,
    "ZAR": 8_000,
}
_TYPICAL_ELSEWHERE: Final = 500


@dataclass(frozen=True, slots=True)
class Distance:
    """How an amount compares with what is usual.

    Attributes:
        tenths: tenths of a spread above the usual; negative below it. Never falls as the amount
            rises.
        times: how many times the usual, rounded down.
        usual_minor: the usual amount, in minor units: the median of the history, or what is usual
            for people at large where there is none.
    """

    tenths: int
    times: int
    usual_minor: int


def distance_from_usual(amount: Money, history_minor: Sequence[int]) -> Distance:
    """Compare an amount with past ones of the same currency (minor units; only positive ones count)."""
    centre, spread, usual = _usual(amount.currency, tuple(history_minor))
    minor = max(amount.minor, 1)
    return Distance((_logarithm(minor) - centre) * 10 // spread, minor // usual, usual)


@lru_cache(maxsize=16)
def _usual(currency: str, history_minor: tuple[int, ...]) -> tuple[int, int, int]:
    """Return centre and spread as logarithms, and the usual amount; each line of a list asks for the same."""
    past = sorted(minor for minor in history_minor if minor > 0)
    typical = _TYPICAL_MAJOR.get(currency, _TYPICAL_ELSEWHERE) * 10 ** exponent_of(currency)
    centre, spread = _logarithm(typical), _PRIOR_SPREAD
    usual = typical
    if past:
        usual = _median(past)
        logarithms = [_logarithm(minor) for minor in past]
        median = _median(logarithms)
        deviation = _median(sorted(abs(each - median) for each in logarithms))
        own = min(len(past), ENOUGH)
        centre = (own * median + (ENOUGH - own) * centre) // ENOUGH
        own_spread = deviation * _MAD_TO_SPREAD // _SCALE
        spread = max((own * own_spread + (ENOUGH - own) * _PRIOR_SPREAD) // ENOUGH, _LEAST_SPREAD)
    return centre, spread, usual


def _logarithm(minor: int) -> int:
    return int((_CONTEXT.ln(Decimal(minor)) * _SCALE).to_integral_value(ROUND_HALF_EVEN))


def _median(ordered: Sequence[int]) -> int:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2
