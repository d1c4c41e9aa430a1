"""Reason codes of ISO 20022 in the bank's own words, for the portal's pages and reports."""

from __future__ import annotations

_WORDS = {
    "AC01": "The account number of the payee is not right.",
    "AC04": "The payee's account has been closed.",
    "AC06": "The payee's account is blocked.",
    "AG01": "This kind of payment is not allowed on the account.",
    "AM04": "There is not enough money on the account.",
    "AM09": "The amount was not the one that was agreed.",
    "BE04": "The payee's address is missing.",
    "CUST": "The payee does not agree.",
    "FOCR": "Sent back after it was asked for.",
    "LEGL": "Not for legal reasons.",
    "MD07": "The holder of the account has died.",
    "MS02": "The payee refused the money.",
    "MS03": "The bank gives no reason.",
    "NOAS": "The payee has not answered.",
    "RR04": "The bank may not carry this payment out.",
}


def reason_text(code: str) -> str:
    """Return a reason code in words."""
    return _WORDS.get(code, "The bank gives no more than this code.")
