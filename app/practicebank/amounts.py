"""Amounts as NextGenPSD2 writes them, and minor units as this bank keeps them. No floats."""

from __future__ import annotations

import re

# ISO 4217: the currencies this bank keeps accounts in all have two decimals.
EXPONENT = 2
CURRENCIES = ("EUR", "GBP", "CNY")
# The SEPA rulebooks allow at most 999 999 999.99 in one transfer.
LARGEST_MINOR = 99_999_999_999
_WRITTEN = re.compile(r"([0-9]{1,14})(?:\.([0-9]{1,3}))?")


def to_minor(written: str) -> int:
    """Read ``"250000.00"`` as minor units.

    Raises:
        ValueError: The text isn't an amount of the standard, or has parts of a cent.
    """
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise ValueError("not an amount of the standard")
    whole, parts = match.group(1), (match.group(2) or "").ljust(EXPONENT, "0")
    if parts[EXPONENT:].strip("0"):
        raise ValueError("smaller than the smallest unit of the currency")
    return int(f"{whole}{parts[:EXPONENT]}")


def to_written(minor: int) -> str:
    """Write minor units as the standard does: ``"-12.30"``."""
    whole, parts = divmod(abs(minor), 10**EXPONENT)
    return f"{'-' if minor < 0 else ''}{whole}.{parts:02d}"


def to_spoken(minor: int, currency: str) -> str:
    """Write an amount as a text message shows it: ``EUR 250,000.00``."""
    whole, parts = divmod(abs(minor), 10**EXPONENT)
    return f"{currency} {'-' if minor < 0 else ''}{whole:,}.{parts:02d}"


def standard(minor: int, currency: str) -> dict[str, object]:
    """Return the ``amount`` object of the standard."""
    return {"currency": currency, "amount": to_written(minor)}
