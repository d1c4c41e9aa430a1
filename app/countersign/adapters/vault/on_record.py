"""What is on record: of an own account, asked before a statement is, so that nothing is put on record twice; documents.

Asked of the connection that writes and of the one that reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.statement import row_of
from countersign.application.ports.bank import BankEntry
from countersign.application.ports.vault import AccountRow
from countersign.domain.money import Money
from countersign.domain.payment import AccountScheme

_AT_ONCE: Final = 200
_ENTRY: Final = "row, state, at, minor, currency, counterparty, counterparty_account, end_to_end_id, reference"


def account_on_record(connection: Connection, account: str) -> AccountRow | None:
    """Read an own account, without its daily balances."""
    found = connection.execute(
        "SELECT account, bank, iban, name, currency, balance, available, as_of, scheme, agent, agent_member, reach"
        " FROM p_accounts WHERE account = ?",
        (account,),
    ).fetchone()
    if found is None:
        return None
    name, bank, iban, holder, currency, balance, available, as_of, scheme, *reached = found
    money = (Money(balance, currency), Money(available, currency))
    return AccountRow(name, bank, iban, holder, *money, as_of, AccountScheme(scheme), *reached)


def entries_on_record(connection: Connection, account: str, names: Sequence[str]) -> Mapping[str, BankEntry]:
    """Read those of an account's entries that are on record, by the bank's names: one look into an index for each."""
    found: dict[str, BankEntry] = {}
    for start in range(0, len(names), _AT_ONCE):
        rows = {row_of(account, name): name for name in names[start : start + _AT_ONCE]}
        wanted = ", ".join("?" * len(rows))
        known = connection.execute(
            f"SELECT {_ENTRY} FROM p_transfers WHERE row IN ({wanted})",  # noqa: S608 - only question marks
            tuple(rows),
        ).fetchall()
        for row, state, at, minor, currency, *said in known:
            found[rows[row]] = BankEntry(rows[row], state == "booked", at, Money(minor, currency), *said)
    return found


def documents_on_record(connection: Connection, names: Sequence[str]) -> frozenset[str]:
    """Return those of these documents that are kept for good."""
    asked = ", ".join("?" * len(names))
    known = connection.execute(
        f"SELECT sha256 FROM documents WHERE sha256 IN ({asked})",  # noqa: S608 - only question marks
        tuple(names),
    ).fetchall()
    return frozenset(name for (name,) in known)
