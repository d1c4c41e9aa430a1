"""Bring accounts, balances and entries from the bank into the ledger.

What the ledger says already is not said again: an event is written only for an account with something new.
What was imported is remembered by hash in working state; where that is missing, everything is recorded once more, which
changes no projection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from countersign.application.ports.bank import Bank, BankAccount, BankEntry
from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import AccountRow, LocalSpace, Vault
from countersign.domain.canonical import Json, canonical_bytes
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order import money_object

ENTRIES_PER_EVENT = 200  # some 50 ms of the VAULT lane; an entry is at most some 600 bytes of a body of 256 KiB

_LOOK_BACK_MS = 7 * 24 * 3_600_000
_HASH_DIGITS = 32
_REMEMBERED = 2000  # entries per account; the oldest are forgotten first, and a bank is never asked that far back again


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


def import_statements(vault: Vault, entropy: Entropy, bank: str, statements: Sequence[Statement]) -> int:
    """Record what is new in statements, each in as few events as fit. VAULT lane.

    Returns:
        How many entries were new. With nothing new no transaction is opened at all.
    """
    known = vault.local(LocalSpace.COUNTER)
    count = 0
    for statement in statements:
        place = f"statement.{bank}.{statement.account.resource}"
        before = known.get(place, {})
        new, after = _compare(statement, before)
        if after == before:
            continue
        parts = _parts(new)
        for part in parts:
            with vault.transaction() as change:
                as_of = change.now_ms if statement.as_of is None else statement.as_of
                body = _body(bank, statement.account, part, as_of)
                change.append(EventDraft(kinds.STATEMENT_IMPORTED, new_identifier(entropy), body))
                if part is parts[-1]:
                    change.put(LocalSpace.COUNTER, place, after)
        count += len(new)
    return count


def _compare(statement: Statement, before: Mapping[str, Json]) -> tuple[Sequence[BankEntry], dict[str, Json]]:
    """Return the entries that aren't known in exactly this form, and what is known once they are recorded."""
    account = statement.account
    remembered = before.get("entries", [])
    known = [str(item) for item in remembered] if isinstance(remembered, list) else []
    seen = frozenset(known)
    hashes = {_hash(_entry_object(entry)): entry for entry in statement.entries}
    new = [entry for digest, entry in hashes.items() if digest not in seen]
    entries = [*known, *(digest for digest in hashes if digest not in seen)][-_REMEMBERED:]
    said = {"iban": account.iban, "name": account.name}
    money = {"balance": money_object(account.balance), "available": money_object(account.available)}
    return new, {"account": _hash({**said, **money}), "entries": list(entries)}


def _hash(value: dict[str, Json]) -> str:
    return hashlib.sha256(canonical_bytes(value)).hexdigest()[:_HASH_DIGITS]


def _parts(entries: Sequence[BankEntry]) -> list[Sequence[BankEntry]]:
    starts = range(0, max(len(entries), 1), ENTRIES_PER_EVENT)
    return [entries[start : start + ENTRIES_PER_EVENT] for start in starts]


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
