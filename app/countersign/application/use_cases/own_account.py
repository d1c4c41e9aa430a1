"""Tell which own account a statement is of; a number alone doesn't: banks share numbers, and accounts may too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from countersign.application.ports.bank import Reach
from countersign.application.ports.bank_files import StatementHead
from countersign.application.ports.vault import AccountRow
from countersign.domain.payment import AccountScheme

_BIC: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")  # ISO 9362
_PARTY_DIGITS: Final = 8  # of a BIC; the rest names a branch
_MEMBER: Final = re.compile(r"([A-Z]{5}:)?([0-9]{3,28})")  # ``CODE:MEMBER``, or its number alone as in MT940


def account_of(rows: Sequence[AccountRow], head: StatementHead) -> AccountRow | None:
    """Return the own account that a statement is of; None where there is none, or more than one that it may be.

    Args:
        rows: The own accounts.
        head: What the statement says of its account: number, scheme, currency and bank.
    """
    found = [row for row in rows if _agrees(row, head)]
    # One account may be listed by its bank's door and have been added before that: it is the one that was added.
    found.sort(key=lambda row: row.reach == Reach.XS2A.value)
    same = {(row.balance.currency, row.agent_member if row.scheme is AccountScheme.BBAN else "") for row in found}
    return found[0] if len(same) == 1 else None


def _agrees(row: AccountRow, head: StatementHead) -> bool:
    return (
        row.iban == head.account
        and row.scheme.value == head.scheme
        and head.currency in {"", row.balance.currency}
        and (
            row.scheme is AccountScheme.IBAN or _at_bank(row, head.servicer.replace(" ", ""))
        )  # an IBAN names its bank
    )


def _at_bank(row: AccountRow, said: str) -> bool:
    """Hold what a statement says of the bank to the account, as far as both say the same kind of thing."""
    member = _MEMBER.fullmatch(said)
    if member is not None:
        system, _, number = row.agent_member.rpartition(":")
        return not number or (number == member[2] and member[1] in {None, f"{system}:"})
    if _BIC.fullmatch(said):
        return not row.agent or row.agent[:_PARTY_DIGITS] == said[:_PARTY_DIGITS]
    return True  # the bank's name, or nothing
