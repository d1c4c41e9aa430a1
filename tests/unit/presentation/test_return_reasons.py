"""Why a bank refused a payment or sent it back: every code we know has its own words, the others are shown as given."""

from __future__ import annotations

import re

import pytest

from countersign.presentation.return_reasons import known_codes, reason_text, reason_words

ASKED_FOR = [
    "AC01",
    "AC04",
    "AC06",
    "AG01",
    "AM04",
    "AM05",
    "BE04",
    "FOCR",
    "FRAD",
    "MD07",
    "MS02",
    "MS03",
    "RR04",
    "TM01",
    "DUPL",
    "TECH",
    "CUST",
    "AC03",
    "BE01",
    "RC01",
    "DU01",
    "FF01",
]


@pytest.mark.parametrize("code", sorted({*ASKED_FOR, *known_codes()}))
def test_a_known_code_has_a_sentence_and_is_named(code: str) -> None:
    words = reason_words(code)
    assert words.endswith(".")
    assert reason_text(code) == f"{words} ({code})"
    assert not re.search(r"\b(invalid|please)\b", words, re.IGNORECASE)


def test_a_code_stands_in_one_block_only() -> None:
    assert len(set(known_codes())) == len(known_codes())


def test_an_unknown_code_is_shown_as_the_bank_gave_it() -> None:
    assert reason_words("ZZ99") == ""
    assert reason_text("ZZ99") == "The bank's reason: ZZ99"
    assert reason_text("") == ""
