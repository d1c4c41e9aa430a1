"""Differences between what banks write and what was ordered: tasks, until a person says what each is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import LocalSpace, Vault, VaultTransaction
from countersign.application.use_cases.record_facts import Evidence, record_return, record_settlement, shown_by
from countersign.domain.canonical import Fields, Json
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import money_object
from countersign.domain.order_state import OrderState
from countersign.domain.settlement import AccountEntry, Code, Differs, Returned, Rule, Settled, judge_entry

_KEY_DIGITS = 32
_PREFIX = "difference."

SAME = "same"
"""The answer "this entry is this order's": only where it may be. Any other answer is kept as it was given."""

_MAY_BE_SAME = frozenset({Code.PERHAPS_OURS, Code.PAYEE_DIFFERS, Code.AMOUNT_DIFFERS, Code.PERHAPS_RETURNED})
_AT_ONCE = 20  # a task of the VAULT lane is short
_LATER: dict[str, Json] = {
    "return_reason": "",
    "reversal": False,
    "agent_member": "",
    "unreferenced": False,
    "together": False,
    "evidence": {},
}


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


def note_difference(change: VaultTransaction, found: Differs, evidence: Evidence | None = None) -> Difference | None:
    """Keep a difference as a task, with where it comes from; the same one twice is kept once.

    Returns:
        None where a person has answered it already.
    """
    key = _key(found)
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
        "return_reason": entry.return_reason,
        "reversal": entry.reversal,
        "agent_member": entry.agent_member,
        "unreferenced": entry.unreferenced,
        "together": entry.together,
        "evidence": evidence or {},
    }
    change.put(LocalSpace.QUEUE, key, body)
    return Difference(key, found.code, found.order, entry, found.expected)


def drop_difference(change: VaultTransaction, found: Differs) -> None:
    """Forget a difference that has come to be known."""
    change.drop(LocalSpace.QUEUE, _key(found))


def _key(found: Differs) -> str:
    said = f"{found.code.value}/{found.order}/{found.entry.entry}".encode()
    return _PREFIX + hashlib.sha256(said).hexdigest()[:_KEY_DIGITS]


def open_differences(vault: Vault) -> tuple[Difference, ...]:
    """List the differences that wait, oldest entry first. VAULT lane."""
    kept = vault.local(LocalSpace.QUEUE)
    found = [_read(key, body) for key, body in kept.items() if key.startswith(_PREFIX)]
    return tuple(sorted(found, key=lambda item: (item.at, item.key)))


def close_difference(vault: Vault, entropy: Entropy, key: str, answer: str, reason: str = "") -> None:
    """Put on record what a person made of a difference, and close it. VAULT lane.

    Args:
        vault: The unlocked vault.
        entropy: For the record's own identifier.
        key: Of the difference.
        answer: ``SAME`` settles the order that it perhaps is; any other answer is kept in words.
        reason: Why an entry of another amount is the order's all the same; kept with the answer.

    Raises:
        UserFacingError: ``difference.unknown``: it is closed already; ``difference.answer``: nothing was answered;
            ``difference.reason``: another amount, and no reason why; ``difference.shown``: the entry shows a payment
            already, or the order's money came back already.
    """
    if not answer.strip():
        raise UserFacingError("difference.answer")
    with vault.transaction() as change:
        body = change.get(LocalSpace.QUEUE, key)
        if body is None:
            raise UserFacingError("difference.unknown")
        found = _read(key, body)
        if answer == SAME and found.code in _MAY_BE_SAME:
            _take_as_same(change, found, _evidence_of(body), reason.strip())
        closed: dict[str, Json] = {
            "code": found.code.value,
            "order": found.order,
            "entry": found.entry.entry,
            "answer": answer.strip(),
        }
        if reason.strip():
            closed["reason"] = reason.strip()
        change.append(EventDraft(kinds.DIFFERENCE_CLOSED, new_identifier(entropy), closed))
        change.put(LocalSpace.COUNTER, key, closed)  # the same line brought in again asks nothing again
        change.drop(LocalSpace.QUEUE, key)
    judge_again(vault)


def _take_as_same(change: VaultTransaction, found: Difference, evidence: Evidence, reason: str) -> None:
    if found.code is Code.AMOUNT_DIFFERS and not reason:
        raise UserFacingError("difference.reason")
    record = change.order(found.order)
    if shown_by(change, found.entry) or record is None:
        raise UserFacingError("difference.shown")
    if found.code is not Code.PERHAPS_RETURNED:
        if record.settled_by:
            raise UserFacingError("difference.shown")
        record_settlement(change, Settled(found.order, found.entry, Rule.PERSON), evidence)
    elif record.returned_at:
        raise UserFacingError("difference.shown")
    else:
        record_return(change, Returned(found.order, found.entry, found.entry.return_reason), evidence)


def judge_again(vault: Vault) -> tuple[Returned | Difference, ...]:
    """Judge again what came back before its order settled, where it has settled since. VAULT lane.

    Returns:
        What was put on record, or is another difference now; some at a time: empty where nothing is left.
    """
    kept = {key: body for key, body in vault.local(LocalSpace.QUEUE).items() if _waits_for_its_order(key, body)}
    found = {key: _read(key, body) for key, body in kept.items()}
    due = [item for item in found.values() if _has_settled(vault.order(item.order))][:_AT_ONCE]
    if not due or not vault.may_sign:
        return ()
    judged: list[Returned | Difference] = []
    with vault.transaction() as change:
        for item in due:
            change.drop(LocalSpace.QUEUE, item.key)
            record = change.order(item.order)
            finding = judge_entry(item.entry, [record], []) if record is not None else None
            evidence = _evidence_of(kept[item.key])
            if isinstance(finding, Returned):
                record_return(change, finding, evidence)
                judged.append(finding)
            elif isinstance(finding, Differs) and (noted := note_difference(change, finding, evidence)) is not None:
                judged.append(noted)
    return tuple(judged)


def _waits_for_its_order(key: str, body: Mapping[str, Json]) -> bool:
    return key.startswith(_PREFIX) and body.get("code") == Code.RETURN_WAITS.value


def _has_settled(record: OrderRecord | None) -> bool:
    return record is not None and record.state is OrderState.SETTLED


def _evidence_of(body: Mapping[str, Json]) -> Evidence:
    kept = body.get("evidence")
    return dict(kept) if isinstance(kept, Mapping) else {}


def _read(key: str, body: Mapping[str, Json]) -> Difference:
    # Rows that an earlier version wrote have fewer fields: what they don't say is as an ordinary entry has it.
    fields = Fields({**_LATER, **body}, "difference")
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
        return_reason=fields.text("return_reason"),
        reversal=fields.flag("reversal"),
        agent_member=fields.text("agent_member"),
        unreferenced=fields.flag("unreferenced"),
        together=fields.flag("together"),
    )
    fields.mapping("evidence")
    fields.end()
    return Difference(key, code, order, entry, Money.from_canonical(dict(expected)))
