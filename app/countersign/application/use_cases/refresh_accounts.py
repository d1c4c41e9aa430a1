"""Bring accounts, balances and entries from the bank into the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.application.ports.bank import Bank, BankAccount, BankEntry
from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import Vault
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order import money_object

ENTRIES_PER_EVENT = 400  # an entry is at most some 600 bytes of canonical JSON, a body at most 256 KiB


@dataclass(frozen=True, slots=True)
class Statement:
    """What a bank told of one account."""

    account: BankAccount
    entries: Sequence[BankEntry]


def fetch_statements(bank: Bank, since_ms: int) -> tuple[Statement, ...]:
    """Ask the bank for all accounts and their entries since a time. NETWORK lane."""
    return tuple(Statement(account, bank.entries(account.resource, since_ms)) for account in bank.accounts())


def import_statements(vault: Vault, entropy: Entropy, bank: str, statements: Sequence[Statement]) -> int:
    """Record statements, each in as few events as fit; returns how many entries they held. VAULT lane."""
    count = 0
    for statement in statements:
        parts = _parts(statement.entries)
        for part in parts:
            with vault.transaction() as change:
                body = _body(bank, statement.account, part, change.now_ms)
                change.append(EventDraft(kinds.STATEMENT_IMPORTED, new_identifier(entropy), body))
            count += len(part)
    return count


def _parts(entries: Sequence[BankEntry]) -> list[Sequence[BankEntry]]:
    starts = range(0, max(len(entries), 1), ENTRIES_PER_EVENT)
    return [entries[start : start + ENTRIES_PER_EVENT] for start in starts]


def _body(bank: str, account: BankAccount, entries: Sequence[BankEntry], now_ms: int) -> dict[str, Json]:
    return {
        "account": account.resource,
        "bank": bank,
        "iban": account.iban,
        "name": account.name,
        "balance": money_object(account.balance),
        "available": money_object(account.available),
        "as_of": now_ms,
        "entries": [
            {
                "entry": entry.entry,
                "booked": entry.booked,
                "booked_at": entry.booked_at,
                "amount": money_object(entry.amount),
                "counterparty": entry.counterparty,
                "counterparty_account": entry.counterparty_account,
                "end_to_end_id": entry.end_to_end_id,
                "remittance": entry.remittance,
            }
            for entry in entries
        ],
    }
