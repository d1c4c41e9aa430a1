"""Account numbers: IBANs (ISO 13616-1, check digits by ISO 7064 MOD 97-10) and card numbers."""

from __future__ import annotations

import hashlib
import re

# Length of an IBAN in each country of the SEPA scheme this bank reaches (EPC409-09).
_SEPA_LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21,
    "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")


def _remainder(rearranged: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in rearranged)) % 97


def with_check_digits(country: str, bban: str) -> str:
    """Return the IBAN for a country and its basic account number."""
    return f"{country}{98 - _remainder(bban + country + '00'):02d}{bban}"


def is_well_formed(iban: str) -> bool:
    """Return whether ``iban`` (electronic form: no spaces) has a right shape and check digits."""
    if _SHAPE.fullmatch(iban) is None:
        return False
    length = _SEPA_LENGTHS.get(iban[:2])
    if length is not None and len(iban) != length:
        return False
    return _remainder(iban[4:] + iban[:4]) == 1


def in_sepa(iban: str) -> bool:
    """Return whether the account's country belongs to the SEPA schemes."""
    return iban[:2] in _SEPA_LENGTHS


def account_hash(iban: str) -> str:
    """Return the SHA-256 of an IBAN in hexadecimal: binds a name check to its account."""
    return hashlib.sha256(iban.encode()).hexdigest()


def belgian_bban(first_ten: str) -> str:
    """Return a Belgian account number with its own two check digits (mod 97, 0 becomes 97)."""
    return f"{first_ten}{int(first_ten) % 97 or 97:02d}"


def last_digits(iban: str) -> str:
    """Return the last four signs of an account number, as an SMS shows them."""
    return iban[-4:]


def with_luhn_digit(digits: str) -> str:
    """Return a card number: the digits and their check digit (ISO/IEC 7812-1, annex B)."""
    return f"{digits}{-_luhn_sum(digits + '0') % 10}"


def is_card_number(text: str) -> bool:
    """Return whether a text has the length and the check digit of a payment card's number."""
    return re.fullmatch(r"[0-9]{16,19}", text) is not None and _luhn_sum(text) % 10 == 0


def _luhn_sum(digits: str) -> int:
    """Add the digits up; every second one from the right, the check digit not counted, doubled."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled)
