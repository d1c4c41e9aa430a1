"""Amounts as ISO 20022 writes them, read exactly.

Source: ISO 20022 ActiveOrHistoricCurrencyAndAmount: an xs:decimal, not negative, at most 18 digits, 5 of them after
the point and no more than ISO 4217 gives the currency.
"""

from __future__ import annotations

import re
from typing import Final

from countersign.adapters.banks.files.xml_element import Element, unreadable
from countersign.domain.currencies import UnknownCurrencyError, exponent_of
from countersign.domain.money import Money, MoneyError

SCALE: Final = 5
"""Decimals that every currency of ISO 4217 fits into."""
_DECIMAL: Final = re.compile(r"([+-]?)([0-9]{0,18})(?:\.([0-9]{0,18}))?")


def money_of(element: Element, currency: str = "") -> Money:
    """Read an amount.

    Zeros that say nothing (``8.850`` EUR, ``007``) are cut: the amount is the same. Any other decimal that the currency
    doesn't have refuses the file.

    Args:
        element: With its amount as text and its currency as attribute ``Ccy``.
        currency: Where the attribute is missing.

    Raises:
        UserFacingError: ``file.unreadable``: ``amount``, ``decimals`` or ``currency``, with the line.
    """
    code = element.attributes.get("Ccy") or currency
    try:
        amount = Money.from_plain(element.text, code)
    except UnknownCurrencyError:
        raise unreadable(element.line, "currency", element.name) from None
    except MoneyError:
        return _lenient(element, code)
    if amount.minor < 0:  # its direction stands beside it, and never twice
        raise unreadable(element.line, "amount", element.name)
    return amount


def _lenient(element: Element, currency: str) -> Money:
    found = _DECIMAL.fullmatch(element.text)
    if found is None or not (found[2] or found[3]) or found[1] == "-":
        raise unreadable(element.line, "amount", element.name)
    fraction = (found[3] or "").rstrip("0")
    if len(fraction) > exponent_of(currency):
        raise unreadable(element.line, "decimals", element.name)
    whole = found[2].lstrip("0") or "0"
    try:
        return Money.from_plain(f"{whole}.{fraction}" if fraction else whole, currency)
    except MoneyError:
        raise unreadable(element.line, "amount", element.name) from None


def scaled(text: str) -> int | None:
    """Return a stated sum, which has no currency, as a count of 1/100,000; None where it is no such number."""
    found = _DECIMAL.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return None
    fraction = (found[3] or "").rstrip("0")
    if len(fraction) > SCALE:
        return None
    count = int((found[2] or "0") + fraction.ljust(SCALE, "0"))
    return -count if found[1] == "-" else count


def scaled_money(amount: Money) -> int:
    """Return an amount as a count of 1/100,000, whatever its currency."""
    return int(amount.minor * 10 ** (SCALE - amount.exponent))
