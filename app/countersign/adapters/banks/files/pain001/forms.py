"""The forms of codes and numbers in payment messages.

Sources: ISO 20022 data types IBAN2007Identifier, Max34Text, AnyBICDec2014Identifier, CountryCode, UUIDv4Identifier and
ExternalPurpose1Code; ISO 9362; ISO 13616 (IBAN) with ISO 7064 MOD 97-10.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

IDENTIFICATION_LIMIT: Final = 35  # Max35Text
IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}")
BBAN: Final = re.compile(r"[A-Z0-9]{1,34}")
AGENT: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
AGENT_OF_2009: Final = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")
"""BICIdentifier, as the versions of that year have it."""
MEMBER: Final = re.compile(r"[A-Z]{5}:[A-Z0-9]{1,28}")
COUNTRY: Final = re.compile(r"[A-Z]{2}")
PURPOSE: Final = re.compile(r"[A-Z]{4}")
UETR: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

_MOD_97: Final = 97
_AS_NUMBERS: Final = {65 + place: str(10 + place) for place in range(26)}
# SPS: the clearing numbers kept for accounts of the QR-bill, which take payments with a QR reference only.
_QR_IBAN: Final = re.compile(r"(CH|LI)[0-9]{2}3[01][0-9]{3}[0-9A-Z]{12}")
_QR_REFERENCE: Final = re.compile(r"[0-9]{27}")
_MODULO_10: Final = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)


def check_digits_hold(iban: str) -> bool:
    """Tell whether an IBAN's check digits are right; its form must be."""
    return int((iban[4:] + iban[:4]).translate(_AS_NUMBERS)) % _MOD_97 == 1


def is_qr_iban(account: str) -> bool:
    """Tell whether a Swiss account takes payments with a QR reference only."""
    return _QR_IBAN.fullmatch(account) is not None


def is_qr_reference(text: str) -> bool:
    """Tell whether a text is a QR reference: 27 digits, the last by modulo 10 recursive (SPS, QR-bill, annex B)."""
    if not _QR_REFERENCE.fullmatch(text):
        return False
    carry = 0
    for digit in text[:-1]:
        carry = _MODULO_10[(carry + int(digit)) % 10]
    return (10 - carry) % 10 == int(text[-1])


def is_date(text: str) -> bool:
    """Tell whether a text is an ISO 8601 date as messages write it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
