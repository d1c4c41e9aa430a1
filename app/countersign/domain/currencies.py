"""The currencies money can be counted in, and how finely each is divided.

The table is data from ISO 4217 (list one, "minor unit" column), published by SIX for 1 January
2026. It is written out, never asked of a library at run time: CLDR, which formatting libraries
follow, gives cash roundings instead of exponents for AFN, ALL, RSD, LBP, LAK, MMK, IRR, SYP, YER,
IQD, MGA, SOS and KPW, and an order's digest must not change when a library does.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

CURRENCY_TABLE_VERSION: Final = "ISO 4217 2026-01"

_BY_EXPONENT: Final[tuple[tuple[int, str], ...]] = (
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        (
            "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN "
            "BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD "
            "FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW "
            "KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR "
            "MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG "
            "SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD "
            "USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG"
        ),
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
)

CODES_WITHOUT_MINOR_UNIT: Final = frozenset(
    {"XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"},
)
"""Metals, funds and test codes, for which ISO 4217 gives no exponent ("N.A."): not payable here."""

EXPONENTS: Final[Mapping[str, int]] = MappingProxyType(
    {code: exponent for exponent, codes in _BY_EXPONENT for code in codes.split()},
)
"""Every active ISO 4217 code that has a minor unit, with the power of ten that divides it."""


class UnknownCurrencyError(ValueError):
    """Say that a code is not an active, payable ISO 4217 currency.

    Attributes:
        currency: the code as it was given (untrusted text).
    """

    def __init__(self, currency: str) -> None:
        """Keep the code that was not found."""
        super().__init__(f"unknown_currency: {currency!a}")
        self.currency = currency


def exponent_of(code: str) -> int:
    """Return how many decimals one unit of a currency has (EUR 2, JPY 0, KWD 3).

    Args:
        code: three capital letters; nothing else is tried (no trimming, no lower case).

    Raises:
        UnknownCurrencyError: the code is not active, or has no minor unit (XAU, XXX …).
    """
    try:
        return EXPONENTS[code]
    except (KeyError, TypeError):
        raise UnknownCurrencyError(code) from None
