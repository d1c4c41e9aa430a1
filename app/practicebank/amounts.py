"""Amounts as NextGenPSD2 writes them, and minor units as this bank keeps them. No floats."""

from __future__ import annotations

import re

# The SEPA rulebooks allow at most 999 999 999.99 in one transfer.
LARGEST_MINOR = 99_999_999_999
# ISO 4217, list one: alphabetic codes of money in use, by the number of their decimals.
_WITHOUT_DECIMALS = frozenset((
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
))  # fmt: skip
_THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
_TWO_DECIMALS = frozenset((
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN",
    "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY",
    "COP", "CRC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD",
    "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR",
    "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR",
    "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK",
    "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP",
    "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP",
    "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY",
    "TTD", "TWD", "TZS", "UAH", "USD", "UYU", "UZS", "VES", "WST", "XCD", "XCG", "YER", "ZAR",
    "ZMW", "ZWG",
))  # fmt: skip
_WRITTEN = re.compile(r"([0-9]{1,14})(?:\.([0-9]{1,3}))?")


def exponent_of(currency: str) -> int:
    """Return a currency's number of decimals (ISO 4217).

    Raises:
        LookupError: No currency in use has this code.
    """
    if currency in _TWO_DECIMALS:
        return 2
    if currency in _WITHOUT_DECIMALS:
        return 0
    if currency in _THREE_DECIMALS:
        return 3
    raise LookupError(currency)


def to_minor(written: str, currency: str = "EUR") -> int:
    """Read ``"250000.00"`` as minor units.

    Raises:
        ValueError: The text isn't an amount of the standard, or has parts of the smallest unit.
        LookupError: No currency in use has this code.
    """
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise ValueError("not an amount of the standard")
    places = exponent_of(currency)
    whole, parts = match.group(1), (match.group(2) or "").ljust(places, "0")
    if parts[places:].strip("0"):
        raise ValueError("smaller than the smallest unit of the currency")
    return int(f"{whole}{parts[:places]}")


def to_written(minor: int, currency: str = "EUR") -> str:
    """Write minor units as the standard does: ``"-12.30"``."""
    return _with_decimals(minor, currency, "")


def to_spoken(minor: int, currency: str) -> str:
    """Write an amount as a text message shows it: ``EUR 250,000.00``."""
    return f"{currency} {_with_decimals(minor, currency, ',')}"


def standard(minor: int, currency: str) -> dict[str, object]:
    """Return the ``amount`` object of the standard."""
    return {"currency": currency, "amount": to_written(minor, currency)}


def _with_decimals(minor: int, currency: str, grouping: str) -> str:
    places = exponent_of(currency)
    whole, parts = divmod(abs(minor), 10**places)
    decimals = f".{parts:0{places}d}" if places else ""
    return f"{'-' if minor < 0 else ''}{format(whole, grouping)}{decimals}"
