"""UK accounts: a sort code of six digits and an account number of eight (Pay.UK, "Validating account numbers")."""

from __future__ import annotations

from typing import Final

from countersign.domain.accounts import AccountFault
from countersign.domain.national_accounts.account import ReadAccount, in_groups
from countersign.domain.national_accounts.uk_modulus import Modulus, ModulusTable, check_modulus
from countersign.domain.payment import AccountScheme

SORT_CODE_LENGTH: Final = 6
ACCOUNT_LENGTH: Final = 8
_SHORTEST: Final = 6  # older numbers have six or seven digits: zeros go in front (same source)

_CHECKS: Final = {
    Modulus.HOLDS: "uk.modulus",
    Modulus.NOT_LISTED: "uk.modulus.not_listed",
    Modulus.NOT_APPLICABLE: "uk.modulus.not_applicable",
}


def uk_account(sort_code: str, account: str, table: ModulusTable | None = None) -> ReadAccount | AccountFault:
    """Check digits that were told apart as sort code and account.

    Returns:
        A fault is ``length`` (for the sort code, then the account) or ``modulus`` (country).
    """
    if len(sort_code) != SORT_CODE_LENGTH:
        return AccountFault("length", {"expected": SORT_CODE_LENGTH, "found": len(sort_code), "country": "GB"})
    if not _SHORTEST <= len(account) <= ACCOUNT_LENGTH:
        return AccountFault("length", {"expected": ACCOUNT_LENGTH, "found": len(account), "country": "GB"})
    padded = account.zfill(ACCOUNT_LENGTH)
    check = "uk.modulus.not_loaded"
    if table is not None:
        outcome = check_modulus(sort_code, padded, table)
        if outcome is Modulus.FAILS:
            return AccountFault("modulus", {"country": "GB"})
        check = _CHECKS[outcome]
    return ReadAccount(
        AccountScheme.BBAN,
        padded,
        "GB",
        agent_member=f"GBDSC:{sort_code}",
        shown=f"{in_groups(sort_code, (2, 2), '-')} {padded}",
        checks=(check,) if padded == account else (check, "uk.padded"),
    )
