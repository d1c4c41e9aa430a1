"""The shape of num2words 0.5, as far as it is used here."""

from decimal import Decimal

def num2words(
    number: int | Decimal | str,
    ordinal: bool = ...,
    lang: str = ...,
    to: str = ...,
    *,
    currency: str = ...,
    cents: bool = ...,
    separator: str = ...,
    adjective: bool = ...,
) -> str: ...
