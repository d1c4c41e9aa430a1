"""Loads, off the window's thread, what is slow to load: locale data, the IBAN registry, number words, look-alikes.

Each is loaded on first use and kept by its library. Used first in a handler of the window, it would be felt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from countersign.domain.accounts import countries_with_banks, load_banks, read_iban
from countersign.domain.money import Money
from countersign.domain.names import look_alike
from countersign.presentation.amount_words import amount_in_words
from countersign.presentation.formats import (
    DateStyle,
    date_text,
    decimal_mark,
    money_text,
    percent_text,
    time_text,
    times_text,
)

_SAMPLE_IBAN = "DE89370400440532013000"
_STYLES: tuple[DateStyle, ...] = ("full", "long", "medium", "short")


def warm_up(language: str) -> Iterator[Callable[[], object]]:
    """Use each once; return what else there is to load, in pieces: the banks of each country."""
    money = Money(123_456, "EUR")
    money_text(money, language)
    amount_in_words(money, language)
    decimal_mark(language)
    percent_text(1, language)
    times_text(2, language)
    time_text(0, "UTC", language)
    for style in _STYLES:
        date_text(date(2026, 1, 1), language, style)
    read_iban(_SAMPLE_IBAN)
    look_alike("Sample", ("Sampler",))
    return (partial(load_banks, country) for country in countries_with_banks())
