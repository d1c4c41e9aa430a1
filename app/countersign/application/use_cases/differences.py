"""Differences between what banks write and what was ordered: tasks, until a person says what each is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import LocalSpace, Vault, VaultTransaction
from countersign.application.use_cases.record_facts import record_settlement
from countersign.domain.canonical import Fields, Json
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.money import Money
from countersign.domain.order import money_object
from countersign.domain.settlement import AccountEntry, Code, Differs, Rule, Settled

_KEY_DIGITS = 32
_PREFIX = "difference."

SAME = "same"
"""The answer "this entry is this order's": only where it perhaps is. Any other answer is kept as it was given."""

_PERHAPS = frozenset({Code.PERHAPS_OURS, Code.PAYEE_DIFFERS})


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference that waits for a person.

    Attributes:
        key: For ``close_difference``.
        order: The order that it is about.
        entry_text: Who and what the bank's entry names.
        amount: The entry's, signed.
        expected: The order's.
        at: When the entry was booked, milliseconds since the epoch.
    """

    key: str
    code: Code
    order: str
    entry: AccountEntry
    expected: Money

    @property
    def entry_text(self) -> str:
        """Who and what the bank's entry names."""
        return " · ".join(filter(None, (self.entry.counterparty, self.entry.remittance)))

    @property
    def amount(self) -> Money:
        """The entry's amount, signed."""
        return self.entry.amount

    @property
    def at(self) -> int:
        """When the entry was booked."""
        return self.entry.booked_at


def note_difference(change: VaultTransaction, found: Differs) -> Difference | None:
    """Keep a difference as a task; the same one twice is kept once. None where a person has answered it already."""
    said = f"{found.code.value}/{found.order}/{found.entry.entry}".encode()
    key = _PREFIX + hashlib.sha256(said).hexdigest()[:_KEY_DIGITS]
    if change.get(LocalSpace.COUNTER, key) is not None:
        return None
    entry = found.entry
    body: dict[str, Json] = {
        "code": found.code.value,
        "order": found.order,
        "entry": entry.entry,
        "account": entry.account,
        "amount": money_object(entry.amount),
        "expected": money_object(found.expected),
        "booked_at": entry.booked_at,
        "counterparty": entry.counterparty,
        "counterparty_account": entry.counterparty_account,
        "end_to_end_id": entry.end_to_end_id,
        "remittance": entry.remittance,
    }
    change.put(LocalSpace.QUEUE, key, body)
    return Difference(key, found.code, found.order, entry, found.expected)


def open_differences(vault: Vault) -> tuple[Difference, ...]:
    """List the differences that wait, oldest entry first. VAULT lane."""
    kept = vault.local(LocalSpace.QUEUE)
    found = [_read(key, body) for key, body in kept.items() if key.startswith(_PREFIX)]
    return tuple(sorted(found, key=lambda item: (item.at, item.key)))


def close_difference(vault: Vault, entropy: Entropy, key: str, answer: str) -> None:
    """Put on record what a person made of a difference, and close it. VAULT lane.

    Args:
        vault: The unlocked vault.
        entropy: For the record's own identifier.
        key: Of the difference.
        answer: ``SAME`` settles the order that it perhaps is; any other answer is kept in words.

    Raises:
        UserFacingError: ``difference.unknown``: it is closed already; ``difference.answer``: nothing was answered.
    """
    if not answer.strip():
        raise UserFacingError("difference.answer")
    with vault.transaction() as change:
        body = change.get(LocalSpace.QUEUE, key)
        if body is None:
            raise UserFacingError("difference.unknown")
        found = _read(key, body)
        if answer == SAME and found.code in _PERHAPS:
            record_settlement(change, Settled(found.order, found.entry, Rule.PERSON), {})
        closed: dict[str, Json] = {
            "code": found.code.value,
            "order": found.order,
            "entry": found.entry.entry,
            "answer": answer.strip(),
        }
        change.append(EventDraft(kinds.DIFFERENCE_CLOSED, new_identifier(entropy), closed))
        change.put(LocalSpace.COUNTER, key, closed)  # the same line brought in again asks nothing again
        change.drop(LocalSpace.QUEUE, key)


def _read(key: str, body: dict[str, Json]) -> Difference:
    fields = Fields(body, "difference")
    code, order, expected = Code(fields.text("code")), fields.text("order"), fields.mapping("expected")
    entry = AccountEntry(
        entry=fields.text("entry"),
        account=fields.text("account"),
        amount=Money.from_canonical(dict(fields.mapping("amount"))),
        booked_at=fields.integer("booked_at"),
        counterparty=fields.text("counterparty"),
        counterparty_account=fields.text("counterparty_account"),
        end_to_end_id=fields.text("end_to_end_id"),
        remittance=fields.text("remittance"),
    )
    fields.end()
    return Difference(key, code, order, entry, Money.from_canonical(dict(expected)))
