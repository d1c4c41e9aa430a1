"""US accounts: an ABA routing number of nine digits, and an account number that nothing can be told from.

Source: ABA, "Routing Number Policy": the first two digits name the Federal Reserve district (01 to 12), with 20 and 60
added for thrifts and electronic payments, 00 the US government, 80 traveller's cheques; weights 3, 7 and 1, modulus 10.
"""

from __future__ import annotations

from typing import Final

from countersign.domain.accounts import AccountFault
from countersign.domain.national_accounts.account import ReadAccount
from countersign.domain.payment import AccountScheme

ROUTING_LENGTH: Final = 9
SHORTEST_ACCOUNT: Final = 4
LONGEST_ACCOUNT: Final = 17  # the field of the ACH file (Nacha Operating Rules, entry detail record)
_WEIGHTS: Final = (3, 7, 1) * 3
_DISTRICTS: Final = (range(13), range(21, 33), range(61, 73), range(80, 81))


def routing_fault(routing: str) -> AccountFault | None:
    """Say what is wrong with a routing number, None where nothing is.

    Returns:
        ``length``, ``range`` (no district has these two digits) or ``check_digits``.
    """
    if len(routing) != ROUTING_LENGTH:
        return AccountFault("length", {"expected": ROUTING_LENGTH, "found": len(routing), "country": "US"})
    if not any(int(routing[:2]) in district for district in _DISTRICTS):
        return AccountFault("range", {"start": routing[:2], "country": "US"})
    total = sum(int(digit) * weight for digit, weight in zip(routing, _WEIGHTS, strict=True))
    return AccountFault("check_digits", {"country": "US"}) if total % 10 else None


def us_account(routing: str, account: str) -> ReadAccount | AccountFault:
    """Check digits that were told apart as routing number and account."""
    fault = routing_fault(routing)
    if fault is not None:
        return fault
    if not SHORTEST_ACCOUNT <= len(account) <= LONGEST_ACCOUNT:
        return AccountFault("length", {"expected": LONGEST_ACCOUNT, "found": len(account), "country": "US"})
    return ReadAccount(
        AccountScheme.BBAN,
        account,
        "US",
        agent_member=f"USABA:{routing}",
        shown=f"{routing} {account}",
        checks=("us.check_digit", "us.account.not_checkable"),
    )
