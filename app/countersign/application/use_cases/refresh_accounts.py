"""Bring accounts, balances and entries from the bank into the ledger.

What is on record already is not recorded again: an event is written only for an account with something new. What stands
in the projections says so, however long ago it was brought in, and by whom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from countersign.application.flows.script import Script, on_vault
from countersign.application.ports.bank import Bank, BankAccount, BankEntry, Reach
from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import AccountRow, LocalSpace, Vault
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order import money_object

ENTRIES_PER_EVENT: Final = 64
"""Some 25 ms of the VAULT lane, up to 80 ms where a text index is merged; at most 60 KiB of a body of 256 KiB."""

_LOOK_BACK_MS = 7 * 24 * 3_600_000
_NOT_PROVIDED: Final = "NOTPROVIDED"  # ISO 20022's word for an absent end-to-end identification


@dataclass(frozen=True, slots=True)
class Statement:
    """What a bank told of one account. ``as_of``: when its balances held, milliseconds UTC; None for now."""

    account: BankAccount
    entries: Sequence[BankEntry]
    as_of: int | None = None


def fetch_statements(bank: Bank, since_ms: int) -> tuple[Statement, ...]:
    """Ask the bank for all accounts and their entries since a time. NETWORK lane."""
    return tuple(Statement(account, bank.entries(account.resource, since_ms)) for account in bank.accounts())


def ask_since(accounts: Sequence[AccountRow]) -> int:
    """Return since when entries are asked for: a week before the accounts were last read; 0 where they never were.

    A week, because banks book late and change what was pending.
    """
    return max(min((account.as_of for account in accounts), default=0) - _LOOK_BACK_MS, 0)


def record_statements(vault: Vault, entropy: Entropy, bank: str, statements: Sequence[Statement]) -> Script[int]:
    """Record what is new in statements, however long they are: one event in each task of the VAULT lane.

    Returns:
        How many entries were new.
    """
    count = 0
    for statement in statements:
        for part in _parts(statement):
            count += yield from on_vault(partial(import_statements, vault, entropy, bank, [part]))
    return count


def import_statements(vault: Vault, entropy: Entropy, bank: str, statements: Sequence[Statement]) -> int:
    """Record what is new in statements, each in as few events as fit. VAULT lane.

    Returns:
        How many entries were new. With nothing new no transaction is opened at all.
    """
    return sum(_import(vault, entropy, bank, part) for statement in statements for part in _parts(statement))


def _parts(statement: Statement) -> list[Statement]:
    entries = statement.entries
    starts = range(0, max(len(entries), 1), ENTRIES_PER_EVENT)
    return [replace(statement, entries=entries[start : start + ENTRIES_PER_EVENT]) for start in starts]


def _import(vault: Vault, entropy: Entropy, bank: str, statement: Statement) -> int:
    account = statement.account
    latest = {entry.entry: entry for entry in statement.entries}  # of one name the last: a later one changes it
    known = vault.entries(account.resource, tuple(latest))
    new = [entry for entry in latest.values() if _says_more(entry, known)]
    if not new and not _differs(statement, vault.account(account.resource)):
        return 0
    with vault.transaction() as change:
        as_of = change.now_ms if statement.as_of is None else statement.as_of
        body = _body(bank, account, new, as_of)
        change.append(EventDraft(kinds.STATEMENT_IMPORTED, new_identifier(entropy), body))
        change.drop(LocalSpace.COUNTER, f"statement.{bank}.{account.resource}")  # where earlier versions noted it
    return len(new)


def _says_more(entry: BankEntry, known: Mapping[str, BankEntry]) -> bool:
    """Tell whether an entry isn't on record as it is told. What was booked is pending no more: that is old news."""
    before = known.get(entry.entry)
    if before is None:
        return True
    if before.booked and not entry.booked:
        return False
    end_to_end_id = "" if entry.end_to_end_id == _NOT_PROVIDED else entry.end_to_end_id
    return replace(entry, end_to_end_id=end_to_end_id, code="") != before


def _differs(statement: Statement, known: AccountRow | None) -> bool:
    """Tell whether a statement changes what is on record of its account, besides the day."""
    if known is None or (known.as_of == 0 and statement.as_of != 0):
        return True
    account = statement.account
    # A name that a person gave stays, whatever the bank writes.
    renamed = known.reach == Reach.XS2A.value and known.name != account.name
    said = (account.iban, account.balance, account.available)
    return renamed or said != (known.iban, known.balance, known.available)


def _body(bank: str, account: BankAccount, entries: Sequence[BankEntry], as_of: int) -> dict[str, Json]:
    return {
        "account": account.resource,
        "bank": bank,
        "iban": account.iban,
        "name": account.name,
        "balance": money_object(account.balance),
        "available": money_object(account.available),
        "as_of": as_of,
        "entries": [_entry_object(entry) for entry in entries],
    }


def _entry_object(entry: BankEntry) -> dict[str, Json]:
    return {
        "entry": entry.entry,
        "booked": entry.booked,
        "booked_at": entry.booked_at,
        "amount": money_object(entry.amount),
        "counterparty": entry.counterparty,
        "counterparty_account": entry.counterparty_account,
        "end_to_end_id": entry.end_to_end_id,
        "remittance": entry.remittance,
    }
